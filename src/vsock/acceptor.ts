/** What an endpoint asks of a listener. */
import type { Connection } from './connection.ts'

/** Whoever listens on a port. */
export interface Acceptor {
  /** Whether one more connection may be accepted now; if not, it is refused. */
  hasRoom(): boolean
  /** Takes the established connection. */
  accept(connection: Connection): void
}
