/** A wrong argument of every function of the SDK throws a TypeError that names it; views and ArrayBuffers are bytes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectWhenReady, Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

/** What `code` throws in the enclave: whether it is a TypeError, its code and message. */
const SETTING = `
const { qtsm, vsock, attest, randomBytes } = sdk
const kms = sdk.createKmsClient({ identity: 'unverified' })
const thrown = async (call) => {
  try { await call() } catch (error) {
    return [error instanceof TypeError, error.code, error.message]
  }
  return 'accepted'
}
`
const outcome = (code: string) => lab.run(`${SETTING} return thrown(async () => { ${code} })`)

const ROWS: [code: string, argument: string, expected: string][] = [
  ["attest('text')", 'the fields of attest', 'an object'],
  ["attest({ userData: 'text' })", 'userData', 'a Uint8Array'],
  ['attest({ nonce: 5 })', 'nonce', 'a Uint8Array'],
  ['attest({ publicKey: [1, 2] })', 'publicKey', 'a Uint8Array'],
  [
    'attest({ user_data: new Uint8Array(1) })',
    'the fields of attest',
    'only the members userData, nonce, publicKey',
  ],
  ["qtsm.getAttestation('text')", 'userData', 'a Uint8Array'],
  ["qtsm.describePcr('0')", 'index', 'an integer'],
  ['qtsm.describePcr(-1)', 'index', 'an integer'],
  ['qtsm.describePcr(1.5)', 'index', 'an integer'],
  ["qtsm.extendPcr(16, 'text')", 'data', 'a Uint8Array'],
  ['qtsm.extendPcr(undefined, new Uint8Array(1))', 'index', 'an integer'],
  ['qtsm.lockPcr()', 'index', 'an integer'],
  ['qtsm.lockPcrs(16)', 'indexes', 'a list of integers'],
  ["qtsm.lockPcrs([16, '17'])", 'indexes[1]', 'an integer'],
  ["qtsm.getRandom('8')", 'length', 'an integer'],
  ['randomBytes(-1)', 'length', 'an integer'],
  ['randomBytes(NaN)', 'length', 'an integer'],
  ["await vsock.connect('8000')", 'port', 'an integer'],
  ['await vsock.listen({}).next()', 'port', 'an integer'],
  ['await vsock.listen(6002, 0).next()', 'backlog', 'an integer from 1 to 128'],
  ['await vsock.listen(6002, 129).next()', 'backlog', 'an integer from 1 to 128'],
  ["await kms.decrypt('text')", 'ciphertext', 'a Uint8Array'],
  [
    'await kms.decrypt(new Uint8Array(1), { keyID: "a" })',
    'the options',
    'only the members encryptionContext, keyId',
  ],
  ['await kms.decrypt(new Uint8Array(1), { keyId: 5 })', 'keyId', 'a string'],
  ['await kms.decrypt(new Uint8Array(1), { encryptionContext: "a" })', 'encryptionContext', 'an object'],
  [
    'await kms.decrypt(new Uint8Array(1), { encryptionContext: { a: 1 } })',
    'encryptionContext["a"]',
    'a string',
  ],
  ['await kms.generateDataKey()', 'keyId', 'a string'],
  ['await kms.decryptDataKey(null)', 'ciphertext', 'a Uint8Array'],
  ['await kms.generateRandom(0)', 'length', 'an integer from 1 to 1024'],
  ["await kms.encrypt('key', 'text')", 'plaintext', 'a Uint8Array'],
  ["sdk.hash('sha256', 'text')", 'data', 'a Uint8Array'],
  ['sdk.sha384(5)', 'data', 'a Uint8Array'],
  ["sdk.hmac('sha256', 'key', new Uint8Array(1))", 'key', 'a Uint8Array'],
  ["sdk.hmac('sha256', new Uint8Array(1), [1])", 'data', 'a Uint8Array'],
  ["sdk.hkdf('sha256', 's', new Uint8Array(1), new Uint8Array(1), 9)", 'secret', 'a Uint8Array'],
  [
    "sdk.hkdf('sha256', new Uint8Array(1), new Uint8Array(1), new Uint8Array(1), '9')",
    'length',
    'an integer from 1 to 8160',
  ],
  ["sdk.timingSafeEqual('a', new Uint8Array(1))", 'left', 'a Uint8Array'],
  ["sdk.aesGcm.seal(new Uint8Array(32), 'text')", 'text', 'a Uint8Array'],
  ["sdk.aesGcm.open('key', new Uint8Array(28))", 'key', 'a Uint8Array'],
  ["sdk.aesGcm.open(new Uint8Array(32), 'sealed')", 'ciphertext', 'a Uint8Array'],
  [
    "sdk.aesGcm.encrypt(new Uint8Array(32), new Uint8Array(12), new Uint8Array(1), 'data')",
    'associated',
    'a Uint8Array',
  ],
  ["sdk.ecdsa.publicKey('P-256', 'key')", 'private key', 'a Uint8Array'],
  ["sdk.ecdsa.sign('P-256', new Uint8Array(32).fill(1), 'text')", 'message', 'a Uint8Array'],
  ["sdk.ecdsa.verify('P-256', new Uint8Array(91), new Uint8Array(1), null)", 'signature', 'a Uint8Array'],
  ["sdk.ed25519.sign(new Uint8Array(32), 'text')", 'message', 'a Uint8Array'],
  ["sdk.ed25519.verify('key', new Uint8Array(1), new Uint8Array(64))", 'public key', 'a Uint8Array'],
  ["sdk.argon2id('password', new Uint8Array(16))", 'password', 'a Uint8Array'],
  [
    'sdk.argon2id(new Uint8Array(8), new Uint8Array(16), { memoryKiB: 64 })',
    'the options of argon2id',
    'only the members',
  ],
  [
    "sdk.argon2id(new Uint8Array(8), new Uint8Array(16), { passes: '3' })",
    'passes',
    'an integer from 1 to 1000',
  ],
  ["new sdk.Recipient('key')", 'private key', 'a Uint8Array'],
  ['await sdk.serve(5)', 'handlers', 'an object'],
  ['await sdk.serve({ add: 5 })', 'handlers["add"]', 'a function'],
  ['await sdk.serve({}, { prot: 5000 })', 'the options of serve', 'only the members port'],
  [
    "sdk.createKmsClient({ identity: 'unverified', prot: 1 })",
    'the options of createKmsClient',
    'only the members',
  ],
]

