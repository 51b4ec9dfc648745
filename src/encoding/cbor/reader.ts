/**
 * A strict reader of CBOR (RFC 8949) for attestation documents and the signature section of an image. No general
 * decoder rejects duplicate keys, invalid UTF-8, trailing bytes and deep nesting all at once, and none reports the
 * width of an integer; the documents need both. Input is hostile: every length is checked against the rest of the input
 * before anything is allocated, and recursion is bounded.
 */
import { type Bytes, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { CborEntry, CborItem, CborWidth } from './item.ts'
import { describeKey, keyIdentity } from './key.ts'

/** Options of `readCbor`. */
export interface CborReadOptions {
  /** Maximum nesting depth of containers and tags. Default 16. */
  maxDepth?: number
  /** The tags that are allowed; `'outermost'` allows any one tag around the whole item. Default none. */
  tags?: readonly number[] | 'outermost'
}

const DEFAULT_DEPTH = 16
const BREAK = 0xff

/** The widths that additional information 24 to 27 stands for. */
const WIDTHS: readonly CborWidth[] = [1, 2, 4, 8]

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

interface Head {
  start: number
  major: number
  argument: number | bigint
  width: CborWidth
  indefinite: boolean
}

/**
 * Reads `bytes`, which must be exactly one data item.
 *
 * Rejects, besides malformed input: strings of indefinite length, floating-point numbers, simple values other than
 * false, true and null, arrays, maps and tags as map keys, and two keys of equal value, whatever their widths.
 *
 * @throws {EnclaveError} E_CBOR_TRUNCATED, E_CBOR_TRAILING, E_CBOR_DEPTH, E_CBOR_LENGTH, E_CBOR_UTF8,
 * E_CBOR_DUPLICATE_KEY, E_CBOR_KEY, E_CBOR_TAG, E_CBOR_INDEFINITE, E_CBOR_SIMPLE or E_CBOR_RESERVED.
 * @see RFC 8949 section 5.3.1 (validity) and appendix C (well-formedness)
 * @example
 * readCbor(Uint8Array.of(0x19, 0x00, 0x05)) // { kind: 'integer', value: 5, width: 2, start: 0, end: 3 }
 */
export function readCbor(bytes: Bytes, options: CborReadOptions = {}): CborItem {
  const reader = new Reader(bytes, options)
  const item = reader.item(0)
  if (item.end !== bytes.byteLength) {
    throw new EnclaveError('E_CBOR_TRAILING', {
      what: 'trailing bytes after the data item',
      expected: `the end of the input at byte ${item.end}`,
      got: `${bytes.byteLength - item.end} more bytes`,
    })
  }
  return item
}

class Reader {
  readonly #bytes: Bytes
  readonly #view: DataView
  readonly #maxDepth: number
  readonly #tags: readonly number[] | 'outermost'
  #at = 0

  constructor(bytes: Bytes, options: CborReadOptions) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#maxDepth = options.maxDepth ?? DEFAULT_DEPTH
    this.#tags = options.tags ?? []
  }

  item(depth: number): CborItem {
    const head = this.#head()
    const { start } = head
    switch (head.major) {
      case 0:
        return { kind: 'integer', value: head.argument, width: head.width, start, end: this.#at }
      case 1:
        return { kind: 'integer', value: negative(head.argument), width: head.width, start, end: this.#at }
      case 2:
        return { kind: 'bytes', value: this.#string(head), start, end: this.#at }
      case 3:
        return { kind: 'text', value: this.#text(head), start, end: this.#at }
      case 4:
        return this.#array(head, this.#deeper(depth, start))
      case 5:
        return this.#map(head, this.#deeper(depth, start))
      case 6:
        return this.#tag(head, depth)
      default:
        return { kind: 'simple', value: this.#simple(head), start, end: this.#at }
    }
  }

  #head(): Head {
    const start = this.#at
    const initial = this.#bytes[start]
    if (initial === undefined) throw this.#truncated(start, 1)
    this.#at += 1
    const major = initial >> 5
    const information = initial & 0x1f
    if (information < 24) return { start, major, argument: information, width: 0, indefinite: false }
    const width = WIDTHS[information - 24]
    if (width !== undefined) {
      return { start, major, argument: this.#argument(width), width, indefinite: false }
    }
    if (information === 31 && (major === 4 || major === 5)) {
      return { start, major, argument: 0, width: 0, indefinite: true }
    }
    if (information === 31 && (major === 2 || major === 3)) {
      throw new EnclaveError('E_CBOR_INDEFINITE', {
        what: `the string at byte ${start} has an indefinite length`,
        expected: 'a string of definite length, not in chunks',
        got: 'indefinite length',
      })
    }
    throw new EnclaveError('E_CBOR_RESERVED', {
      what: `the initial byte 0x${toHex(Uint8Array.of(initial))} at byte ${start} is reserved or misplaced`,
      expected: 'a data item',
    })
  }

  #argument(width: CborWidth): number | bigint {
    const at = this.#at
    if (at + width > this.#bytes.byteLength) throw this.#truncated(at, width)
    this.#at += width
    if (width === 1) return this.#view.getUint8(at)
    if (width === 2) return this.#view.getUint16(at)
    if (width === 4) return this.#view.getUint32(at)
    const value = this.#view.getBigUint64(at)
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  }

  #string({ start, argument }: Head): Bytes {
    const left = this.#bytes.byteLength - this.#at
    if (argument > left) throw this.#tooLong(start, argument, left)
    const from = this.#at
    this.#at += Number(argument)
    return this.#bytes.subarray(from, this.#at)
  }

  #text(head: Head): string {
    const bytes = this.#string(head)
    try {
      return utf8.decode(bytes)
    } catch (cause) {
      throw new EnclaveError('E_CBOR_UTF8', {
        what: `the text at byte ${head.start} is not valid UTF-8`,
        expected: 'valid UTF-8',
        cause,
      })
    }
  }

  #array(head: Head, depth: number): CborItem {
    const items: CborItem[] = []
    this.#fill(head, 1, () => items.push(this.item(depth)))
    return { kind: 'array', items, indefinite: head.indefinite, start: head.start, end: this.#at }
  }

  #map(head: Head, depth: number): CborItem {
    const entries: CborEntry[] = []
    const seen = new Set<string>()
    this.#fill(head, 2, () => {
      const key = this.item(depth)
      const identity = keyIdentity(key)
      if (seen.has(identity)) {
        throw new EnclaveError('E_CBOR_DUPLICATE_KEY', {
          what: `duplicate key in the map at byte ${head.start}`,
          expected: 'every key once',
          got: `${describeKey(key)} again at byte ${key.start}`,
        })
      }
      seen.add(identity)
      entries.push({ key, value: this.item(depth) })
    })
    return { kind: 'map', entries, indefinite: head.indefinite, start: head.start, end: this.#at }
  }

  /** Calls `each` for every element that the head announces; each element takes at least `least` bytes. */
  #fill({ start, argument, indefinite }: Head, least: number, each: () => void): void {
    if (indefinite) {
      while (this.#bytes[this.#at] !== BREAK) each()
      this.#at += 1
      return
    }
    const left = this.#bytes.byteLength - this.#at
    if (typeof argument === 'bigint' || argument * least > left) throw this.#tooLong(start, argument, left)
    for (let count = 0; count < argument; count++) each()
  }

  #tag(head: Head, depth: number): CborItem {
    const allowed =
      this.#tags === 'outermost' ? head.start === 0 : this.#tags.some((tag) => tag === head.argument)
    if (!allowed) {
      throw new EnclaveError('E_CBOR_TAG', {
        what: `the tag at byte ${head.start} is not allowed`,
        expected: this.#tags.length === 0 ? 'no tag' : `tags ${this.#tags}`,
        got: `tag ${head.argument}`,
      })
    }
    const item = this.item(this.#deeper(depth, head.start))
    return { kind: 'tag', tag: head.argument, item, start: head.start, end: this.#at }
  }

  #simple({ start, argument, width }: Head): boolean | null {
    if (width === 0 && argument === 20) return false
    if (width === 0 && argument === 21) return true
    if (width === 0 && argument === 22) return null
    throw new EnclaveError('E_CBOR_SIMPLE', {
      what: `the value at byte ${start} has an unsupported type`,
      expected: 'false, true or null',
      got: width >= 2 ? 'a floating-point number' : `simple value ${argument}`,
    })
  }

  #deeper(depth: number, start: number): number {
    if (depth >= this.#maxDepth) {
      throw new EnclaveError('E_CBOR_DEPTH', {
        what: `the item at byte ${start} is nested too deeply`,
        expected: `at most ${this.#maxDepth} levels`,
      })
    }
    return depth + 1
  }

  #truncated(at: number, needed: number): EnclaveError {
    return new EnclaveError('E_CBOR_TRUNCATED', {
      what: 'the input ends inside a data item',
      expected: `${needed} more bytes at byte ${at}`,
      got: `${this.#bytes.byteLength - at}`,
    })
  }

  #tooLong(start: number, announced: number | bigint, left: number): EnclaveError {
    return new EnclaveError('E_CBOR_LENGTH', {
      what: `the item at byte ${start} is longer than the input`,
      expected: `at most the ${left} bytes that are left`,
      got: `a length of ${announced}`,
    })
  }
}

function negative(argument: number | bigint): number | bigint {
  const value = -1n - BigInt(argument)
  return value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value
}
