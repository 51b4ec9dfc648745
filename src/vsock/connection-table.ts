/**
 * The connections of one end of a link, by the ports at both of its ends. Both numbers have 32 bits, so that no number
 * of JavaScript's holds them together: they only say in which row a connection is.
 */
import type { Connection } from './connection.ts'
import { ConnectionList } from './connection-list.ts'

/** Bits of a row's number. A peer that has all its connections in one row waits for the search through them. */
const ROW_BITS = 8

function rowOf(localPort: number, remotePort: number): number {
  const mixed = Math.imul(Math.imul(localPort, 0x9e3779b1) ^ remotePort, 0x9e3779b1)
  return mixed >>> (32 - ROW_BITS)
}

/** Connections by their two ports. */
export class ConnectionTable implements Iterable<Connection> {
  readonly #rows = new Array<ConnectionList | undefined>(1 << ROW_BITS).fill(undefined)
  #size = 0

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  /** The one between these two ports. */
  get(localPort: number, remotePort: number): Connection | undefined {
    const row = this.#rows[rowOf(localPort, remotePort)]
    for (let at = 0; row && at < row.length; at++) {
      const connection = row.at(at)!
      if (connection.remote.port === remotePort && connection.local.port === localPort) return connection
    }
    return undefined
  }

  /** Adds a connection between two ports that have none. */
  add(connection: Connection): void {
    const at = rowOf(connection.local.port, connection.remote.port)
    this.#rows[at] ??= new ConnectionList()
    this.#rows[at].add(connection)
    this.#size += 1
  }

  /** Forgets a connection that is in it. */
  delete(connection: Connection): void {
    const row = this.#rows[rowOf(connection.local.port, connection.remote.port)]
    if (row?.delete(connection)) this.#size -= 1
  }

  *[Symbol.iterator](): Generator<Connection, void, void> {
    for (const row of this.#rows) for (let at = 0; row && at < row.length; at++) yield row.at(at)!
  }
}
