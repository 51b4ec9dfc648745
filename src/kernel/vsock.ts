/** qingtian:enclave/vsock, the enclave's only connection to the outside, on the link's endpoint (`wit/vsock.wit`). */

import type { Address } from '../vsock/address.ts'
import type { Connection } from '../vsock/connection.ts'
import { MAX_BACKLOG, PORT_ANY } from '../vsock/endpoint.ts'
import { PARENT_CID, Shutdown } from '../vsock/packet.ts'
import { type KernelLink, ListeningPort } from './link.ts'
import { type Poll, Pollable } from './poll.ts'
import { defineResource, type ResourceObject, type ResourceType } from './resource.ts'
import type { ByteSink, ByteSource, Streams } from './streams.ts'

/** Maximum number of ports on which one enclave may listen. */
const MAX_LISTENERS = 256

const HOW: Record<string, number> = { receive: Shutdown.RECEIVE, send: Shutdown.SEND, both: Shutdown.BOTH }

/** An error-code of the interface, in the form that the glue expects. */
class SocketFailure extends Error {
  readonly payload: string
  constructor(payload: string) {
    super(payload)
    this.payload = payload
  }
}

/** A connection and the number of handles that still refer to it. */
class GuestConnection {
  readonly connection: Connection
  holders = 1
  streamsTaken = false

  constructor(connection: Connection) {
    this.connection = connection
  }
}

/** The receiving direction of a connection, as the source of a stream. */
class ConnectionSource implements ByteSource {
  readonly #connection: Connection
  readonly #release: () => void

  constructor(connection: Connection, release: () => void) {
    this.#connection = connection
    this.#release = release
  }
  set isAwaited(is: boolean) {
    this.#connection.isAwaited = is
  }
  get available(): number {
    return this.#connection.readable
  }
  read(target: Uint8Array): number {
    return this.#connection.read(target)
  }
  get ended(): boolean {
    return this.#connection.ended
  }
  get failure(): string | undefined {
    return this.#connection.closeReason === 'reset' ? 'the connection was reset' : undefined
  }
  drop(): void {
    this.#release()
  }
}

class ConnectionSink implements ByteSink {
  readonly #connection: Connection
  readonly #link: KernelLink
  readonly #release: () => void

  constructor(connection: Connection, link: KernelLink, release: () => void) {
    this.#connection = connection
    this.#link = link
    this.#release = release
  }
  get room(): number {
    return this.#connection.credit
  }
  get closed(): boolean {
    return !this.#connection.writable
  }
  get failure(): string | undefined {
    return this.#connection.closeReason === 'reset' ? 'the connection was reset' : undefined
  }
  write(bytes: Uint8Array): void {
    this.#link.write(this.#connection, bytes)
  }
  drop(): void {
    this.#connection.shutdown(Shutdown.SEND)
    this.#release()
  }
}

/** Creates the interface on `link`. */
export function createVsock(link: KernelLink, poll: Poll, streams: Streams): Record<string, unknown> {
  const release = (guest: GuestConnection) => {
    guest.holders -= 1
    if (guest.holders === 0) link.endpoint.closeConnection(guest.connection)
  }
  const connections: ResourceType<GuestConnection> = defineResource(
    GuestConnection,
    {
      subscribe: {
        call: ({ connection }) =>
          poll.pollables.create(new Pollable(() => connection.state !== 'connecting')),
      },
      streams: { call: takeStreams },
      localAddress: { call: ({ connection }): Address => connection.local },
      remoteAddress: { call: ({ connection }): Address => connection.remote },
      shutdown: {
        call: ({ connection }, how: string) => {
          if (connection.state !== 'established') throw new SocketFailure('not-connected')
          connection.shutdown(HOW[how]!)
        },
      },
    },
    release,
  )
  function takeStreams(guest: GuestConnection): [ResourceObject, ResourceObject] {
    link.pump()
    const { connection } = guest
    if (connection.state === 'connecting') throw new SocketFailure('would-block')
    if (guest.streamsTaken) throw new SocketFailure('invalid-argument')
    const { closeReason } = connection
    if (closeReason !== undefined && closeReason !== 'closed') throw new SocketFailure(closeReason)
    guest.streamsTaken = true
    guest.holders += 2
    const drop = () => release(guest)
    return [
      streams.createInput(new ConnectionSource(connection, drop)),
      streams.createOutput(new ConnectionSink(connection, link, drop)),
    ]
  }
  function begin(port: number): Connection {
    try {
      return link.endpoint.connect(port)
    } catch {
      throw new SocketFailure('too-many-sockets')
    }
  }
  Object.defineProperty(connections.resourceClass, 'connect', {
    value: ({ cid, port }: Address): ResourceObject => {
      link.pump()
      if (cid !== PARENT_CID) throw new SocketFailure('unreachable')
      if (port === PORT_ANY) throw new SocketFailure('invalid-argument')
      return connections.create(new GuestConnection(begin(port)))
    },
  })

  const listeners: ResourceType<ListeningPort> = defineResource(
    ListeningPort,
    {
      subscribe: { call: (listener) => poll.pollables.create(new Pollable(() => listener.ready)) },
      accept: {
        call: (listener) => {
          link.pump()
          const connection = listener.take()
          if (!connection) throw new SocketFailure('would-block')
          return connections.create(new GuestConnection(connection))
        },
      },
      localAddress: { call: ({ port }): Address => ({ cid: link.cid, port }) },
    },
    (listener) => {
      link.listening.delete(listener.port)
      for (let waiting = listener.take(); waiting; waiting = listener.take()) waiting.abort('reset', true)
    },
  )
  Object.defineProperty(listeners.resourceClass, 'listen', {
    value: (port: number, backlog: number): ResourceObject => {
      if (port === PORT_ANY || backlog < 1 || backlog > MAX_BACKLOG)
        throw new SocketFailure('invalid-argument')
      if (link.listening.has(port)) throw new SocketFailure('address-in-use')
      if (link.listening.size >= MAX_LISTENERS) throw new SocketFailure('too-many-sockets')
      const listener = new ListeningPort(port, backlog)
      link.listening.set(port, listener)
      return listeners.create(listener)
    },
  })

  return {
    Connection: connections.resourceClass,
    Listener: listeners.resourceClass,
    localCid: () => link.cid,
  }
}
