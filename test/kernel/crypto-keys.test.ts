/** Signatures, key agreement and RSA requested by an engine, compared with Node's own. */
import * as node from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bytes, caller, PART } from './crypto-caller.ts'

const { call, decide } = caller()
const ofNode = (buffer: Buffer | ArrayBuffer) => new Uint8Array(buffer)
const base64 = (part: Uint8Array) => Buffer.from(part).toString('base64url')
const LENGTHS = [0, 1, PART, PART + 5]

describe.each([
  ['P-256', 'prime256v1', 32, 0],
  ['P-384', 'secp384r1', 48, 1],
] as const)('%s', (crv, name, length, curve) => {
  const privateKey = call('ecGenerate', [curve], bytes(32))!
  const point = call('ecPublic', [curve], privateKey)!
  const jwk = {
    kty: 'EC',
    crv,
    x: base64(point.subarray(1, length + 1)),
    y: base64(point.subarray(length + 1)),
  }
  const publicKey = node.createPublicKey({ key: jwk, format: 'jwk' })
  const ofPrivate = node.createPrivateKey({ key: { ...jwk, d: base64(privateKey) }, format: 'jwk' })

  test('makes the public key that Node makes', () => {
    const ecdh = node.createECDH(name)
    ecdh.setPrivateKey(privateKey)
    expect(point).toEqual(ofNode(ecdh.getPublicKey()))
  })

  test.each([...['sha256', 'sha384', 'sha512', 'sha1'].entries()])(
    'signs with digest %d, %s',
    (digest, hash) => {
      for (const size of LENGTHS) {
        const data = bytes(size)
        const signature = call('ecdsaSign', [curve, digest], privateKey, data)!
        const encoding = { dsaEncoding: 'ieee-p1363' } as const
        expect(node.verify(hash, data, { key: publicKey, ...encoding }, signature)).toBe(true)
        const other = ofNode(node.sign(hash, data, { key: ofPrivate, ...encoding }))
        expect(decide('ecdsaVerify', [curve, digest], point, other, data)).toBe(1)
        other[9]! ^= 1
        expect(decide('ecdsaVerify', [curve, digest], point, other, data)).toBe(0)
      }
    },
  )

  test('signs deterministically, and not with an invalid key', () => {
    const sign = (key: Uint8Array) => call('ecdsaSign', [curve, 0], key, bytes(1))
    expect(sign(privateKey)).toEqual(sign(privateKey))
    for (const byte of [0, 255]) expect(sign(new Uint8Array(length).fill(byte))).toBeUndefined()
  })

  test('agrees with Node on a secret, and refuses a point that is not on the curve', () => {
    const ecdh = node.createECDH(name)
    const other = ofNode(ecdh.generateKeys())
    expect(call('ecdh', [curve], privateKey, other)).toEqual(ofNode(ecdh.computeSecret(point)))
    other[length]! ^= 1
    expect(call('ecdh', [curve], privateKey, other)).toBeUndefined()
  })
})

test('Ed25519 signs and verifies as Node does', () => {
  const privateKey = bytes(32)
  const key = node.createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), privateKey]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = call('ed25519Public', [], privateKey)!
  expect(base64(publicKey)).toBe(node.createPublicKey(key).export({ format: 'jwk' }).x)
  for (const size of LENGTHS) {
    const signature = ofNode(node.sign(null, bytes(size), key))
    expect(call('ed25519Sign', [], privateKey, bytes(size))).toEqual(signature)
    expect(decide('ed25519Verify', [], publicKey, signature, bytes(size))).toBe(1)
    signature[40]! ^= 1
    expect(decide('ed25519Verify', [], publicKey, signature, bytes(size))).toBe(0)
  }
})

test('X25519 agrees with Node', () => {
  const one = node.generateKeyPairSync('x25519')
  const other = node.generateKeyPairSync('x25519')
  const part = (key: node.KeyObject, name: 'd' | 'x') =>
    ofNode(Buffer.from(key.export({ format: 'jwk' })[name]!, 'base64url'))
  const secret = call('x25519', [], part(one.privateKey, 'd'), part(other.publicKey, 'x'))
  expect(secret).toEqual(
    ofNode(node.diffieHellman({ privateKey: one.privateKey, publicKey: other.publicKey })),
  )
})

describe('PBKDF2', () => {
  test.each([...['sha256', 'sha384', 'sha512', 'sha1'].entries()])('with digest %d, %s', (digest, hash) => {
    for (const [iterations, length, password, salt] of [
      [1, 0, 0, 0],
      [2, 100, 10, 16],
      [1000, 64, 200, 500],
      [1, PART, 4, PART - 4],
    ] as const)
      expect(call('pbkdf2', [digest, iterations, length], bytes(password), bytes(salt))).toEqual(
        length === 0
          ? bytes(0)
          : ofNode(node.pbkdf2Sync(bytes(password), bytes(salt), iterations, length, hash)),
      )
  })
})

