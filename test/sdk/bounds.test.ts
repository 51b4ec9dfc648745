/** The limits of the SDK's functions, at the limit and one beyond; and the image's files, arguments and environment. */
import { p256, p384 } from '@noble/curves/nist.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectWhenReady, Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const SETTING = `const of = (length, fill = 7) => new Uint8Array(length).fill(fill)
const hkdf = (secret, salt, info, length) => sdk.hkdf('sha256', of(secret), of(salt), of(info), length)
const argon2id = (options, password = 8, salt = 8) =>
  sdk.argon2id(of(password), of(salt), { memory: 8, passes: 1, ...options })
const { aesGcm, ecdsa, ed25519, vsock, qtsm } = sdk
const P256_ORDER = Uint8Array.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.match(/../g), (pair) => parseInt(pair, 16))
const below = (number) => { const copy = number.slice(); copy[copy.length - 1] -= 1; return copy };`
/** The code of the thrown error, or 'accepted'. */
const outcome = async (code: string) => {
  const { error } = await lab.attempt(`${SETTING} await (${code}); return 0`)
  return error ? (error.code ?? error.message) : 'accepted'
}

test.each([
  'sdk.hmac("sha256", of(65536), of(1))',
  'hkdf(1, 0, 16384, 1)',
  'hkdf(1, 0, 0, 255 * 32)',
  'hkdf(32768, 16384, 16384, 1)',
  'argon2id({})',
  'argon2id({}, 0)',
  'argon2id({}, 4096)',
  'argon2id({}, 8, 1024)',
  'argon2id({ secret: of(1024) })',
  'argon2id({ lanes: 16, memory: 128 })',
  'argon2id({ lanes: 2, memory: 16 })',
  'argon2id({ passes: 1000 })',
  'argon2id({ length: 16 })',
  'argon2id({ length: 1024 })',
  'ecdsa.publicKey("P-256", of(32))',
  'ecdsa.publicKey("P-256", below(P256_ORDER))',
  'ecdsa.publicKey("P-384", of(48))',
  'ed25519.publicKey(of(32))',
  'aesGcm.seal(of(16), of(0))',
  'aesGcm.seal(of(24), of(0))',
  'aesGcm.seal(of(32), of(0))',
  'aesGcm.open(of(16), aesGcm.seal(of(16), of(0)))',
  'aesGcm.encrypt(of(16), of(1), of(1))',
])('%s is accepted', async (code) => {
  expect(await outcome(code)).toBe('accepted')
})

test.each([
  ['sdk.hash("md5", of(1))', 'E_CRYPTO_INPUT'],
  ['sdk.hash("toString", of(1))', 'E_CRYPTO_INPUT'],
  ['sdk.hash("sha256", "text")', 'E_ARGUMENT'],
  ['sdk.hmac("sha256", of(65537), of(1))', 'E_CRYPTO_INPUT'],
  ['hkdf(1, 0, 16385, 1)', 'E_CRYPTO_INPUT'],
  ['hkdf(1, 0, 0, 0)', 'E_CRYPTO_INPUT'],
  ['hkdf(1, 0, 0, 1.5)', 'E_CRYPTO_INPUT'],
  ['hkdf(1, 0, 0, 255 * 32 + 1)', 'E_CRYPTO_INPUT'],
  ['hkdf(32769, 16384, 16384, 1)', 'E_CRYPTO_INPUT'],
  ['argon2id({}, 4097)', 'E_CRYPTO_INPUT'],
  ['argon2id({}, 8, 7)', 'E_CRYPTO_INPUT'],
  ['argon2id({}, 8, 1025)', 'E_CRYPTO_INPUT'],
  ['argon2id({ secret: of(1025) })', 'E_CRYPTO_INPUT'],
  ['argon2id({ lanes: 0 })', 'E_CRYPTO_INPUT'],
  ['argon2id({ lanes: 17, memory: 136 })', 'E_CRYPTO_INPUT'],
  ['argon2id({ memory: 7 })', 'E_CRYPTO_INPUT'],
  ['argon2id({ lanes: 2, memory: 15 })', 'E_CRYPTO_INPUT'],
  ['argon2id({ memory: 1048576 })', 'E_CRYPTO_MEMORY'],
  ['argon2id({ memory: 1048577 })', 'E_CRYPTO_INPUT'],
  ['argon2id({ passes: 0 })', 'E_CRYPTO_INPUT'],
  ['argon2id({ passes: 1001 })', 'E_CRYPTO_INPUT'],
  ['argon2id({ length: 15 })', 'E_CRYPTO_INPUT'],
  ['argon2id({ length: 1025 })', 'E_CRYPTO_INPUT'],
  ['ecdsa.publicKey("P-521", of(66))', 'E_CRYPTO_INPUT'],
  ['ecdsa.publicKey("P-256", of(31))', 'E_CRYPTO_INPUT'],
  ['ecdsa.publicKey("P-256", of(33))', 'E_CRYPTO_INPUT'],
  ['ecdsa.publicKey("P-256", of(32, 0))', 'E_CRYPTO_INPUT'],
  ['ecdsa.publicKey("P-256", P256_ORDER)', 'E_CRYPTO_INPUT'],
  ['ecdsa.sign("P-256", of(32, 0), of(1))', 'E_CRYPTO_INPUT'],
  ['ecdsa.sign("P-256", of(32), "text")', 'E_ARGUMENT'],
  ['ecdsa.verify("P-256", of(91), of(1), of(64))', 'E_CRYPTO_INPUT'],
  ['ecdsa.verify("P-256", ecdsa.publicKey("P-384", of(48)), of(1), of(64))', 'E_CRYPTO_INPUT'],
  ['ecdsa.verify("P-256", ecdsa.publicKey("P-256", of(32)), of(1), "text")', 'E_ARGUMENT'],
  ['ed25519.publicKey(of(31))', 'E_CRYPTO_INPUT'],
  ['ed25519.publicKey(of(33))', 'E_CRYPTO_INPUT'],
  ['ed25519.sign(of(31), of(1))', 'E_CRYPTO_INPUT'],
  ['ed25519.verify(of(43), of(1), of(64))', 'E_CRYPTO_INPUT'],
  ['ed25519.verify(of(45), of(1), of(64))', 'E_CRYPTO_INPUT'],
  ['ed25519.verify(of(44), of(1), of(64))', 'E_CRYPTO_INPUT'],
  ['aesGcm.seal(of(0), of(1))', 'E_CRYPTO_INPUT'],
  ['aesGcm.seal(of(15), of(1))', 'E_CRYPTO_INPUT'],
  ['aesGcm.seal(of(33), of(1))', 'E_CRYPTO_INPUT'],
  ['aesGcm.seal(of(16), "text")', 'E_ARGUMENT'],
  ['aesGcm.encrypt(of(16), of(0), of(1))', 'E_CRYPTO_INPUT'],
  ['aesGcm.open(of(16), of(27))', 'E_CRYPTO_INPUT'],
  ['aesGcm.open(of(16), of(28))', 'E_DECRYPT'],
  ['new sdk.Recipient(of(895))', 'E_CRYPTO_INPUT'],
  ['new sdk.Recipient(of(897))', 'E_CRYPTO_INPUT'],
  ['vsock.connect(-1)', 'invalid-argument'],
  ['vsock.connect(1.5)', 'invalid-argument'],
  ['vsock.connect(4294967296)', 'invalid-argument'],
  ['vsock.connect(4294967294)', 'refused'],
  ['vsock.listen(4294967296).next()', 'invalid-argument'],
  ['qtsm.getRandom(257)', 'input-too-large'],
])('%s is refused with %s', async (code, refusal) => {
  expect(await outcome(code)).toBe(refusal)
})

describe('timingSafeEqual', () => {
  test.each([
    ['of(4)', 'of(4)', true],
    ['of(0)', 'of(0)', true],
    ['of(4)', 'of(3)', false],
    ['Uint8Array.of(1, 7, 7)', 'of(3)', false],
    ['Uint8Array.of(7, 7, 1)', 'of(3)', false],
    ['Uint8Array.of(6, 7, 8)', 'of(3)', false],
  ])('%s and %s: %s', async (left, right, same) => {
    expect(await lab.run(`${SETTING} return sdk.timingSafeEqual(${left}, ${right})`)).toBe(same)
  })
})

test('random bytes have the requested length, also over several calls', async () => {
  const lengths = [0, 1, 255, 256, 257, 1000]
  const results = await lab.run<number[][]>(
    `return ${JSON.stringify(lengths)}.map((length) => [...sdk.randomBytes(length)])`,
  )
  expect(results.map(({ length }) => length)).toEqual(lengths)
  // Every block of 64 bytes was filled.
  const [last] = results.slice(-1)
  for (let at = 0; at + 64 <= 1000; at += 64)
    expect(new Set(last!.slice(at, at + 64)).size).toBeGreaterThan(1)
})

test('signatures are deterministic as in RFC 6979, also with a high s', async () => {
  for (const [curve, group] of [
    ['P-256', p256],
    ['P-384', p384],
  ] as const) {
    const length = curve === 'P-256' ? 32 : 48
    const key = new Uint8Array(length).fill(7)
    const messages = Array.from({ length: 8 }, (_, at) => Uint8Array.of(at))
    const expected = messages.map((message) => [
      ...group.sign(message, key, { lowS: false, format: 'compact' }),
    ])
    const results = await lab.run(
      `${SETTING} return ${JSON.stringify(messages.map((one) => [...one]))}.map((one) =>
        [...ecdsa.sign('${curve}', of(${length}), Uint8Array.from(one), 'compact')])`,
    )
    expect(results).toEqual(expected)
    // Positive control: some of the eight signatures have a high s.
    const low = messages.map((message) => [...group.sign(message, key, { lowS: true, format: 'compact' })])
    expect(low).not.toEqual(expected)
  }
})

test('the image’s files, arguments and environment are available', async () => {
  expect(
    await lab.run(`const text = (path) => { const file = sdk.readFile(path); return file && new TextDecoder().decode(file) }
      return [text('etc/motd'), text('etc/nothing') === undefined, sdk.args(), sdk.env()]`),
  ).toEqual(['welcome', true, ['one', 'two'], { COLOUR: 'blue' }])
})

test('the backlog of waiting connections is as requested, 64 by default', async () => {
  for (const [port, args, backlog] of [
    [5950, '5950', 64],
    [5951, '5951, 3', 3],
  ] as const) {
    // The guest accepts the first connection and no other.
    await lab.run(
      `globalThis.waiting = sdk.vsock.listen(${args}); globalThis.taken = waiting.next(); return 0`,
    )
    const sockets = [await connectWhenReady(lab.enclave, port)]
    await lab.run('await taken; return 0')
    for (;;) {
      const next = await lab.enclave.connect(port).catch(({ code }: { code: string }) => code)
      if (typeof next === 'string') {
        expect(next).toBe('E_VSOCK_REFUSED')
        break
      }
      sockets.push(next)
    }
    expect(sockets).toHaveLength(1 + backlog)
    for (const socket of sockets) socket.reset()
  }
})
