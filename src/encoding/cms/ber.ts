/**
 * A reader for the subset of BER (X.690) that CMS needs: one-byte tags, definite and indefinite lengths. Input is
 * hostile: every length is checked against the bytes that are left, and nesting is bounded.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'

const MAX_DEPTH = 16
const CONSTRUCTED = 0x20
const INDEFINITE = 0x80

/** One element: its identifier octet and its contents. */
export interface BerElement {
  readonly tag: number
  /** The contents, without end-of-contents octets. */
  readonly content: Bytes
  /** The elements inside a constructed one. */
  readonly children: readonly BerElement[]
}

/** The error for a malformed envelope. */
export function malformed(what: string): EnclaveError {
  return new EnclaveError('E_CMS', { what, expected: 'CMS EnvelopedData, RFC 5652 section 6' })
}

/**
 * Reads `bytes`, which must be exactly one element.
 * @throws {EnclaveError} E_CMS
 * @example
 * readBer(Uint8Array.of(0x30, 0x80, 0x02, 0x01, 0x05, 0x00, 0x00)).children[0].content // Uint8Array [5]
 */
export function readBer(bytes: Bytes): BerElement {
  const { element, end } = readElement(bytes, 0, bytes.byteLength, 0)
  if (end !== bytes.byteLength) throw malformed('trailing bytes after the envelope')
  return element
}

function readElement(
  bytes: Bytes,
  start: number,
  limit: number,
  depth: number,
): { element: BerElement; end: number } {
  if (depth > MAX_DEPTH) throw malformed('the envelope is nested too deeply')
  if (start + 2 > limit) throw malformed('the envelope ends inside an element')
  const tag = bytes[start]!
  if ((tag & 0x1f) === 0x1f) throw malformed('the envelope has a multi-byte tag')
  const isConstructed = (tag & CONSTRUCTED) !== 0
  const { length, from } = readLength(bytes, start + 1)
  if (length === undefined && !isConstructed) throw malformed('a primitive element has an indefinite length')
  const to = length === undefined ? limit : from + length
  if (to > limit) throw malformed('an element is longer than its container')
  const children: BerElement[] = []
  let at = from
  while (isConstructed) {
    const ended = length === undefined ? bytes[at] === 0 && bytes[at + 1] === 0 && at + 2 <= limit : at === to
    if (ended) break
    const { element, end } = readElement(bytes, at, to, depth + 1)
    children.push(element)
    at = end
  }
  const contentEnd = isConstructed ? at : to
  const end = length === undefined ? at + 2 : to
  return { element: { tag, content: bytes.subarray(from, contentEnd), children }, end }
}

/** The length at `at` (undefined if it is indefinite), and the offset of the contents. */
function readLength(bytes: Bytes, at: number): { length: number | undefined; from: number } {
  const first = bytes[at]!
  if (first < INDEFINITE) return { length: first, from: at + 1 }
  if (first === INDEFINITE) return { length: undefined, from: at + 1 }
  const count = first & 0x7f
  if (count > 4) throw malformed('the length of an element has more than 4 bytes')
  let length = 0
  for (const byte of bytes.subarray(at + 1, at + 1 + count)) length = length * 256 + byte
  return { length, from: at + 1 + count }
}