describe('RSA', () => {
  const key = call('rsaGenerate', [2048, 65537], bytes(32))!
  const modulus = key.subarray(0, 256)
  const exponent = Uint8Array.of(1, 0, 1)
  const half = (at: number) => base64(key.subarray(256 + 128 * at, 384 + 128 * at))
  const jwk = { kty: 'RSA', n: base64(modulus), e: 'AQAB' }
  const publicKey = node.createPublicKey({ key: jwk, format: 'jwk' })
  const d = call('rsaExponent', [65537], key)!
  const privateKey = node.createPrivateKey({
    key: { ...jwk, d: base64(d), p: half(0), q: half(1), dp: half(2), dq: half(3), qi: half(4) },
    format: 'jwk',
  })
  const wrap = (text: Uint8Array, oaepHash = 'sha256', oaepLabel = bytes(0)) =>
    ofNode(node.publicEncrypt({ key: publicKey, oaepHash, oaepLabel }, text))

  test('generates a key from a seed of 32 to 1024 bytes, deterministically', () => {
    expect(key).toHaveLength(896)
    expect(call('rsaGenerate', [2048, 65537], bytes(1024))).toHaveLength(896)
    expect(call('rsaGenerate', [2048, 65537], bytes(32))).toEqual(key)
    expect(call('rsaGenerate', [1024, 3], bytes(32))).toHaveLength(448)
    for (const length of [31, 1025]) expect(call('rsaGenerate', [2048, 65537], bytes(length))).toBeUndefined()
  })

  test.each([0, 1, 190])('OAEP opens what Node sealed, and the reverse, %d bytes', (length) => {
    const open = (sealed: Uint8Array, label = bytes(0)) => call('rsaOaepOpen', [0], key, label, sealed)
    expect(open(wrap(bytes(length)))).toEqual(bytes(length))
    expect(open(wrap(bytes(length), 'sha256', bytes(9)), bytes(9))).toEqual(bytes(length))
    const sealed = call('rsaOaepSeal', [0], modulus, exponent, bytes(32), bytes(5), bytes(length))!
    const about = { key: privateKey, oaepHash: 'sha256', oaepLabel: bytes(5) }
    expect(ofNode(node.privateDecrypt(about, sealed))).toEqual(bytes(length))
  })

  describe('PKCS #1 verifies only the one encoding of RFC 8017, section 9.2', () => {
    const INFO = '3031300d060960864801650304020105000420'
    const hash = node.hash('sha256', bytes(9), 'hex')
    /** The encoding with 255s up to the length of the modulus, then 0 and `end`. */
    const encoding = (end: string, start = '0001') =>
      Buffer.from(`${start}${'ff'.repeat(256 - start.length / 2 - 1 - end.length / 2)}00${end}`, 'hex')
    const at = (place: number, byte: number) => encoding(INFO + hash).fill(byte, place, place + 1)
    const verify = (encoded: Uint8Array) => {
      const signature = node.privateEncrypt(
        { key: privateKey, padding: node.constants.RSA_NO_PADDING },
        encoded,
      )
      return decide('rsaVerify', [0], modulus, exponent, ofNode(signature), bytes(9))
    }

    test('it is accepted', () => expect(verify(encoding(INFO + hash))).toBe(1))

    test.each([
      ['a byte of the padding that is not 255', at(100, 254)],
      ['the first byte of the padding that is not 255', at(2, 254)],
      ['the last byte of the padding that is not 255', at(203, 254)],
      ['the padding of an encryption', at(1, 2)],
      ['padding that ends early', at(100, 0)],
      ['no zero after the padding', at(204, 255)],
      ['another hash', at(255, Number.parseInt(hash.slice(-2), 16) ^ 1)],
      ['another digest', encoding(`3031300d060960864801650304020205000420${hash}`)],
      ['no NULL', encoding(`302f300b06096086480165030402010420${hash}`)],
      ['parameters that are not NULL', encoding(`3031300d060960864801650304020104000420${hash}`)],
      ['bytes after the hash', encoding(`${INFO}${hash}00`)],
      ['bytes after the hash and short padding', encoding(INFO + hash + '00'.repeat(100))],
      ['only the hash', encoding(hash)],
    ])('it is rejected with %s', (_, encoded) => {
      expect(encoded).toHaveLength(256)
      expect(verify(encoded)).toBe(0)
    })
  })

  test('OAEP rejects another length, another key, another label or another digest', () => {
    const wrapped = wrap(bytes(1))
    const longer = (part: Uint8Array) => new Uint8Array([...part, 0])
    const open = (one: Uint8Array, other: Uint8Array, label = bytes(0)) =>
      call('rsaOaepOpen', [0], one, label, other)
    for (const [one, other] of [
      [key, wrapped.subarray(1)],
      [key, longer(wrapped)],
      [key.subarray(0, 895), wrapped],
      [longer(key), wrapped],
      [key, wrap(bytes(1), 'sha1')],
    ] as const)
      expect(open(one, other)).toBeUndefined()
    expect(open(key, wrapped, bytes(1))).toBeUndefined()
  })

  test.each([...['sha256', 'sha384', 'sha512', 'sha1'].entries()])(
    'signs with digest %d, %s',
    (digest, hash) => {
      const pss = { padding: node.constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }
      for (const size of LENGTHS) {
        const data = bytes(size)
        const pkcs1 = call('rsaSign', [digest], key, data)!
        expect(pkcs1).toEqual(ofNode(node.sign(hash, data, privateKey)))
        expect(decide('rsaVerify', [digest], modulus, exponent, pkcs1, data)).toBe(1)
        expect(decide('rsaVerify', [digest], modulus, exponent, pkcs1, bytes(size + 1))).toBe(0)
        const made = call('rsaPssSign', [digest], key, bytes(20), data)!
        expect(node.verify(hash, data, { key: publicKey, ...pss }, made)).toBe(true)
        const other = ofNode(node.sign(hash, data, { key: privateKey, ...pss }))
        expect(decide('rsaPssVerify', [digest, 20], modulus, exponent, other, data)).toBe(1)
        expect(decide('rsaPssVerify', [digest, 21], modulus, exponent, other, data)).toBe(0)
        other[3]! ^= 1
        expect(decide('rsaPssVerify', [digest, 20], modulus, exponent, other, data)).toBe(0)
      }
    },
  )
})
