/** What crypto.subtle needs from the engine, and helpers for bytes and errors. */

import { join } from '../blob.js'

const POOL = 256

/** The compiled cryptography, webclave:engine/crypto. */
export let compiled
let random

export function setHost(compiledCryptography, randomness) {
  compiled = compiledCryptography
  random = randomness
}

/** Random bytes from the QTSM. */
export function randomBytes(length) {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += POOL) bytes.set(random(Math.min(POOL, length - at)), at)
  return bytes
}

/** Throws a DOMException. */
export function fail(name, message) {
  throw new DOMException(message, name)
}

/** The result of a compiled operation, which has none if the operation failed. */
export function resultOf(result, message = 'the operation failed') {
  return result ?? fail('OperationError', message)
}

/** A copy of a BufferSource, so that the caller may change it. */
export function bytesOf(name, value) {
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice()
  if (value instanceof ArrayBuffer) return new Uint8Array(value).slice()
  throw new TypeError(`${name} is not an ArrayBuffer or a view of one`)
}

/** The ArrayBuffer with exactly these bytes. */
export function bufferOf(bytes) {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer
}

export const concat = (...parts) => join(parts)

/** In constant time. */
export function areEqual(one, other) {
  if (one.length !== other.length) return false
  let difference = 0
  for (let at = 0; at < one.length; at++) difference |= one[at] ^ other[at]
  return difference === 0
}

/** `bytes` without leading zeros. */
export function trimmed(bytes) {
  const first = bytes.findIndex((byte) => byte !== 0)
  return bytes.subarray(first < 0 ? bytes.length : first)
}

/** `bytes` with leading zeros up to `length`; undefined if they are longer. */
export function padded(bytes, length) {
  const digits = trimmed(bytes)
  if (digits.length > length) return undefined
  return concat(new Uint8Array(length - digits.length), digits)
}

export const toBase64Url = (bytes) => bytes.toBase64({ alphabet: 'base64url', omitPadding: true })

/** The bytes of a member of a JWK. */
export function fromBase64Url(name, text) {
  if (typeof text !== 'string' || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
    fail('DataError', `the member ${name} of the JWK is not base64url`)
  }
  return Uint8Array.fromBase64(text, { alphabet: 'base64url' })
}
