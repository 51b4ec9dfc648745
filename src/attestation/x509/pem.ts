/** PEM (RFC 7468): certificates as text and back. Input is a caller's, not an enclave's, but checked alike. */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g

/** `certificate`, in DER, as a PEM block with a final line feed. */
export function toPem(certificate: Uint8Array): string {
  const lines = toBase64(certificate).match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/**
 * The certificates of a PEM text, in DER, at least one.
 * @throws {EnclaveError} E_CERTIFICATE_PEM
 */
export function fromPem(text: string): Bytes[] {
  const blocks = [...text.matchAll(BLOCK)].map(([, base64 = '']) => fromBase64(base64))
  if (blocks.length === 0) {
    throw new EnclaveError('E_CERTIFICATE_PEM', {
      what: 'the text holds no certificate',
      expected: '-----BEGIN CERTIFICATE----- … -----END CERTIFICATE-----',
    })
  }
  return blocks
}

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
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch (cause) {
    throw new EnclaveError('E_BASE64', { what: 'not base64', got: `${text.length} characters`, cause })
  }
}
