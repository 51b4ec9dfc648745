/**
 * Writes a service's messages as CBOR (RFC 8949), as `src/service/read-message.ts` and an enclave's engine read them. It is
 * small, for pages; `ServiceClient` has a faster one.
 */
import type { Bytes } from '../base/bytes.ts'
import { type Codec, PREFIX_LENGTH } from '../service/protocol.ts'
import { readMessage } from '../service/read-message.ts'
import { assertSendable } from '../service/sendable.ts'

/** Major types, and whole initial bytes (RFC 8949, sections 3.1 and 3.3). */
const UNSIGNED = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const MAP = 5
const DATE = 0xc1
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6
const UNDEFINED = 0xf7
const FLOAT = 0xfb

/** Integers beyond this are written as floats: 64-bit integers are bigints. */
const MAX_INTEGER = 0xffffffff
const FIRST_LENGTH = 256

/** The codec of a caller of the channel. */
export const channelCodec: Codec = {
  write(message, limit) {
    assertSendable(message)
    const writer = new Writer()
    writer.value(message)
    const length = writer.length - PREFIX_LENGTH
    return length > limit ? length : writer.frame()
  },
  read: (bytes, from, to) => readMessage(bytes.subarray(from, to)),
}

class Writer {
  length: number = PREFIX_LENGTH
  #bytes: Bytes = new Uint8Array(FIRST_LENGTH)
  #view = new DataView(this.#bytes.buffer)

  /** What was written, after its length. */
  frame(): Bytes {
    this.#view.setUint32(0, this.length - PREFIX_LENGTH)
    return this.#bytes.subarray(0, this.length)
  }

  value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        return this.#number(value)
      case 'bigint':
        return this.#bigint(value)
      case 'string':
        return this.#run(TEXT, new TextEncoder().encode(value))
      case 'boolean':
        return this.#byte(value ? TRUE : FALSE)
      case 'object':
        return value === null ? this.#byte(NULL) : this.#object(value)
      default:
        return this.#byte(UNDEFINED)
    }
  }

  #object(value: object): void {
    if (value instanceof Uint8Array) return this.#run(BYTES, value)
    if (value instanceof Date) {
      this.#byte(DATE)
      return this.#number(value.getTime() / 1000)
    }
    if (Array.isArray(value)) {
      this.#head(ARRAY, value.length)
      for (let at = 0; at < value.length; at++) this.value(value[at])
      return
    }
    const names = Object.keys(value)
    this.#head(MAP, names.length)
    for (const name of names) {
      this.value(name)
      this.value((value as Record<string, unknown>)[name])
    }
  }

  #number(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) <= MAX_INTEGER && !Object.is(value, -0))
      return value < 0 ? this.#head(NEGATIVE, -1 - value) : this.#head(UNSIGNED, value)
    this.#room(9)
    this.#bytes[this.length] = FLOAT
    this.#view.setFloat64(this.length + 1, value)
    this.length += 9
  }

  #bigint(value: bigint): void {
    this.#room(9)
    this.#bytes[this.length] = ((value < 0n ? NEGATIVE : UNSIGNED) << 5) | 27
    this.#view.setBigUint64(this.length + 1, value < 0n ? -1n - value : value)
    this.length += 9
  }

  #run(type: number, bytes: Uint8Array): void {
    this.#head(type, bytes.length)
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  #head(type: number, argument: number): void {
    this.#room(5)
    if (argument < 24) return this.#byte((type << 5) | argument)
    this.#byte((type << 5) | (argument < 256 ? 24 : argument < 65536 ? 25 : 26))
    const width = argument < 256 ? 1 : argument < 65536 ? 2 : 4
    if (width === 1) this.#view.setUint8(this.length, argument)
    else if (width === 2) this.#view.setUint16(this.length, argument)
    else this.#view.setUint32(this.length, argument)
    this.length += width
  }

  #byte(byte: number): void {
    this.#room(1)
    this.#bytes[this.length++] = byte
  }

  #room(length: number): void {
    if (this.length + length <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.length + length))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
