/**
 * The order of the writers while the ring is full: first come, first served, one packet each. Connections that wait
 * only for the peer's credit are not in the queue.
 */
import type { Connection } from './connection.ts'

/**
 * The connections of one end of a link that wait for room in the ring. `onChange` tells a connection that it is its
 * turn.
 */
export class WriteQueue {
  readonly #waiting = new Set<Connection>()

  /** Whether `connection` may write now; if not, it is queued behind the others. */
  enter(connection: Connection): boolean {
    if (this.#waiting.size === 0 || this.#first() === connection) return true
    this.#waiting.add(connection)
    return false
  }

  /** The ring is full: `connection` keeps its place, or is appended. */
  wait(connection: Connection): void {
    this.#waiting.add(connection)
  }

  /** `connection` has had its turn, or no longer needs one. */
  leave(connection: Connection): void {
    const wasFirst = this.#first() === connection
    this.#waiting.delete(connection)
    if (wasFirst) this.wake()
  }

  /** The ring has room again: notifies the first connection. */
  wake(): void {
    this.#first()?.onChange()
  }

  #first(): Connection | undefined {
    return this.#waiting.size === 0 ? undefined : this.#waiting.values().next().value
  }
}
