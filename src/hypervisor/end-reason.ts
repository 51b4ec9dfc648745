/** Why an enclave ended: one type for the API, `query` and the page. */

/** Why an enclave ended. */
export type EndReason =
  /** The program returned or exited with this status. */
  | { kind: 'exited'; status: number }
  /** The program trapped, or an exception of its own was not caught. */
  | { kind: 'trapped'; message: string }
  /** It trapped with all of its memory in use. */
  | { kind: 'out-of-memory'; message: string }
  /** It ran out of stack. */
  | { kind: 'stack-overflow'; message: string }
  /** It did not start in time, or exceeded its run time or CPU time limit. */
  | { kind: 'deadline'; message: string }
  /** The parent stopped it. */
  | { kind: 'killed'; message: string }
  /** It violated the protocol of the channel between enclave and hypervisor. */
  | { kind: 'violation'; message: string }
  /** The Worker or process in which it ran is gone. */
  | { kind: 'host-lost'; message: string }

/** A description on one line. */
export function describeEnd(reason: EndReason): string {
  if (reason.kind === 'exited') return `exited with status ${reason.status}`
  return `${reason.kind}: ${reason.message}`
}
