/** Byte strings: hexadecimal at the edges, comparison and joining. */
import { EnclaveError } from './error.ts'

/** Bytes in a plain (unshared) buffer: what WebCrypto and the platform's streams take. */
export type Bytes = Uint8Array<ArrayBuffer>

const HEX_DIGITS = /^(?:[0-9a-f]{2})*$/i

/** Lower-case hexadecimal of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/**
 * The bytes that `text` spells, two hexadecimal digits each, of either case.
 * @throws {EnclaveError} E_HEX for an odd length or any other character.
 */
export function fromHex(text: string): Bytes {
  if (!HEX_DIGITS.test(text)) {
    throw new EnclaveError('E_HEX', {
      what: 'not a hexadecimal byte string',
      expected: 'an even number of the digits 0-9 and a-f',
      got: `${text.length} characters`,
    })
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  )
}

/** `parts` one after the other, in a new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.byteLength
  }
  return joined
}

/** Whether two byte strings are the same. Not constant-time: for public values only. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && left.every((byte, at) => byte === right[at])
}
