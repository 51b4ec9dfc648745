/**
 * One end of the link between a parent instance and an enclave: its connections, its listening ports, and the handling
 * of every packet that arrives. It never waits, and all its data structures are bounded.
 */

import { EnclaveError } from '../base/error.ts'
import type { Acceptor } from './acceptor.ts'
import type { Address } from './address.ts'
import { BufferPool } from './buffer-pool.ts'
import { Connection, type Send } from './connection.ts'
import { ConnectionList } from './connection-list.ts'
import { ConnectionTable } from './connection-table.ts'
import { Op, type Packet, type PacketHeader, Shutdown, TYPE_STREAM } from './packet.ts'
import { UnreadConnections } from './unread-connections.ts'

/** Maximum number of connections of one link. */
export const MAX_CONNECTIONS = 1024

/** Maximum number of connections that wait to be accepted on one port. */
export const MAX_BACKLOG = 128

/** Linux's VMADDR_PORT_ANY: not a valid port. */
export const PORT_ANY = 0xffffffff

const FIRST_EPHEMERAL_PORT = 49152
/** Maximum number of owed resets for packets without a connection; beyond that no more are sent. */
const MAX_STRAY_RESETS = 64
/** Maximum number of ports with a listener that one connect skips when it looks for a local port. */
const MAX_EVADED = 64
const NO_BYTES = new Uint8Array(0)

/** How long a connect waits for the peer's response, as in Linux; milliseconds. */
export const CONNECT_TIMEOUT = 2000

/** How long a closed connection waits for the peer's RST, as in Linux; milliseconds. */
export const CLOSE_TIMEOUT = 8000

/** Options of an endpoint. */
export interface EndpointOptions {
  localCid: number
  /** The only CID at the other end of this link. */
  remoteCid: number
  send: Send
  /** The listener on `port`, if any. */
  acceptorOf: (port: number) => Acceptor | undefined
  /** Total bytes for the receive buffers of all connections of this end. */
  bufferPool: number
  /** The owner's clock, milliseconds. */
  now: () => number
}

/**
 * Checks a port number for connecting or listening.
 * @throws {EnclaveError} E_VSOCK_PORT for anything but an integer from 0 to 2^32-2.
 */
export function assertPort(port: number): void {
  if (!Number.isInteger(port) || port < 0 || port >= PORT_ANY) {
    throw new EnclaveError('E_VSOCK_PORT', {
      what: 'invalid vsock port',
      expected: 'an integer from 0 to 4294967294',
      got: String(port),
    })
  }
}

/** The packet handler of one end of a link. */
export class Endpoint {
  readonly #options: EndpointOptions
  #connections = new ConnectionTable()
  /** Closed connections, those that owe a packet, and those that wait for a response: only these need checking. */
  readonly #unsettled = new ConnectionList()
  readonly #timed = new ConnectionList()
  readonly #unsettle = (connection: Connection) => this.#unsettled.add(connection)
  readonly #buffers: BufferPool
  readonly #strayResets: PacketHeader[] = []
  readonly #unread: UnreadConnections
  #nextPort = FIRST_EPHEMERAL_PORT
  #closed = false

  constructor(options: EndpointOptions) {
    this.#options = options
    this.#buffers = new BufferPool(options.bufferPool)
    this.#unread = new UnreadConnections(this.#buffers)
  }

  /** All connections that are not closed, including those that are being established. */
  get connections(): Iterable<Connection> {
    return this.#connections
  }

  /** Number of connections, including closed ones that have not been read to the end. */
  get size(): number {
    return this.#connections.size + this.#unread.count
  }

