/** How an enclave's life ended: one type for the API, `query` and the page. */

/** What ended an enclave. `exited` is the program's own end; the others are somebody else's doing. */
export type EndReason =
  /** The program returned or left with this status. */
  | { kind: 'exited'; status: number }
  /** The program trapped, or an exception of its own was not caught. */
  | { kind: 'trapped'; message: string }
  /** It trapped with all of its memory in use. */
  | { kind: 'out-of-memory'; message: string }
  /** It ran out of stack. */
  | { kind: 'stack-overflow'; message: string }
  /** It did not start, or did not end, within the time it was given. */
  | { kind: 'deadline'; message: string }
  /** The parent stopped it. */
  | { kind: 'killed'; message: string }
  /** Its side of the shared memory said what cannot be true. */
  | { kind: 'violation'; message: string }
  /** The Worker or process that it ran in is gone. */
  | { kind: 'host-lost'; message: string }

/** One line for people. */
export function describeEnd(reason: EndReason): string {
  if (reason.kind === 'exited') return `exited with status ${reason.status}`
  return `${reason.kind}: ${reason.message}`
}
