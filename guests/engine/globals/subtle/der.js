/** As much DER as SubjectPublicKeyInfo and PKCS#8 need. Input is hostile: only the one right encoding is read. */
import { concat, fail, trimmed } from './host.js'

export const INTEGER = 0x02
export const BIT_STRING = 0x03
export const OCTET_STRING = 0x04
export const NULL = 0x05
export const OBJECT = 0x06
export const SEQUENCE = 0x30
const ATTRIBUTES = 0xa0
const PUBLIC_KEY = 0x81

const malformed = () => fail('DataError', 'the key is malformed')

/** One element. */
export function write(tag, ...parts) {
  const content = concat(...parts)
  const { length } = content
  if (length < 0x80) return concat([tag, length], content)
  if (length < 0x100) return concat([tag, 0x81, length], content)
  return concat([tag, 0x82, length >> 8, length & 0xff], content)
}

/** An integer that is not negative, from its digits. */
export function writeInteger(bytes) {
  const digits = trimmed(bytes)
  return write(INTEGER, digits.length === 0 || digits[0] >= 0x80 ? [0] : [], digits)
}

/** Reads the elements in `bytes`, one after the other. */
export class Reader {
  #bytes
  #at = 0
  constructor(bytes) {
    this.#bytes = bytes
  }

  get hasMore() {
    return this.#at < this.#bytes.length
  }

  /** The tag of what comes next. */
  get tag() {
    return this.#bytes[this.#at]
  }

  /** The content of the next element, which must have the tag. */
  read(tag) {
    if (this.tag !== tag) malformed()
    let length = this.#bytes[this.#at + 1] ?? malformed()
    let from = this.#at + 2
    if (length >= 0x80) {
      const count = length - 0x80
      if (count < 1 || count > 2) malformed()
      length = 0
      for (let i = 0; i < count; i++) length = length * 256 + (this.#bytes[from++] ?? malformed())
      if (length < (count === 1 ? 0x80 : 0x100)) malformed()
    }
    const end = from + length
    if (end > this.#bytes.length) malformed()
    this.#at = end
    return this.#bytes.subarray(from, end)
  }

  inner(tag = SEQUENCE) {
    return new Reader(this.read(tag))
  }

  /** The digits of an integer that is not negative. */
  integer() {
    const bytes = this.read(INTEGER)
    if (bytes.length === 0 || bytes[0] >= 0x80) malformed()
    if (bytes.length > 1 && bytes[0] === 0 && bytes[1] < 0x80) malformed()
    return trimmed(bytes)
  }

  /** A bit string of whole bytes. */
  bits() {
    const bytes = this.read(BIT_STRING)
    if (bytes[0] !== 0) malformed()
    return bytes.subarray(1)
  }

  end() {
    if (this.hasMore) malformed()
  }
}

/** SubjectPublicKeyInfo: the bytes of the algorithm, and of the key. */
export function readSpki(bytes) {
  const outer = new Reader(bytes)
  const info = outer.inner()
  outer.end()
  const algorithm = info.read(SEQUENCE)
  const key = info.bits()
  info.end()
  return { algorithm, key }
}

/** PKCS#8, RFC 5958: the bytes of the algorithm, and of the key. Attributes and the public key are skipped. */
export function readPkcs8(bytes) {
  const outer = new Reader(bytes)
  const info = outer.inner()
  outer.end()
  const version = info.integer()
  if (version.length > 1 || version[0] > 1) malformed()
  const algorithm = info.read(SEQUENCE)
  const key = info.read(OCTET_STRING)
  if (info.tag === ATTRIBUTES) info.read(ATTRIBUTES)
  if (info.tag === PUBLIC_KEY && version[0] === 1) info.read(PUBLIC_KEY)
  info.end()
  return { algorithm, key }
}

export const writeSpki = (algorithm, key) =>
  write(SEQUENCE, write(SEQUENCE, algorithm), write(BIT_STRING, [0], key))

export const writePkcs8 = (algorithm, key) =>
  write(SEQUENCE, write(INTEGER, [0]), write(SEQUENCE, algorithm), write(OCTET_STRING, key))
