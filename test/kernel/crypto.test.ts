/** The crypto module of the engine: its imports and keys, what remains in its memory, and calls by a hostile engine. */
import { execFile } from 'node:child_process'
import * as node from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createCrypto } from '../../src/kernel/crypto.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const bytes = readFileSync(path('guests/engine/crypto.wasm'))
const module = new WebAssembly.Module(bytes)

type Raw = (...numbers: number[]) => number

/** An instance of the module without an engine. */
function instance() {
  const { memory, ...steps } = new WebAssembly.Instance(module).exports as Record<string, Raw> & {
    memory: WebAssembly.Memory
  }
  const at = steps['buffer']!()
  const buffer = () => Buffer.from(memory.buffer, at, 65536)
  const load = (...parts: Uint8Array[]) => buffer().set(Buffer.concat(parts))
  return { memory, steps, buffer, load }
}

/** A hostile engine, with its own memory and `realloc`. */
function engine(realloc: Raw = () => 4096) {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const imports = createCrypto(module) as Record<string, (() => void) & Record<symbol, unknown>>
  const call = (name: string, ...numbers: number[]) => {
    const lower = imports[name]![Symbol.for('cabiLower')] as (context: unknown) => Raw
    return lower({ memory, realloc, resourceTables: [] })(...numbers)
  }
  return { memory, imports, call }
}

