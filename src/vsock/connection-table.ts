/**
 * The connections of one end of a link, by the ports at both of its ends. Both numbers have 32 bits, so that no number
 * of JavaScript's holds them together: there is one map for each local port.
 */
import type { Connection } from './connection.ts'

/** Connections by their two ports. */
export class ConnectionTable implements Iterable<Connection> {
  readonly #byLocalPort = new Map<number, Map<number, Connection>>()
  #size = 0

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  /** The one between these two ports. */
  get(localPort: number, remotePort: number): Connection | undefined {
    return this.#byLocalPort.get(localPort)?.get(remotePort)
  }

  /** Adds a connection between two ports that have none. */
  add(connection: Connection): void {
    const { local, remote } = connection
    const sharing = this.#byLocalPort.get(local.port)
    if (sharing) sharing.set(remote.port, connection)
    else this.#byLocalPort.set(local.port, new Map([[remote.port, connection]]))
    this.#size += 1
  }

  /** Forgets a connection that is in it. */
  delete({ local, remote }: Connection): void {
    const sharing = this.#byLocalPort.get(local.port)
    if (!sharing?.delete(remote.port)) return
    this.#size -= 1
    if (sharing.size === 0) this.#byLocalPort.delete(local.port)
  }

  *[Symbol.iterator](): Generator<Connection, void, void> {
    for (const sharing of this.#byLocalPort.values()) yield* sharing.values()
  }
}
