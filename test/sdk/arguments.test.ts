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
const text = 'a text that is secret', bytes = new TextEncoder().encode(text), list = [...bytes]
const kms = sdk.createKmsClient({ identity: 'unverified' })
const thrown = async (call) => {
  try { await call() } catch (error) {
    return [error instanceof TypeError, error.code, error.message]
  }
  return 'accepted'
}
`
const outcome = (code: string) => lab.run(`${SETTING} return thrown(async () => { ${code} })`)

const BYTES = 'a Uint8Array, another view or an ArrayBuffer'
const INDEX = 'an integer from 0 to 65535'
const LENGTH = 'an integer from 0 to 4294967295'
const ATTEST = 'only the members userData, nonce, publicKey'
const ARGON2 = 'only the members memory, passes, lanes, length, secret'
const CLIENT =
  'only the members identity, dialect, port, host, credentials, region, projectId, kmsNonce, timeout'

/** What is wrong is a text or bytes that no message may show, unless it is a number or the name of an option. */
const ROWS: [code: string, argument: string, expected: string, got: string][] = [
  ['attest(text)', 'the fields of attest', 'an object', 'a string'],
  ['attest({ userData: text })', 'userData', BYTES, 'a string'],
  ['attest({ nonce: 5 })', 'nonce', BYTES, 'a number'],
  ['attest({ publicKey: list })', 'publicKey', BYTES, 'an array'],
  ['attest({ publicKey: { ...bytes } })', 'publicKey', BYTES, 'an object'],
  ['attest({ user_data: bytes })', 'the fields of attest', ATTEST, '"user_data"'],
  ['attest({ ["x".repeat(100)]: 1 })', 'the fields of attest', ATTEST, `"${'x'.repeat(80)}"`],
  ['qtsm.getAttestation(text)', 'userData', BYTES, 'a string'],
  ['qtsm.describePcr(text)', 'index', INDEX, 'a string'],
  ['qtsm.describePcr(-1)', 'index', INDEX, '-1'],
  ['qtsm.describePcr(1.5)', 'index', INDEX, '1.5'],
  ['qtsm.describePcr(5n)', 'index', INDEX, 'a bigint'],
  ['qtsm.extendPcr(16, text)', 'data', BYTES, 'a string'],
  ['qtsm.extendPcr(undefined, bytes)', 'index', INDEX, 'undefined'],
  ['qtsm.lockPcr()', 'index', INDEX, 'undefined'],
  ['qtsm.lockPcrs(16)', 'indexes', 'a list of integers', 'a number'],
  ['qtsm.lockPcrs([16, text])', 'indexes[1]', INDEX, 'a string'],
  ['qtsm.getRandom(text)', 'length', LENGTH, 'a string'],
  ['randomBytes(-1)', 'length', LENGTH, '-1'],
  ['randomBytes(NaN)', 'length', LENGTH, 'NaN'],
  ['await vsock.connect(text)', 'port', 'an integer from 0 to 4294967295', 'a string'],
  ['await vsock.listen(true).next()', 'port', 'an integer from 0 to 4294967295', 'a boolean'],
  ['await vsock.connect({})', 'port', 'an integer from 0 to 4294967295', 'an object'],
  ['await vsock.listen(6002, 0).next()', 'backlog', 'an integer from 1 to 128', '0'],
  ['await vsock.listen(6002, 129).next()', 'backlog', 'an integer from 1 to 128', '129'],
  ['await kms.decrypt(text)', 'ciphertext', BYTES, 'a string'],
  [
    'await kms.decrypt(bytes, { keyID: text })',
    'the options',
    'only the members encryptionContext, keyId',
    '"keyID"',
  ],
  ['await kms.decrypt(bytes, { keyId: 5 })', 'keyId', 'a string', 'a number'],
  ['await kms.decrypt(bytes, { encryptionContext: text })', 'encryptionContext', 'an object', 'a string'],
  [
    'await kms.decrypt(bytes, { encryptionContext: { a: list } })',
    'encryptionContext["a"]',
    'a string',
    'an array',
  ],
  ['await kms.generateDataKey()', 'keyId', 'a string', 'undefined'],
  ['await kms.decryptDataKey(null)', 'ciphertext', BYTES, 'null'],
  ['await kms.generateRandom(0)', 'length', 'an integer from 1 to 1024', '0'],
  ['await kms.encrypt(text, text)', 'plaintext', BYTES, 'a string'],
  ["sdk.hash('sha256', text)", 'data', BYTES, 'a string'],
  ['sdk.sha384(5)', 'data', BYTES, 'a number'],
  ["sdk.hmac('sha256', text, bytes)", 'key', BYTES, 'a string'],
  ["sdk.hmac('sha256', bytes, list)", 'data', BYTES, 'an array'],
  ["sdk.hkdf('sha256', text, bytes, bytes, 9)", 'secret', BYTES, 'a string'],
  ["sdk.hkdf('sha256', bytes, bytes, bytes, text)", 'length', 'an integer from 1 to 8160', 'a string'],
  ['sdk.timingSafeEqual(text, bytes)', 'left', BYTES, 'a string'],
  ['sdk.timingSafeEqual(bytes, text)', 'right', BYTES, 'a string'],
  ['sdk.aesGcm.seal(new Uint8Array(32), text)', 'text', BYTES, 'a string'],
  ['sdk.aesGcm.open(text, new Uint8Array(28))', 'key', BYTES, 'a string'],
  ['sdk.aesGcm.open(new Uint8Array(32), text)', 'ciphertext', BYTES, 'a string'],
  ['sdk.aesGcm.encrypt(new Uint8Array(32), bytes, bytes, text)', 'associated', BYTES, 'a string'],
  ["sdk.ecdsa.publicKey('P-256', text)", 'private key', BYTES, 'a string'],
  ["sdk.ecdsa.publicKey('P-256', () => bytes)", 'private key', BYTES, 'a function'],
  ["sdk.ecdsa.sign('P-256', new Uint8Array(32).fill(1), text)", 'message', BYTES, 'a string'],
  ["sdk.ecdsa.verify('P-256', new Uint8Array(91), bytes, null)", 'signature', BYTES, 'null'],
  ['sdk.ed25519.sign(new Uint8Array(32), text)', 'message', BYTES, 'a string'],
  ['sdk.ed25519.verify(text, bytes, new Uint8Array(64))', 'public key', BYTES, 'a string'],
  ['sdk.argon2id(text, bytes)', 'password', BYTES, 'a string'],
  ['sdk.argon2id(bytes, bytes, { memoryKiB: 64 })', 'the options of argon2id', ARGON2, '"memoryKiB"'],
  ['sdk.argon2id(bytes, bytes, { passes: text })', 'passes', 'an integer from 1 to 1000', 'a string'],
  ['new sdk.Recipient(text)', 'private key', BYTES, 'a string'],
  ['await sdk.serve(5)', 'handlers', 'an object', 'a number'],
  ['await sdk.serve({ add: text })', 'handlers["add"]', 'a function', 'a string'],
  [
    'await sdk.serve({}, { prot: 5000 })',
    'the options of serve',
    'only the members port, maxMessage',
    '"prot"',
  ],
  ['await sdk.serve({}, { maxMessage: 1023 })', 'maxMessage', 'an integer from 1024 to 1073741824', '1023'],
  [
    'await sdk.serve({}, { maxMessage: 2 ** 30 + 1 })',
    'maxMessage',
    'an integer from 1024 to 1073741824',
    '1073741825',
  ],
  [
    "sdk.createKmsClient({ identity: 'unverified', prot: 1 })",
    'the options of createKmsClient',
    CLIENT,
    '"prot"',
  ],
]

test.each(ROWS)('%s', async (code, argument, expected, got) => {
  expect(await outcome(code)).toEqual([true, 'E_ARGUMENT', `${argument}: expected ${expected}, got ${got}`])
})

test.each([
  ['sdk.aesGcm.seal(key, new Uint8Array(1))', 'E_CRYPTO_INPUT', '21 bytes'],
  ['sdk.aesGcm.open(new Uint8Array(16), key)', 'E_CRYPTO_INPUT', '21 bytes'],
  ["sdk.ecdsa.sign('P-256', key, new Uint8Array(1))", 'E_CRYPTO_INPUT', '21 bytes'],
  ["sdk.ecdsa.publicKey('P-256', new Uint8Array(32).fill(255))", 'E_CRYPTO_INPUT', ''],
  ['sdk.ed25519.sign(key, new Uint8Array(1))', 'E_CRYPTO_INPUT', '21 bytes'],
  ['new sdk.Recipient(key)', 'E_CRYPTO_INPUT', '21 bytes'],
  [
    'sdk.argon2id(key, new Uint8Array(8), { secret: new Uint8Array(1025).fill(0xa7) })',
    'E_CRYPTO_INPUT',
    '1025 bytes',
  ],
  ['sdk.hmac("md5", key, key)', 'E_CRYPTO_INPUT', 'md5'],
  ['sdk.aesGcm.open(new Uint8Array(16), new Uint8Array(40).fill(0xa7))', 'E_DECRYPT', ''],
])('%s: the error has no bytes of a secret', async (code, errorCode, got) => {
  const found = (await outcome(`const key = new Uint8Array(21).fill(0xa7); ${code}`)) as [
    boolean,
    string,
    string,
  ]
  expect(found[1]).toBe(errorCode)
  expect(found[2]).toContain(got)
  // A byte of the keys, in the notations of a console.
  expect(found[2]).not.toMatch(/a7|\b167\b|\b255\b|p6en/i)
})

describe('every kind of bytes is accepted', () => {
  test.each(['ArrayBuffer', 'DataView', 'Uint16Array'])('%s', async (kind) => {
    const digest = await lab.run(`const { qtsm } = sdk
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
