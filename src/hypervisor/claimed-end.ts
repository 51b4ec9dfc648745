/** How an enclave says that it ended, made into a reason: its words are claims, and no longer than they may be. */
import { EnclaveError } from '../base/error.ts'
import type { ClaimedEnd } from '../boundary/hypervisor-channel.ts'
import { End, Phase } from '../boundary/shared-memory.ts'
import { CPU_TIME_SPENT } from '../boundary/watchdog.ts'
import type { EndReason } from './end-reason.ts'

/** Characters of an enclave's last words that are kept. */
const MAX_MESSAGE_LENGTH = 2048

/** Whether an enclave that has come so far says that it is over. */
export const isOver = (phase: number): boolean => phase === Phase.ENDED || phase === Phase.FAILED

/** The reason that it claims. @throws {EnclaveError} E_ENCLAVE_END for one that there is not. */
export function readClaimedEnd({ end, status, message: bytes }: ClaimedEnd): EndReason {
  if (end === End.EXITED) return { kind: 'exited', status }
  const message = new TextDecoder().decode(bytes).slice(0, MAX_MESSAGE_LENGTH)
  if (end === End.OUT_OF_MEMORY) return { kind: 'out-of-memory', message }
  if (end === End.STACK_OVERFLOW) return { kind: 'stack-overflow', message }
  if (end === End.CPU_LIMIT) return { kind: 'deadline', message: CPU_TIME_SPENT }
  if (end === End.TRAPPED) return { kind: 'trapped', message }
  throw new EnclaveError('E_ENCLAVE_END', { what: 'the enclave ended in no known way', got: String(end) })
}
