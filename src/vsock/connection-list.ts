/**
 * A list of connections in insertion order. Unlike a `Set`, it makes no garbage when an enclave opens and closes
 * connections as fast as it can.
 */
import type { Connection } from './connection.ts'

/** A list of connections without duplicates. */
export class ConnectionList {
  readonly #places: (Connection | undefined)[] = []
  #length = 0

  /** Number of connections. */
  get length(): number {
    return this.#length
  }

  /** The connection at `index`, if it exists. */
  at(index: number): Connection | undefined {
    return index < this.#length ? this.#places[index] : undefined
  }

  /** Appends a connection unless it is already in the list. */
  add(connection: Connection): void {
    for (let at = 0; at < this.#length; at++) if (this.#places[at] === connection) return
    this.#places[this.#length++] = connection
  }

  /** Removes a connection; returns whether it was in the list. */
  delete(connection: Connection): boolean {
    let at = 0
    while (at < this.#length && this.#places[at] !== connection) at++
    if (at === this.#length) return false
    this.#length -= 1
    for (; at < this.#length; at++) this.#places[at] = this.#places[at + 1]
    this.#places[at] = undefined
    return true
  }

  /** Removes all connections. */
  clear(): void {
    this.#places.length = 0
    this.#length = 0
  }
}
