/** PEM (RFC 7468): certificates and keys as text and back. Input is a caller's, not an enclave's, but checked alike. */
import { fromBase64, toBase64 } from '../base/base64.ts'
import type { Bytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'

/** `der`, a certificate or what `label` says, as a PEM block with a final line feed. */
export function toPem(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/**
 * The certificates of a PEM text, or the blocks of another label, in DER, at least one.
 * @throws {EnclaveError} E_CERTIFICATE_PEM
 */
export function fromPem(text: string, label = 'CERTIFICATE'): Bytes[] {
  const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, 'g')
  const blocks = [...text.matchAll(block)].map(([, base64 = '']) => fromBase64(base64))
  if (blocks.length === 0) {
    throw new EnclaveError('E_CERTIFICATE_PEM', {
      what: `the text holds no ${label}`,
      expected: `-----BEGIN ${label}----- … -----END ${label}-----`,
    })
  }
  return blocks
}