  /**
   * Starts a connection to `port` at the other end, from a free ephemeral port.
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_TOO_MANY, E_VSOCK_CLOSED.
   */
  connect(port: number, timeout: number = CONNECT_TIMEOUT): Connection {
    assertPort(port)
    if (this.#closed) throw new EnclaveError('E_VSOCK_CLOSED', { what: 'the link has ended' })
    const local: Address = { cid: this.#options.localCid, port: this.#ephemeralPort(port) }
    const connection = this.#add(local, { cid: this.#options.remoteCid, port })
    if (!connection) {
      throw new EnclaveError('E_VSOCK_TOO_MANY', {
        what: 'the link has too many connections',
        expected: `at most ${MAX_CONNECTIONS}, within the memory for their buffers`,
        got: String(this.size + 1),
      })
    }
    this.#time(connection, timeout)
    connection.request()
    return connection
  }

  /**
   * Handles one packet of the peer; returns whether a connection ended. Packets without a connection are answered with
   * RST or dropped.
   */
  receive(packet: Packet): boolean {
    const { header } = packet
    const { localCid, remoteCid } = this.#options
    if (header.sourceCid !== remoteCid || header.destinationCid !== localCid) return false
    const connection = this.#connections.get(header.destinationPort, header.sourcePort)
    if (header.type !== TYPE_STREAM) {
      connection?.abort('reset', true)
      if (!connection) this.#strayReset(header)
    } else if (connection) {
      if (header.operation === Op.REQUEST) connection.abort('reset', true)
      else connection.receive(packet)
    } else if (header.operation === Op.REQUEST) {
      this.#incoming(header)
    } else if (header.operation !== Op.RST) {
      this.#strayReset(header)
    }
    if (connection?.state !== 'closed') return false
    this.#settle(connection)
    return true
  }

  /** Sends owed packets and removes closed connections. Returns false if the ring is full. */
  flush(): boolean {
    while (this.#strayResets.length > 0) {
      if (!this.#options.send(this.#strayResets[0]!, NO_BYTES)) return false
      this.#strayResets.shift()
    }
    for (let first = this.#unsettled.at(0); first; first = this.#unsettled.at(0)) {
      if (!this.#settle(first)) return false
    }
    return true
  }

  /** Closes `connection` in order: the peer reads what was sent, then the end. Unread bytes at this end are dropped. */
  closeConnection(connection: Connection): void {
    if (connection.state === 'closed') return connection.discard()
    if (connection.state === 'connecting') return connection.abort('closed', true)
    this.#time(connection, CLOSE_TIMEOUT)
    connection.shutdown(Shutdown.BOTH)
  }

  /** Aborts connections that have waited too long; returns the time of the next deadline, or infinity. */
  expire(): number {
    let next = Number.POSITIVE_INFINITY
    const now = this.#options.now()
    // Iterates backwards because entries are removed on the way.
    for (let at = this.#timed.length - 1; at >= 0; at--) {
      const connection = this.#timed.at(at)!
      if (connection.deadline === Number.POSITIVE_INFINITY || connection.state === 'closed')
        this.#timed.delete(connection)
      else if (connection.deadline > now) next = Math.min(next, connection.deadline)
      else connection.abort(connection.state === 'connecting' ? 'timed-out' : 'closed', true)
    }
    return next
  }

  /** Ends all connections, because the other end is gone. */
  close(): void {
    this.#closed = true
    const ended = this.#connections
    this.#connections = new ConnectionTable()
    for (const connection of ended) connection.abort('reset', false)
    this.#unsettled.clear()
    this.#timed.clear()
  }

  #incoming(header: PacketHeader): void {
    const acceptor = this.#options.acceptorOf(header.destinationPort)
    if (!acceptor?.hasRoom()) return this.#strayReset(header)
    const local = { cid: header.destinationCid, port: header.destinationPort }
    const remote = { cid: header.sourceCid, port: header.sourcePort }
    const connection = this.#add(local, remote)
    if (!connection) return this.#strayReset(header)
    connection.accept(header)
    acceptor.accept(connection)
  }

  /** Adds a connection; undefined if the limit is reached. */
  #add(local: Address, remote: Address): Connection | undefined {
    if (this.size >= MAX_CONNECTIONS) return undefined
    const bufferLength = this.#buffers.take()
    if (bufferLength === 0) return undefined
    const connection = new Connection(local, remote, bufferLength, this.#options.send)
    connection.onUnsettled = this.#unsettle
    this.#connections.add(connection)
    return connection
  }

  #time(connection: Connection, timeout: number): void {
    connection.deadline = this.#options.now() + timeout
    this.#timed.add(connection)
  }

  /** Sends what `connection` owes and removes it if it is closed; returns false if the ring is full. */
  #settle(connection: Connection): boolean {
    if (!connection.flush()) return false
    this.#unsettled.delete(connection)
    if (connection.state === 'closed') {
      this.#connections.delete(connection)
      if (connection.readable > 0) this.#unread.add(connection)
      else this.#buffers.give(connection.bufferLength)
    }
    return true
  }

  /** A local port without a connection to `remotePort`; ports with a listener are used only if there is no other. */
  #ephemeralPort(remotePort: number): number {
    for (let evaded = 0; ; ) {
      const port = this.#nextPort
      this.#nextPort = port + 1 >= PORT_ANY ? FIRST_EPHEMERAL_PORT : port + 1
      if (this.#connections.get(port, remotePort)) continue
      if (evaded === MAX_EVADED || !this.#options.acceptorOf(port)) return port
      evaded += 1
    }
  }

  #strayReset(header: PacketHeader): void {
    if (this.#strayResets.length >= MAX_STRAY_RESETS) return
    this.#strayResets.push({
      sourceCid: header.destinationCid,
      destinationCid: header.sourceCid,
      sourcePort: header.destinationPort,
      destinationPort: header.sourcePort,
      length: 0,
      type: header.type,
      operation: Op.RST,
      flags: 0,
      bufferAllocation: 0,
      forwardCount: 0,
    })
    this.flush()
  }
}
