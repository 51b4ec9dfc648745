/** What both ends say of a connection: where it leads, and why it is over. */

/** One end of a connection. */
export interface Address {
  cid: number
  port: number
}

/** Why a connection is over. `closed` is the orderly end. */
export type CloseReason = 'closed' | 'refused' | 'reset' | 'timed-out'