test.each(ROWS)('%s', async (code, argument, expected) => {
  const [isTypeError, errorCode, message] = (await outcome(code)) as [boolean, string, string]
  expect([isTypeError, errorCode]).toEqual([true, 'E_ARGUMENT'])
  expect(message.startsWith(`${argument}: expected ${expected}`)).toBe(true)
})

describe('every kind of bytes is accepted', () => {
  test.each(['ArrayBuffer', 'DataView', 'Uint16Array'])('%s', async (kind) => {
    const digest = await lab.run(`${SETTING}
      const bytes = Uint8Array.of(0, 0, 1, 2, 3, 4, 0, 0)
      const given = { ArrayBuffer: bytes.slice(2, 6).buffer, DataView: new DataView(bytes.buffer, 2, 4),
        Uint16Array: new Uint16Array(bytes.buffer, 2, 2) }[${JSON.stringify(kind)}]
      const before = qtsm.describePcr(20).value
      const value = qtsm.extendPcr(20, given)
      const expected = sdk.sha384(Uint8Array.of(...before, 1, 2, 3, 4).buffer)
      const key = new DataView(new Uint8Array(32).fill(1).buffer)
      if (!sdk.timingSafeEqual(sdk.ed25519.sign(key, given), sdk.ed25519.sign(key, Uint8Array.of(1, 2, 3, 4)))) return false
      return sdk.timingSafeEqual(value, expected)`)
    expect(digest).toBe(true)
  })
})

test('a socket refuses text and a length of 0, and writes an ArrayBuffer', async () => {
  const outcomes = lab.run(`${SETTING}
    const listener = vsock.listen(6005)
    const { value: socket } = await listener.next()
    const refused = [await thrown(() => socket.write('text')), await thrown(() => socket.read(0)), await thrown(() => socket.read(-1))]
    await socket.write(Uint8Array.of(7, 8).buffer)
    socket.close()
    await listener.return()
    return refused`)
  const socket = await connectWhenReady(lab.enclave, 6005)
  const bytes = new Uint8Array(await new Response(socket.readable).arrayBuffer())
  expect([...bytes]).toEqual([7, 8])
  expect(await outcomes).toEqual([
    [true, 'E_ARGUMENT', expect.stringContaining('bytes: expected a Uint8Array')],
    [true, 'E_ARGUMENT', expect.stringContaining('length: expected an integer')],
    [true, 'E_ARGUMENT', expect.stringContaining('length: expected an integer')],
  ])
})
