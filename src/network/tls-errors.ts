/** What went wrong in a TLS session: mbedTLS's codes and flags (mbedtls/ssl.h, mbedtls/x509.h) as errors of webclave. */

import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'

type Fault = readonly [code: ErrorCode, what: string]

const SIGNATURE: Fault = [
  'E_TLS_WEAK',
  'its certificate is signed with an algorithm that is too weak or unknown',
]
const KEY: Fault = ['E_TLS_WEAK', 'its certificate has a key of a kind that is not supported']
const UNREADABLE: Fault = ['E_TLS_CERTIFICATE', 'its certificate cannot be read']
const MEMORY: Fault = ['E_TLS_MEMORY', 'the memory of TLS is used up']

/** Flags of a certificate that was not accepted, the most telling first. */
const FLAGS: readonly (readonly [flag: number, code: ErrorCode, what: string])[] = [
  // Of such a certificate mbedTLS reads nothing more, and has all other flags too.
  [0x4000, ...SIGNATURE],
  [0x01, 'E_TLS_EXPIRED', 'its certificate has expired'],
  [0x0200, 'E_TLS_EXPIRED', 'its certificate is not valid yet'],
  [0x04, 'E_TLS_NAME', 'its certificate is for another name'],
  [0x010000, 'E_TLS_WEAK', 'its certificate has a key that is too weak'],
  [0x8000, ...KEY],
  [0x0800, 'E_TLS_CERTIFICATE', 'its certificate may not be used for this'],
  [0x1000, 'E_TLS_CERTIFICATE', 'its certificate may not be used for servers'],
  [0x2000, 'E_TLS_CERTIFICATE', 'its certificate is not one of servers'],
  [0x08, 'E_TLS_ROOT', 'its certificate leads to no root certificate of the image'],
]

const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  E_TLS_ROOT: 'if the server is the right one, build the image with the root certificate of its authority',
  E_TLS_EXPIRED: 'the enclave takes the time from its parent instance, which must be right',
}

const ALERT = -0x7780

const CODES: ReadonlyMap<number, Fault> = new Map<number, Fault>([
  [-0x7280, ['E_TLS_TRUNCATED', 'the connection was closed without the end of the session']],
  [-0x6e80, ['E_TLS_VERSION', 'it speaks neither TLS 1.3 nor TLS 1.2']],
  [ALERT, ['E_TLS_ALERT', 'it ended the session with an alert']],
  [-0x7f00, MEMORY],
  [-0x6e00, ['E_TLS_AGREEMENT', 'it and the enclave have no algorithm in common']],
  [-0x7180, ['E_TLS_RECORD', 'a record was changed on its way']],
])

const MALFORMED: Fault = ['E_TLS_RECORD', 'what it sent is not TLS']

/** The server's alerts that say more (RFC 8446, section 6.2). */
const ALERTS: ReadonlyMap<number | undefined, Fault> = new Map<number, Fault>([
  [
    40,
    [
      'E_TLS_AGREEMENT',
      'it wants what the enclave has not, such as an algorithm or a certificate of its client',
    ],
  ],
  [70, ['E_TLS_VERSION', 'it speaks neither TLS 1.3 nor TLS 1.2']],
  [71, ['E_TLS_AGREEMENT', 'it wants stronger algorithms than the enclave has']],
  [120, ['E_TLS_AGREEMENT', 'it does not speak the requested protocol']],
])

/** The length of an alert as a record without encryption. */
export const ALERT_LENGTH = 7

/** The number of the fatal alert in such a record. */
export function alertIn([type, major, , high, low, level, number]: Uint8Array): number | undefined {
  return type === 21 && major === 3 && high === 0 && low === 2 && level === 2 ? number : undefined
}

/** How a session has failed: mbedTLS's code, the flags of the certificate, and the alert that was received. */
export interface TlsFailure {
  readonly code: number
  readonly flags: number
  readonly alert?: number | undefined
}

/** The error for a session with `server` that has failed. */
export function tlsError(server: string, { code, flags, alert }: TlsFailure): EnclaveError {
  const flagged =
    flags === 0 || flags === 0xffffffff ? undefined : FLAGS.find(([flag]) => (flags & flag) !== 0)
  const [known, what] = flagged
    ? [flagged[1], flagged[2]]
    : ((code === ALERT ? ALERTS.get(alert) : undefined) ??
      CODES.get(code) ??
      certificateFault(code) ??
      MALFORMED)
  const said = code === ALERT && alert !== undefined ? `, alert ${alert}` : ''
  const hint = HINTS[known]
  return new EnclaveError(known, {
    what: `no secure connection to ${server}: ${what}`,
    got: `error -0x${(-code).toString(16).padStart(4, '0')} of mbedTLS${said}`,
    ...(hint !== undefined && { hint }),
  })
}

/** Where memory was missing: modules of mbedTLS, and the lower ones in the last bits. */
const MEMORY_MODULES = new Set([0x2880, 0x3f80, 0x4d80])
const MEMORY_BITS = new Set([0x10, 0x6a])

/** Errors without a flag: the certificate, or its key, could not be read. */
function certificateFault(code: number): Fault | undefined {
  const [high, low] = [-code & 0xff80, -code & 0x7f]
  if (MEMORY_MODULES.has(high) || MEMORY_BITS.has(low)) return MEMORY
  if (high === 0x2600) return SIGNATURE
  if (high >= 0x3980 && high <= 0x3f00) return KEY
  return (high >= 0x2080 && high <= 0x3000) || high === 0x7a00 ? UNREADABLE : undefined
}
