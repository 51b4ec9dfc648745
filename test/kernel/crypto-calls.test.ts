/** Digests, derived keys and password hashes requested by an engine, compared with Node's own, at each limit. */
import * as node from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bytes, caller, PART } from './crypto-caller.ts'
import { rawOf } from './rig.ts'

const DIGESTS = ['sha256', 'sha384', 'sha512', 'sha1'] as const
const BITS = [256, 384, 512, 160] as const
const OUTPUTS = 0x80000
const { call } = caller()
const ofNode = (buffer: Buffer | ArrayBuffer) => new Uint8Array(buffer)

describe.each([0, 1, 2, 3])('with digest %d', (digest) => {
  const name = DIGESTS[digest]!
  const hmac = (key: Uint8Array, ...data: Uint8Array[]) =>
    node.createHmac(name, key).update(Buffer.concat(data)).digest()
  /** HKDF by RFC 5869, because Node's own limits the length of `info`. */
  const hkdf = (length: number, secret: Uint8Array, salt: Uint8Array, info: Uint8Array) => {
    const key = hmac(salt, secret)
    let [all, last] = [Buffer.alloc(0), Buffer.alloc(0)]
    for (let at = 1; all.byteLength < length; at++) {
      last = Buffer.from(hmac(key, last, info, Uint8Array.of(at)))
      all = Buffer.concat([all, last])
    }
    return ofNode(all.subarray(0, length))
  }

  test.each([0, 1, PART - 1, PART, PART + 1, 2 * PART + 5])(
    'the hash of %d bytes equals Node’s',
    (length) => {
      const data = bytes(length)
      expect(call('hash', [digest], data)).toEqual(ofNode(node.hash(name, data, 'buffer')))
    },
  )

  test.each([
    [0, 0],
    [32, PART + 1],
    [200, 3],
    [PART, 10],
  ])('HMAC with a key of %d bytes over %d bytes equals Node’s', (key, data) => {
    expect(call('hmac', [digest], bytes(key, 3), bytes(data))).toEqual(
      ofNode(hmac(bytes(key, 3), bytes(data))),
    )
  })

  test('HMAC rejects a key that is longer than the buffer', () => {
    expect(call('hmac', [digest], bytes(PART + 1), bytes(1))).toBeUndefined()
  })

  const most = (255 * BITS[digest]!) / 8
  test.each([
    [0, 32, 32, 1],
    [1, 32, 0, 0],
    [42, 22, 13, 10],
    [most, 32, 32, 16],
    [64, 32, 32, 16_384],
    [64, PART - 40 - 100, 40, 100],
  ])('HKDF of %d bytes from %d, with a salt of %d and an info of %d, equals RFC 5869', (length, ...lists) => {
    const [secret, salt, info] = lists.map((part, at) => bytes(part, at)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    expect(call('hkdf', [digest, length], secret, salt, info)).toEqual(hkdf(length, secret, salt, info))
  })

  test.each([
    [most + 1, 32, 32, 16],
    [64, 32, 32, 16_385],
    [64, PART - 40 - 99, 40, 100],
  ])('HKDF of %d bytes from %d, with a salt of %d and an info of %d, is rejected', (length, ...lists) => {
    expect(call('hkdf', [digest, length], ...lists.map((part) => bytes(part)))).toBeUndefined()
  })
})

describe('Argon2id', () => {
  const argon = (
    length: number,
    numbers = [64, 2, 1],
    lists: readonly Uint8Array[] = [bytes(9), bytes(16), bytes(8)],
  ) => call('argon2id', [...numbers, length], ...lists)

  test('equals Node’s implementation', () => {
    const [message, nonce, secret] = [bytes(9), bytes(16, 2), bytes(8, 3)]
    const made = argon(40, [128, 3, 2], [message, nonce, secret])
    const asked = { message, nonce, secret, parallelism: 2, tagLength: 40, memory: 128, passes: 3 }
    expect(made).toEqual(ofNode(node.argon2Sync('argon2id', asked)))
  })

  test('gives 4 to 1024 bytes, from inputs that fit into the buffer', () => {
    expect(argon(1024)).toHaveLength(1024)
    expect(argon(1025)).toBeUndefined()
    expect(argon(32, [64, 1, 1], [bytes(PART - 24), bytes(16), bytes(8)])).toHaveLength(32)
    expect(argon(32, [64, 1, 1], [bytes(PART - 23), bytes(16), bytes(8)])).toBeUndefined()
  })
})

test('the module is instantiated once, on first use, and its buffer is wiped', () => {
  const made: WebAssembly.Instance[] = []
  const Original = WebAssembly.Instance
  WebAssembly.Instance = class extends Original {
    constructor(...words: ConstructorParameters<typeof Original>) {
      super(...words)
      made.push(this)
    }
  }
  try {
    const fresh = caller()
    expect(made).toHaveLength(0)
    fresh.call('hash', [0], bytes(100))
    const exports = made[0]!.exports as unknown as { buffer(): number; memory: WebAssembly.Memory }
    const isClean = () =>
      new Uint8Array(exports.memory.buffer, exports.buffer(), PART).every((byte) => byte === 0)
    expect(isClean()).toBe(true)
    fresh.call('aesCbcOpen', [], bytes(32), bytes(16), bytes(16))
    expect(isClean()).toBe(true)
    // This call traps after the computation, because its result is beyond the memory.
    expect(() =>
      rawOf(fresh.imports['hmac'], { memory: fresh.memory, realloc: () => OUTPUTS, resourceTables: [] })(
        0,
        0,
        9,
        0,
        9,
        -1,
      ),
    ).toThrow()
    expect(isClean()).toBe(true)
    expect(made).toHaveLength(1)
  } finally {
    WebAssembly.Instance = Original
  }
})

test('an operation has only its lowered form', () => {
  for (const operation of Object.values(caller().imports))
    expect(operation as () => void).toThrow('only through the lowered functions')
})
