/** Byte strings: hexadecimal text, comparison and concatenation. */
import { EnclaveError } from './error.ts'

/** Bytes in a plain (unshared) buffer: what WebCrypto and the platform's streams take. */
export type Bytes = Uint8Array<ArrayBuffer>

const HEX_DIGITS = /^(?:[0-9a-f]{2})*$/i

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hexadecimal of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX_PAIRS[byte]
  return text
}

/**
 * Decodes hexadecimal `text`, upper or lower case.
 * @throws {EnclaveError} E_HEX for an odd length or any other character.
 */
export function fromHex(text: string): Bytes {
  if (!HEX_DIGITS.test(text)) {
    throw new EnclaveError('E_HEX', {
      what: 'the text is not valid hexadecimal',
      expected: 'an even number of the digits 0-9 and a-f',
      got: `${text.length} characters`,
    })
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  )
}

/** Concatenates `parts` into a new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let length = 0
  for (const part of parts) length += part.byteLength
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.byteLength
  }
  return joined
}

/** Whether two byte strings are equal, in a time that depends only on their lengths: for secrets and MACs. */
export function equalSecrets(left: Uint8Array, right: Uint8Array): boolean {
  if (left.byteLength !== right.byteLength) return false
  let difference = 0
  for (let at = 0; at < left.byteLength; at++) difference |= left[at]! ^ right[at]!
  return difference === 0
}

/** Whether two byte strings are equal. Not constant-time: for public values only. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.byteLength !== right.byteLength) return false
  for (let at = 0; at < left.byteLength; at++) if (left[at] !== right[at]) return false
  return true
}
