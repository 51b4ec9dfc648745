/** The error for what breaks the protocol of the channel. */
import { EnclaveError } from '../../base/error.ts'

/** An error with the code E_CHANNEL_MESSAGE. `got` contains lengths and kinds, never contents. */
export function malformed(what: string, expected: string, got: string, cause?: unknown): EnclaveError {
  return new EnclaveError('E_CHANNEL_MESSAGE', { what, expected, got, ...(cause !== undefined && { cause }) })
}

/** The message ends too early. */
export function truncated(where: string): EnclaveError {
  return malformed('a message of the channel was cut', 'its last chunk', `its end within ${where}`)
}
