/**
 * Whose turn it is to write where many want more than the ring has room for: one packet each, in the order in which
 * they came. Whoever waits only for its peer's credit is not in it.
 */
import type { Connection } from './connection.ts'

/** The writers of one end of a link that wait for room. A connection learns by `onChange` that its turn has come. */
export class WriteQueue {
  readonly #waiting = new Set<Connection>()

  /** Whether `connection` may try now; if not, it waits behind the others. */
  enter(connection: Connection): boolean {
    if (this.#waiting.size === 0 || this.#first() === connection) return true
    this.#waiting.add(connection)
    return false
  }

  /** The ring is full: `connection` keeps its place, or takes the last one. */
  wait(connection: Connection): void {
    this.#waiting.add(connection)
  }

  /** `connection` has had its turn, or no longer wants one. */
  leave(connection: Connection): void {
    const wasFirst = this.#first() === connection
    this.#waiting.delete(connection)
    if (wasFirst) this.wake()
  }

  /** The ring has room again. */
  wake(): void {
    this.#first()?.onChange()
  }

  #first(): Connection | undefined {
    return this.#waiting.size === 0 ? undefined : this.#waiting.values().next().value
  }
}
