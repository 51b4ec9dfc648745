/** Base64 (RFC 4648 sections 4 and 5), over the two functions that every runtime has, an enclave's engine too. */
import type { Bytes } from './bytes.ts'
import { EnclaveError } from './error.ts'

/** Base64 with padding, no line breaks. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * The bytes of base64, of either alphabet, with or without padding, white space ignored.
 * @throws {EnclaveError} E_BASE64
 */
export function fromBase64(text: string): Bytes {
  try {
    const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    const bytes = new Uint8Array(binary.length)
    for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at)
    return bytes
  } catch (cause) {
    throw new EnclaveError('E_BASE64', { what: 'not base64', got: `${text.length} characters`, cause })
  }
}
