/**
 * Parses one message of the service wire format: a subset of CBOR (RFC 8949), directly into JavaScript values. Input is
 * hostile: nothing is allocated for a length before that many bytes have arrived, the only accepted tag is that of
 * dates, and depth and number of items are limited, so time and memory are proportional to the message's length. No
 * general decoder sees the bytes first.
 */

import { EnclaveError } from '../base/error.ts'
import { keepInTable } from '../base/plain-object.ts'

/** Maximum nesting depth of arrays and objects in a message, the message itself included. */
export const MAX_DEPTH = 64

/** Maximum number of values in a message: array items, object keys, object values and containers all count. */
export const MAX_ITEMS: number = 1 << 17

/** Tag 1, a date as seconds since 1970 (RFC 8949, section 3.4.2): the only accepted tag. */
const DATE = 1

const FALSE = 20
const TRUE = 21
const NULL = 22
const UNDEFINED = 23
/** ASCII strings up to this length are decoded faster character by character. */
const SHORT_TEXT = 32

/** Widths in bytes of the floating-point numbers for additional information 25 to 27. */
const FLOAT_WIDTHS = [2, 4, 8]

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses `bytes`. Byte strings in the result are copies.
 *
 * @throws {EnclaveError} E_SERVICE_FRAME for everything that `encodeFrame` never writes: malformed or truncated input
 *   and trailing bytes; too much nesting or too many values; tags other than 1; items of indefinite length; keys that
 *   are not strings, duplicate keys and the key `__proto__`; strings that are not UTF-8.
 */
export function readMessage(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes)
  const value = reader.value(0)
  if (reader.at !== bytes.length) throw malformed('trailing bytes after a message', `byte ${reader.at}`)
  return value
}

class Reader {
  at = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #items = 0
  /** The additional information of the most recent head. */
  #information = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  value(depth: number): unknown {
    if (++this.#items > MAX_ITEMS) throw malformed('a message has too many values', `over ${MAX_ITEMS}`)
    const major = this.#initial()
    if (major === 7) return this.#simple()
    const argument = this.#argument(major)
    switch (major) {
      case 0:
        return argument
      case 1:
        return typeof argument === 'bigint' ? -1n - argument : -1 - argument
      case 2:
        // A Buffer's own method would not copy.
        return new Uint8Array(this.#take(argument))
      case 3:
        return this.#text(argument)
      case 4:
        return this.#array(argument, this.#deeper(depth))
      case 5:
        return this.#object(argument, this.#deeper(depth))
      default:
        return this.#date(argument, depth)
    }
  }

  /** Consumes an initial byte; returns its major type. */
  #initial(): number {
    const byte = this.#bytes[this.at]
    if (byte === undefined) throw this.#cutOff()
    this.at += 1
    this.#information = byte & 0x1f
    return byte >> 5
  }

  #argument(major: number): number | bigint {
    const information = this.#information
    if (information < 24) return information
    const { at } = this
    const width = information < 28 ? 1 << (information - 24) : 0
    if (width === 0)
      throw malformed('an item has an indefinite or reserved length', `major type ${major} at byte ${at - 1}`)
    if (at + width > this.#bytes.length) throw this.#cutOff()
    this.at += width
    if (width === 1) return this.#view.getUint8(at)
    if (width === 2) return this.#view.getUint16(at)
    return width === 4 ? this.#view.getUint32(at) : this.#view.getBigUint64(at)
  }

  #take(length: number | bigint): Uint8Array {
    const { at } = this
    if (length > this.#bytes.length - at) throw this.#cutOff()
    this.at += Number(length)
    return this.#bytes.subarray(at, this.at)
  }

  #text(length: number | bigint): string {
    const bytes = this.#take(length)
    if (bytes.length <= SHORT_TEXT) {
      let text = ''
      for (const byte of bytes) {
        if (byte > 0x7f) return this.#unicode(bytes)
        text += String.fromCharCode(byte)
      }
      return text
    }
    return this.#unicode(bytes)
  }

  #unicode(bytes: Uint8Array): string {
    try {
      return utf8.decode(bytes)
    } catch (cause) {
      throw malformed('a string is not valid UTF-8', `${bytes.length} bytes before byte ${this.at}`, cause)
    }
  }

  #array(length: number | bigint, depth: number): unknown[] {
    const array: unknown[] = []
    for (let count = 0; count < Number(length); count++) array.push(this.value(depth))
    return array
  }

  #object(length: number | bigint, depth: number): Record<string, unknown> {
    // Without a prototype, no name in it means anything.
    const object: Record<string, unknown> = Object.create(null)
    let isTable = false
    for (let count = 0; count < Number(length); count++) {
      const key = this.value(depth)
      if (typeof key !== 'string') throw malformed('a key is not a string', typeof key)
      if (key === '__proto__') throw malformed('the key __proto__ is not allowed', '__proto__')
      if (Object.hasOwn(object, key)) throw malformed('duplicate key', `again before byte ${this.at}`)
      if (!isTable) isTable = keepInTable(object, key)
      object[key] = this.value(depth)
    }
    return object
  }

  #date(tag: number | bigint, depth: number): Date {
    if (Number(tag) !== DATE) throw malformed('a message has an unsupported tag', `tag ${tag}`)
    const seconds = this.value(this.#deeper(depth))
    if (typeof seconds !== 'number') throw malformed('a date is not a number', typeof seconds)
    // Rounds to the nearest millisecond, because a double in seconds is rarely exact.
    const date = new Date(Math.round(seconds * 1000))
    if (Number.isNaN(date.getTime()))
      throw malformed('a date is out of range', 'a number that Date cannot represent')
    return date
  }

  #simple(): unknown {
    const { at } = this
    const information = this.#information
    if (information === FALSE) return false
    if (information === TRUE) return true
    if (information === NULL) return null
    if (information === UNDEFINED) return undefined
    const width = FLOAT_WIDTHS[information - 25]
    if (width === undefined) throw malformed('a value has an unsupported type', `simple value ${information}`)
    if (at + width > this.#bytes.length) throw this.#cutOff()
    this.at += width
    if (width === 2) return halfFloat(this.#view.getUint16(at))
    return width === 4 ? this.#view.getFloat32(at) : this.#view.getFloat64(at)
  }

  #deeper(depth: number): number {
    if (depth >= MAX_DEPTH) throw malformed('a message is nested too deeply', `over ${MAX_DEPTH} levels`)
    return depth + 1
  }

  #cutOff(): EnclaveError {
    return malformed('a message is truncated', `${this.#bytes.length} bytes`)
  }
}

/** RFC 8949, appendix D. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f
  const mantissa = bits & 0x3ff
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent < 31) return sign * (mantissa + 1024) * 2 ** (exponent - 25)
  return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
}

function malformed(what: string, got: string, cause?: unknown): EnclaveError {
  return new EnclaveError('E_SERVICE_FRAME', {
    what,
    expected: 'CBOR as written by `serve` and `ServiceClient`',
    got,
    cause,
  })
}
