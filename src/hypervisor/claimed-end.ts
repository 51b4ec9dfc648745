/** Converts an enclave's claim about its end to a reason. The message is an untrusted claim, and is truncated. */
import { EnclaveError } from '../base/error.ts'
import type { ClaimedEnd } from '../boundary/hypervisor-channel.ts'
import { End, Phase } from '../boundary/shared-memory.ts'
import { CPU_TIME_SPENT } from '../boundary/watchdog.ts'
import type { EndReason } from './end-reason.ts'

/** Maximum length of an enclave's message that is kept. */
const MAX_MESSAGE_LENGTH = 2048

/** Whether an enclave in this phase claims to have ended. */
export const isOver = (phase: number): boolean => phase === Phase.ENDED || phase === Phase.FAILED

/** The claimed reason. @throws {EnclaveError} E_ENCLAVE_END for an unknown one. */
export function readClaimedEnd({ end, status, message: bytes }: ClaimedEnd): EndReason {
  if (end === End.EXITED) return { kind: 'exited', status }
  const message = new TextDecoder().decode(bytes).slice(0, MAX_MESSAGE_LENGTH)
  if (end === End.OUT_OF_MEMORY) return { kind: 'out-of-memory', message }
  if (end === End.STACK_OVERFLOW) return { kind: 'stack-overflow', message }
  if (end === End.CPU_LIMIT) return { kind: 'deadline', message: CPU_TIME_SPENT }
  if (end === End.TRAPPED) return { kind: 'trapped', message }
  throw new EnclaveError('E_ENCLAVE_END', {
    what: 'the enclave reported an unknown kind of end',
    got: String(end),
  })
}
