/**
 * Connections in the order in which they came. An enclave opens and closes them as fast as it can, and here that makes no
 * garbage, as a `Set` of them did (seen in a heap profile of a flood of connections).
 */
import type { Connection } from './connection.ts'

/** A list of connections, each in it once. */
export class ConnectionList {
  readonly #places: (Connection | undefined)[] = []
  #length = 0

  /** How many there are. */
  get length(): number {
    return this.#length
  }

  /** The one at `index`, where there is one. */
  at(index: number): Connection | undefined {
    return index < this.#length ? this.#places[index] : undefined
  }

  /** Adds one at the end, unless it is in the list. */
  add(connection: Connection): void {
    for (let at = 0; at < this.#length; at++) if (this.#places[at] === connection) return
    this.#places[this.#length++] = connection
  }

  /** Takes one out; whether it was in the list. */
  delete(connection: Connection): boolean {
    let at = 0
    while (at < this.#length && this.#places[at] !== connection) at++
    if (at === this.#length) return false
    this.#length -= 1
    for (; at < this.#length; at++) this.#places[at] = this.#places[at + 1]
    this.#places[at] = undefined
    return true
  }

  /** Takes all out. */
  clear(): void {
    this.#places.length = 0
    this.#length = 0
  }
}
