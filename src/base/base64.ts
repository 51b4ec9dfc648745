/** Base64 (RFC 4648 sections 4 and 5), with `btoa` and `atob`: every runtime has them, an enclave's engine included. */
import type { Bytes } from './bytes.ts'
import { EnclaveError } from './error.ts'

/** Base64 with padding and without line breaks. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * Decodes base64 of either alphabet (standard or URL-safe), with or without padding. White space is ignored.
 * @throws {EnclaveError} E_BASE64
 */
export function fromBase64(text: string): Bytes {
  try {
    const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    const bytes = new Uint8Array(binary.length)
    for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at)
    return bytes
  } catch (cause) {
    throw new EnclaveError('E_BASE64', {
      what: 'the text is not valid base64',
      got: `${text.length} characters`,
      cause,
    })
  }
}
