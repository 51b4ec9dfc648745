/**
 * Canonical JSON: keys sorted by code unit, no white space, no undefined. One value has one spelling, so what is
 * measured is what is meant; a reader refuses any other spelling of it.
 */
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'

/** What JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** The one spelling of `value`. Members that are undefined are left out. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value as { [key: string]: Json | undefined })
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}

/** `canonicalJson` as UTF-8. */
export function canonicalBytes(value: Json): Bytes {
  return new TextEncoder().encode(canonicalJson(value))
}

/**
 * Reads canonical JSON from hostile bytes.
 * @throws {EnclaveError} `code` where it is not JSON, not canonical, or not UTF-8; `item` names it.
 */
export function readCanonical(bytes: Uint8Array, item: string, code: string): Json {
  const refuse = (got: string, cause?: unknown) =>
    new EnclaveError(code, { what: `${item} cannot be read`, expected: 'canonical JSON', got, cause })
  let text: string
  let value: Json
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse(`${bytes.byteLength} bytes that are no JSON`, cause)
  }
  if (canonicalJson(value) !== text) throw refuse('JSON with white space, unsorted or repeated keys')
  return value
}
