/**
 * A hash table of the connections of one end of a link, by local and remote port. The two 32-bit ports do not fit into
 * one JavaScript number, so they only select a row, which is searched.
 */
import type { Connection } from './connection.ts'
import { ConnectionList } from './connection-list.ts'

/** Number of bits of a row index. A peer that puts all its connections into one row only slows itself down. */
const ROW_BITS = 8

function rowOf(localPort: number, remotePort: number): number {
  const mixed = Math.imul(Math.imul(localPort, 0x9e3779b1) ^ remotePort, 0x9e3779b1)
  return mixed >>> (32 - ROW_BITS)
}

/** Connections by local and remote port. */
export class ConnectionTable implements Iterable<Connection> {
  readonly #rows = new Array<ConnectionList | undefined>(1 << ROW_BITS).fill(undefined)
  #size = 0

  /** Number of connections. */
  get size(): number {
    return this.#size
  }

  /** The connection between these two ports. */
  get(localPort: number, remotePort: number): Connection | undefined {
    const row = this.#rows[rowOf(localPort, remotePort)]
    for (let at = 0; row && at < row.length; at++) {
      const connection = row.at(at)!
      if (connection.remote.port === remotePort && connection.local.port === localPort) return connection
    }
    return undefined
  }

  /** Adds a connection; there must be none between its two ports. */
  add(connection: Connection): void {
    const at = rowOf(connection.local.port, connection.remote.port)
    this.#rows[at] ??= new ConnectionList()
    this.#rows[at].add(connection)
    this.#size += 1
  }

  /** Removes a connection, which must be in the table. */
  delete(connection: Connection): void {
    const row = this.#rows[rowOf(connection.local.port, connection.remote.port)]
    if (row?.delete(connection)) this.#size -= 1
  }

  *[Symbol.iterator](): Generator<Connection, void, void> {
    for (const row of this.#rows) for (let at = 0; row && at < row.length; at++) yield row.at(at)!
  }
}
