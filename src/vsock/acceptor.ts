/** The interface between an endpoint and a listener. */
import type { Connection } from './connection.ts'

/** A listener on a port. */
export interface Acceptor {
  /** Whether another connection can be accepted now; if not, it is refused. */
  hasRoom(): boolean
  /** Takes over an established connection. */
  accept(connection: Connection): void
}
