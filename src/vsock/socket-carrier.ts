/** What carries the bytes of a socket: the link to its enclave. */

import type { Connection } from './connection.ts'
import type { WriteQueue } from './write-queue.ts'

/** What a socket needs from its link. */
export interface SocketCarrier {
  /** Number of payload bytes for which the ring to the peer has room. */
  room(): number
  /** The order of the writers if there is not enough room for all. */
  readonly writers: WriteQueue
  /** Processes the packets that have arrived, unless other tasks of this thread have waited too long. */
  catchUp(): void
  /** Notifies the peer of packets after which more were to come, and did not. */
  announce(): void
  /** Closes the connection in order. */
  closeConnection(connection: Connection): void
}
