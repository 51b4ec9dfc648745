/**
 * PEM (RFC 7468): encodes and decodes certificates and keys. Input comes from the caller, not from an enclave, but is
 * checked all the same.
 */
import { fromBase64, toBase64 } from '../base/base64.ts'
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'

/** Encodes `der`, a certificate or whatever `label` names, as a PEM block that ends with a line feed. */
export function toPem(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/**
 * Decodes the certificates (or the blocks with another `label`) in a PEM text to DER; there must be at least one.
 * @throws {EnclaveError} E_CERTIFICATE_PEM
 */
export function fromPem(text: string, label = 'CERTIFICATE'): Bytes[] {
  const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, 'g')
  const blocks = [...text.matchAll(block)].map(([, base64 = '']) => fromBase64(base64))
  if (blocks.length === 0) {
    throw new EnclaveError('E_CERTIFICATE_PEM', {
      what: `the text contains no PEM block ${label}`,
      expected: `-----BEGIN ${label}----- … -----END ${label}-----`,
    })
  }
  return blocks
}
