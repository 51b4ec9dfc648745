/** The address of one end of a connection, and the reason why a connection is closed. */

/** One end of a connection. */
export interface Address {
  cid: number
  port: number
}

/** Why a connection is closed. `closed` means an orderly close. */
export type CloseReason = 'closed' | 'refused' | 'reset' | 'timed-out'