describe('the module', () => {
  test('imports nothing', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([])
  })

  test('makes RSA-2048 keys that OpenSSL accepts, and decrypts what it wrapped', () => {
    const { steps, buffer, load } = instance()
    load(node.randomBytes(48))
    expect(steps['rsa_generate']!(2048, 65537, 48)).toBe(1)
    const key = Buffer.from(buffer().subarray(0, 896))
    const part = (from: number, length: number) => key.subarray(from, from + length).toString('base64url')
    const half = (index: number) => part(256 + 128 * index, 128)
    const numbers = {
      n: part(0, 256),
      e: 'AQAB',
      p: half(0),
      q: half(1),
      dp: half(2),
      dq: half(3),
      qi: half(4),
    }
    const big = (text: string) => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`)
    const [p, q] = [big(numbers.p), big(numbers.q)]
    expect(p * q).toBe(big(numbers.n))
    expect((big(numbers.dp) * 65537n) % (p - 1n)).toBe(1n)
    expect((big(numbers.dq) * 65537n) % (q - 1n)).toBe(1n)
    expect((big(numbers.qi) * q) % p).toBe(1n)
    for (const prime of [p, q]) expect(node.checkPrimeSync(prime)).toBe(true)
    const publicKey = node.createPublicKey({ key: { kty: 'RSA', n: numbers.n, e: 'AQAB' }, format: 'jwk' })
    for (const length of [0, 1, 32, 190]) {
      const text = node.randomBytes(length)
      load(key, node.publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, text))
      expect(steps['rsa_oaep_open']!(256, 128, 0)).toBe(length)
      expect(Buffer.from(buffer().subarray(0, length)).equals(text)).toBe(true)
    }
    const other = node.publicEncrypt({ key: publicKey, oaepHash: 'sha1' }, node.randomBytes(8))
    load(key, other)
    expect(steps['rsa_oaep_open']!(256, 128, 0)).toBe(-1)
  })

  test('contains nothing of a key once it has been wiped', () => {
    const { memory, steps, load } = instance()
    const key = node.randomBytes(32)
    const holds = () => Buffer.from(memory.buffer).includes(key)
    load(key, node.randomBytes(12))
    expect(holds()).toBe(true)
    steps['gcm_begin']!(32, 12)
    steps['gcm_tag']!()
    steps['wipe']!()
    expect(holds()).toBe(false)
    steps['hash_begin']!(256)
    load(key)
    expect(steps['ecdsa_sign']!(32, 256)).toBe(1)
    steps['wipe']!()
    expect(holds()).toBe(false)
    load(key)
    steps['ed25519_begin']!()
    steps['wipe']!()
    expect(holds()).toBe(false)
    load(key, node.randomBytes(16))
    expect(steps['argon2id']!(64, 1, 1, 32, 32, 16, 0)).toBe(0)
    steps['wipe']!()
    expect(holds()).toBe(false)
  })

  if (process.env['WEBCLAVE_LONG']) {
    test('is reproducible from its sources', async () => {
      const script = path('scripts/build-crypto.ts')
      const { stdout } = await promisify(execFile)(process.execPath, [script, '--check'])
      expect(stdout).toContain(node.hash('sha384', bytes))
    }, 300_000)
  }
})

describe('a hostile engine', () => {
  const outside = /out of bounds/

  test('gets a digest if it behaves (control)', () => {
    const { memory, call } = engine()
    call('hash', 0, 0, 3, 100)
    const view = new DataView(memory.buffer)
    expect([view.getUint8(100), view.getUint32(104, true), view.getUint32(108, true)]).toEqual([1, 4096, 32])
    const wanted = node.hash('sha256', Buffer.alloc(3), 'buffer')
    expect(Buffer.from(memory.buffer, 4096, 32).equals(wanted)).toBe(true)
  })

  test.each([
    ['a list beyond its memory', 0, 65530, 10, 100],
    ['a list of the maximum length', 0, 0, -1, 100],
    ['a list that begins after its memory', 0, -1, 1, 100],
    ['a result beyond its memory', 0, 0, 3, 65530],
  ])('traps for %s', (_, ...numbers) => {
    expect(() => engine().call('hash', ...numbers)).toThrow(outside)
  })

  test('traps for an unknown digest', () => {
    expect(() => engine().call('hash', 4, 0, 3, 100)).toThrow('unknown digest')
    expect(() => engine().call('ecPublic', 2, 0, 32, 100)).toThrow('unknown curve')
    expect(() => engine().call('hkdf', -1, 32, 0, 3, 0, 3, 0, 3, 100)).toThrow('unknown digest')
  })

  test('traps if its realloc returns an address outside its memory', () => {
    expect(() => engine(() => 65530).call('hash', 0, 0, 3, 100)).toThrow(outside)
    expect(() => engine(() => -5).call('aesGcmSeal', 0, 32, 0, 12, 0, 0, 0, 100, 100)).toThrow(outside)
  })

  test.each([
    ['HKDF of 4 GiB', 'hkdf', [2, -1, 0, 3, 0, 3, 0, 3]],
    ['a key of another length', 'aesGcmSeal', [0, 33, 0, 12, 0, 0, 0, 1]],
    ['input shorter than a tag', 'aesGcmOpen', [0, 32, 0, 12, 0, 0, 0, 15]],
    ['an incomplete block', 'aesCbcOpen', [0, 32, 0, 16, 0, 17]],
    ['no block', 'aesCbcOpen', [0, 32, 0, 16, 0, 0]],
    ['a counter of no bits', 'aesCtr', [0, 0, 32, 0, 16, 0, 16]],
    ['a counter of 129 bits', 'aesCtr', [129, 0, 32, 0, 16, 0, 16]],
    ['key wrap of one word', 'aesWrap', [0, 32, 0, 8]],
    ['key wrap of more than fits', 'aesWrap', [0, 32, 0, 65504]],
    ['key unwrap of no word', 'aesUnwrap', [0, 32, 0, 16]],
    ['a seed of 31 bytes', 'rsaGenerate', [2048, 65537, 0, 31]],
    ['a modulus that is too long', 'rsaGenerate', [4112, 65537, 0, 32]],
    ['a modulus of -1 bits', 'rsaGenerate', [-1, 65537, 0, 32]],
    ['an even exponent', 'rsaGenerate', [2048, 65536, 0, 32]],
    ['a key that is too short', 'rsaOaepOpen', [0, 0, 895, 0, 0, 0, 256]],
    ['a key that is too long', 'rsaOaepOpen', [0, 0, 1799, 0, 0, 0, 514]],
    ['a label that is too long', 'rsaOaepOpen', [0, 0, 896, 0, 16385, 0, 256]],
    ['an exponent longer than the modulus', 'rsaOaepSeal', [0, 0, 256, 0, 257, 0, 32, 0, 0, 0, 1]],
    ['a text longer than OAEP takes', 'rsaOaepSeal', [0, 0, 256, 0, 3, 0, 32, 0, 0, 0, 191]],
    ['a salt that is too long', 'rsaPssSign', [0, 0, 896, 0, 513, 0, 1]],
    ['a private key of zero', 'ecPublic', [0, 0, 32]],
    ['a private key of another curve', 'ecdsaSign', [0, 0, 0, 48, 0, 1]],
    ['a point of another length', 'ecdh', [0, 0, 32, 0, 64]],
    ['an Ed25519 key of 33 bytes', 'ed25519Sign', [0, 33, 0, 1]],
    ['an X25519 point of zero', 'x25519', [0, 32, 0, 32]],
    ['PBKDF2 of more than fits', 'pbkdf2', [0, 1, 65537, 0, 8, 0, 8]],
    ['PBKDF2 without an iteration', 'pbkdf2', [0, 0, 32, 0, 8, 0, 8]],
    ['Argon2 of 4 TiB', 'argon2id', [-1, 1, 1, 32, 0, 8, 0, 8, 0, 0]],
    ['Argon2 of 4 GiB', 'argon2id', [64, 1, 1, -1, 0, 8, 0, 8, 0, 0]],
    ['Argon2 with no lane', 'argon2id', [64, 1, 0, 32, 0, 8, 0, 8, 0, 0]],
  ] as const)('gets no result for %s', (_, name, numbers) => {
    const { memory, call } = engine()
    new DataView(memory.buffer).setUint8(100, 7)
    call(name, ...numbers, 100)
    expect(new DataView(memory.buffer).getUint8(100)).toBe(0)
  })
})
