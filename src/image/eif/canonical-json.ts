/**
 * Canonical JSON: keys sorted by code unit, no white space, no undefined. One value has one spelling, so what is
 * measured is what is meant; a reader refuses any other spelling of it.
 */

import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ErrorCode } from '../../base/error-code.ts'
import { JSON_DEPTH_MAX, readJson } from '../../encoding/json.ts'

/** What JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/**
 * The one spelling of `value`. Members that are undefined are left out.
 * @throws {EnclaveError} E_IMAGE_CONTENT where more is inside each other than a reader takes.
 */
export function canonicalJson(value: Json): string {
  return write(value, 0)
}

function write(value: Json, depth: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (depth === JSON_DEPTH_MAX) {
    throw new EnclaveError('E_IMAGE_CONTENT', {
      what: 'a value cannot be written as JSON',
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
 * @throws {EnclaveError} `code` where it is not JSON (`base/json.ts`), not canonical, or not UTF-8; `item` names it.
 */
export function readCanonical(bytes: Uint8Array, item: string, code: ErrorCode): Json {
  const refuse = (expected: string, got: string) =>
    new EnclaveError(code, { what: `${item} cannot be read`, expected: `canonical JSON: ${expected}`, got })
  const value = readJson(bytes, refuse) as Json
  if (canonicalJson(value) === new TextDecoder().decode(bytes)) return value
  throw refuse('one spelling of each value', 'white space, unsorted keys, or another spelling')
}
