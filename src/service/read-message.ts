/**
 * Reads one message of the service wire: CBOR (RFC 8949) of a few kinds only, straight into JavaScript values. Input is
 * hostile: nothing is allocated for a length before it has come, no tag but a date's has a meaning, and depth and number
 * of items have bounds, so neither time nor memory is more than the message's length asks for. No general decoder stands
 * before it.
 */

import { EnclaveError } from '../base/error.ts'
import { keepInTable } from '../base/plain-object.ts'

/** Arrays and objects that may stand inside each other in a message, the message itself included. */
export const MAX_DEPTH = 64

/** Values in a message: each item of an array, each key and each value of an object, and every container. */
export const MAX_ITEMS: number = 1 << 17

/** Tag 1, a date as seconds since 1970 (RFC 8949, section 3.4.2): the one tag that is read. */
const DATE = 1

const FALSE = 20
const TRUE = 21
const NULL = 22
const UNDEFINED = 23
/** Texts up to so many characters, where all are ASCII, are read faster one by one. */
const SHORT_TEXT = 32

/** Bytes of the floating-point numbers that additional information 25 to 27 announces. */
const FLOAT_WIDTHS = [2, 4, 8]

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The value that `bytes` is. Byte strings are copies.
 *
 * @throws {EnclaveError} E_SERVICE_FRAME for everything that `assertSendable` and `encodeFrame` never write: what is
 * malformed, cut off or followed by more; deeper or with more items than a message may have; tags other than 1; chunked
 * or indefinite items; keys that are no texts, that come twice, or are `__proto__`; texts that are not UTF-8.
 */
export function readMessage(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes)
  const value = reader.value(0)
  if (reader.at !== bytes.length) throw malformed('more bytes follow a message', `byte ${reader.at}`)
  return value
}

class Reader {
  at = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #items = 0
  /** The additional information of the head that was read last. */
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
        return this.#take(argument).slice()
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

  /** Takes an initial byte; the major type. */
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
      throw malformed('an item has no definite length', `major type ${major} at byte ${at - 1}`)
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
      throw malformed('a text is not UTF-8', `${bytes.length} bytes before byte ${this.at}`, cause)
    }
  }

  #array(length: number | bigint, depth: number): unknown[] {
    const array: unknown[] = []
    for (let count = 0; count < Number(length); count++) array.push(this.value(depth))
    return array
  }

  #object(length: number | bigint, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    let isTable = false
    for (let count = 0; count < Number(length); count++) {
      const key = this.value(depth)
      if (typeof key !== 'string') throw malformed('a key is no text', typeof key)
      if (key === '__proto__') throw malformed('a key is __proto__', 'a name that has a meaning of its own')
      if (Object.hasOwn(object, key)) throw malformed('a key comes twice', `again before byte ${this.at}`)
      if (!isTable) isTable = keepInTable(object, key)
      object[key] = this.value(depth)
    }
    return object
  }

  #date(tag: number | bigint, depth: number): Date {
    if (tag !== DATE) throw malformed('a message has a tag that is not read', `tag ${tag}`)
    const seconds = this.value(this.#deeper(depth))
    if (typeof seconds !== 'number') throw malformed('a date is no number', typeof seconds)
    // To the nearest millisecond: a double of seconds is seldom that one exactly.
    const date = new Date(Math.round(seconds * 1000))
    if (Number.isNaN(date.getTime())) throw malformed('a date does not exist', 'a number beyond all dates')
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
    if (width === undefined)
      throw malformed('a value is of a kind that is not read', `simple value ${information}`)
    if (at + width > this.#bytes.length) throw this.#cutOff()
    this.at += width
    if (width === 2) return halfFloat(this.#view.getUint16(at))
    return width === 4 ? this.#view.getFloat32(at) : this.#view.getFloat64(at)
  }

  #deeper(depth: number): number {
    if (depth >= MAX_DEPTH) throw malformed('a message is nested too deep', `over ${MAX_DEPTH} levels`)
    return depth + 1
  }

  #cutOff(): EnclaveError {
    return malformed('a message is cut off', `${this.#bytes.length} bytes`)
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
    expected: 'CBOR as `serve` and `ServiceClient` write it',
    got,
    cause,
  })
}
