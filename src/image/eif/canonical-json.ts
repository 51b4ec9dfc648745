/**
 * Canonical JSON: keys sorted by code unit, no white space, no undefined. Each value has exactly one encoding, so that
 * equal values measure the same; the reader rejects any other encoding.
 */

import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ErrorCode } from '../../base/error-code.ts'
import { JSON_DEPTH_MAX, readJson } from '../../encoding/json.ts'

/** A JSON value. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/**
 * Encodes `value`. Members that are undefined are omitted.
 * @throws {EnclaveError} E_IMAGE_CONTENT if it is nested more deeply than the reader allows.
 */
export function canonicalJson(value: Json): string {
  return write(value, 0)
}

function write(value: Json, depth: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (depth === JSON_DEPTH_MAX) {
    throw new EnclaveError('E_IMAGE_CONTENT', {
      what: 'a value is nested too deeply for JSON',
      expected: `at most ${JSON_DEPTH_MAX} levels of nesting`,
      got: 'more',
    })
  }
  if (Array.isArray(value)) return `[${value.map((one) => write(one, depth + 1)).join(',')}]`
  const members = Object.entries(value as { [key: string]: Json | undefined })
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member, depth + 1)}`).join(',')}}`
}

/** `canonicalJson` as UTF-8. */
export function canonicalBytes(value: Json): Bytes {
  return new TextEncoder().encode(canonicalJson(value))
}

/**
 * Reads canonical JSON from hostile bytes.
 * @throws {EnclaveError} `code` if it is not JSON (`encoding/json.ts`), not canonical, or not UTF-8; the error names
 *   `item`.
 */
export function readCanonical(bytes: Uint8Array, item: string, code: ErrorCode): Json {
  const refuse = (expected: string, got: string) =>
    new EnclaveError(code, { what: `${item} is malformed`, expected: `canonical JSON: ${expected}`, got })
  const value = readJson(bytes, refuse) as Json
  if (canonicalJson(value) === new TextDecoder().decode(bytes)) return value
  throw refuse('the only encoding of the value', 'white space, unsorted keys, or another encoding')
}
