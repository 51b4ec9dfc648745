/**
 * A strict reader for the subset of DER (X.690) that certificates need: one-byte tags, definite lengths in their
 * shortest form. Input is hostile: every length is checked against the bytes that are left before anything is read.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'

/** The universal and context-specific tags that certificates use. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  context0: 0x80,
  explicit0: 0xa0,
  explicit3: 0xa3,
} as const

/** One element: its tag, all of its bytes, and its content. Both byte strings are views. */
export interface DerElement {
  readonly tag: number
  readonly bytes: Bytes
  readonly content: Bytes
}

/** Iterates over the elements in `bytes`, which follow one another. */
export class DerReader {
  readonly #bytes: Bytes
  #at = 0

  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  /** Whether every element has been read. */
  get done(): boolean {
    return this.#at === this.#bytes.byteLength
  }

  /** Whether the next element has `tag`. */
  next(tag: number): boolean {
    return this.#bytes[this.#at] === tag
  }

  /**
   * Reads the next element, which must have `tag`; without `tag`, any tag is accepted.
   * @throws {EnclaveError} E_CERTIFICATE_DER
   */
  read(what: string, tag?: number): DerElement {
    const start = this.#at
    const found = this.#bytes[start]
    if (found === undefined) throw malformed(`${what} is missing`)
    if (tag !== undefined && found !== tag) {
      throw malformed(`${what} has the wrong type`, `tag ${tag}`, `tag ${found}`)
    }
    if ((found & 0x1f) === 0x1f) throw malformed(`${what} has a multi-byte tag`)
    const [length, from] = this.#length(what, start + 1)
    const end = from + length
    if (end > this.#bytes.byteLength) throw malformed(`${what} is longer than its container`)
    this.#at = end
    return {
      tag: found,
      bytes: this.#bytes.subarray(start, end),
      content: this.#bytes.subarray(from, end),
    }
  }

  /** A reader for the content of the next element. */
  enter(what: string, tag: number): DerReader {
    return new DerReader(this.read(what, tag).content)
  }

  /** @throws {EnclaveError} E_CERTIFICATE_DER if bytes are left. */
  end(what: string): void {
    if (!this.done) throw malformed(`trailing bytes after ${what}`)
  }

  #length(what: string, at: number): [length: number, from: number] {
    const first = this.#bytes[at]
    if (first === undefined) throw malformed(`the length of ${what} is missing`)
    if (first < 0x80) return [first, at + 1]
    const count = first & 0x7f
    // Three bytes reach 16 MiB, beyond every certificate; zero bytes would be BER's indefinite length.
    if (count === 0 || count > 3) throw malformed(`the length of ${what} must have 1 to 3 bytes`)
    let length = 0
    for (const byte of this.#bytes.subarray(at + 1, at + 1 + count)) length = length * 256 + byte
    const shortest = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3
    if (count !== shortest) throw malformed(`the length of ${what} is not in its shortest form`)
    return [length, at + 1 + count]
  }
}

/** The error for a certificate that is not DER. */
export function malformed(what: string, expected?: string, got?: string): EnclaveError {
  return new EnclaveError('E_CERTIFICATE_DER', {
    what,
    expected,
    got,
  })
}

/**
 * An object identifier in dotted decimal.
 * @throws {EnclaveError} E_CERTIFICATE_DER
 */
export function readOid(content: Uint8Array): string {
  const arcs: number[] = []
  let arc = 0
  let open = true
  for (const byte of content) {
    if (open && byte === 0x80) throw malformed('an object identifier has unnecessary leading zeros')
    arc = arc * 128 + (byte & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw malformed('an arc of an object identifier is too large')
    open = byte < 0x80
    if (open) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [first] = arcs
  if (first === undefined || !open) throw malformed('an object identifier is truncated')
  const top = Math.min(Math.trunc(first / 40), 2)
  return [top, first - 40 * top, ...arcs.slice(1)].join('.')
}
