/** Bytes: encodings of Buffer, random bytes in parts of a buffer, and the memory of scrypt. */
import { Buffer } from 'node:buffer'
import crypto from 'node:crypto'
import { thrown } from './thrown.ts'

function ofBase64Url() {
  const bytes = Buffer.from([0xfb, 0xff, 0xbf, 0, 1])
  const target = Buffer.alloc(6, 1)
  return {
    text: bytes.toString('base64url'),
    part: bytes.toString('base64url', 1, 3),
    upper: bytes.toString('BASE64URL' as 'base64url'),
    read: ['-_-_AAE', '+/+/AAE=', '-_-_AAE='].map((text) => Buffer.from(text, 'base64url').toString('hex')),
    written: [target.write('-_-_', 1, 'base64url'), target.toString('hex')],
    filled: Buffer.alloc(4, '-_8', 'base64url').toString('hex'),
    found: [bytes.indexOf('_7', 'base64url'), bytes.includes('AAE', 3, 'base64url')],
    length: [Buffer.byteLength('-_-_AA', 'base64url'), Buffer.isEncoding('base64url')],
  }
}

/** Which bytes were filled: those are probably not all zero. */
const filled = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 16 }, (_, at) =>
    bytes.subarray(16 * at, 16 * at + 16).some((byte) => byte !== 0),
  )

function ofRandom() {
  const fill = (offset?: number, size?: number) => {
    const bytes = Buffer.alloc(64)
    crypto.randomFillSync(bytes, offset, size)
    return filled(bytes)
  }
  const words = new Uint32Array(16)
  crypto.randomFillSync(words, 4, 8)
  const outer = new ArrayBuffer(64)
  crypto.randomFillSync(new Uint8Array(outer, 16, 16))
  return {
    parts: [fill(), fill(16), fill(16, 16), fill(64), fill(0, 0)],
    words: filled(new Uint8Array(words.buffer)),
    view: filled(new Uint8Array(outer)),
    whole: filled(new Uint8Array(crypto.randomFillSync(new ArrayBuffer(32)))),
    refused: [
      thrown(() => fill(65)),
      thrown(() => fill(-1)),
      thrown(() => fill(60, 5)),
      thrown(() => crypto.randomFillSync('text' as never)),
      thrown(() => crypto.randomBytes('1' as never)),
      thrown(() => crypto.randomBytes(-1)),
      thrown(() => crypto.randomInt(5, 5)),
    ],
  }
}

function ofScrypt() {
  const derive = (options: object) =>
    thrown(() => crypto.scryptSync('password', 'salt', 16, options).toString('hex'))
  return [
    derive({ N: 1024 }),
    derive({ cost: 16, blockSize: 1, parallelization: 2 }),
    derive({ N: 1024, maxmem: 1024 * 1024 }),
    derive({ N: 1024, r: 8, p: 1, maxmem: 128 * 8 * (1024 + 2) + 128 * 8 }),
    derive({ N: 1024, r: 8, p: 1, maxmem: 128 * 8 * (1024 + 2) + 128 * 8 - 1 }),
    derive({ N: 32_768 }),
    derive({ N: 1000 }),
    derive({ N: 1 }),
  ]
}

/** In Node and in an enclave, something is not an instance of a class that only Node has. */
const ofClasses = () =>
  [crypto.KeyObject, crypto.X509Certificate, crypto.DiffieHellman].map(
    (type) => ({}) instanceof (type as never),
  )

/** A secret key is used and exported. */
function ofKeys() {
  const key = crypto.createSecretKey('0a0b0c', 'hex')
  const attempt = (work: () => unknown) => {
    try {
      return work()
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  return [
    [key.type, key.symmetricKeySize, key.export().toString('hex'), key.export({ format: 'jwk' })],
    [key instanceof crypto.KeyObject, key.equals(crypto.createSecretKey(Buffer.from([10, 11, 12])))],
    [key.equals(crypto.createSecretKey('0a0b0d', 'hex'))],
    crypto.createHmac('sha256', key).update('data').digest('hex'),
    attempt(() => crypto.createSecretKey(5 as never)),
  ]
}

export function ofBytes(): unknown {
  const numbers = Buffer.from('0102030405060708', 'hex') as Buffer & Record<string, (at: number) => bigint>
  return {
    base64url: ofBase64Url(),
    random: ofRandom(),
    scrypt: ofScrypt(),
    classes: ofClasses(),
    keys: ofKeys(),
    lower: `${numbers['readBigUint64LE']!(0)} ${numbers['readBigUint64BE']!(0)}`,
    copied: Buffer.copyBytesFrom(new Uint16Array([1, 2, 3]), 1, 1).toString('hex'),
    derived: [
      Buffer.from(crypto.hkdfSync('sha256', 'key', '', 'info', 40)).toString('hex'),
      crypto.pbkdf2Sync('password', 'salt', 2, 70_000, 'sha1').subarray(-8).toString('hex'),
      crypto.createHmac('sha1', Buffer.alloc(70_000, 7)).update('a').digest('hex'),
    ],
  }
}
