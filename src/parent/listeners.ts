/** The parent instance's listening ports, which every one of its enclaves can connect to. */
import { EnclaveError } from '../base/error.ts'
import { HEARTBEAT_PORT } from '../boundary/heartbeat.ts'
import type { Acceptor } from '../vsock/acceptor.ts'
import { assertPort, MAX_CONNECTIONS } from '../vsock/endpoint.ts'
import { type SocketCarrier, VsockSocket } from '../vsock/socket.ts'

/** Called with each new connection. What it throws, or rejects with, closes that connection only. */
export type SocketHandler = (socket: VsockSocket) => void | Promise<void>

/** How the parent instance listens. */
export interface ListenOptions {
  /** Closes the listener. */
  signal?: AbortSignal
}

/** Who serves a port on which nobody listens; undefined refuses the connection. */
export type PortResolver = (port: number) => SocketHandler | undefined

/** A port on which the parent instance listens. */
export interface Listener {
  readonly port: number
  /** Refuses connections from now on; those that exist stay. */
  close(): void
  [Symbol.dispose](): void
}

/** Handlers that run for the connections of one enclave, at most; one beyond is refused until another has returned. */
const MAX_RUNNING = MAX_CONNECTIONS

/** The ports of one parent instance. */
export class Listeners {
  readonly #handlers = new Map<number, { handler: SocketHandler }>()
  /** How many handlers run, by whose connections they have. */
  readonly #running = new WeakMap<SocketCarrier, number>()
  readonly #resolve: PortResolver

  constructor(resolve: PortResolver = () => undefined) {
    this.#resolve = resolve
  }

  /** @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_PORT_TAKEN; the signal's reason where that has aborted. */
  listen(port: number, handler: SocketHandler, { signal }: ListenOptions = {}): Listener {
    signal?.throwIfAborted()
    assertPort(port)
    if (port === HEARTBEAT_PORT || this.#handlers.has(port)) {
      throw new EnclaveError('E_VSOCK_PORT_TAKEN', {
        what: 'the parent instance listens on that port already',
        expected: 'a free port',
        got: String(port),
      })
    }
    // The same handler may listen again later: this listener closes only what it opened.
    const entry = { handler }
    this.#handlers.set(port, entry)
    const close = () => {
      signal?.removeEventListener('abort', close)
      if (this.#handlers.get(port) === entry) this.#handlers.delete(port)
    }
    signal?.addEventListener('abort', close)
    return { port, close, [Symbol.dispose]: close }
  }

  /** Who listens on `port`, for a connection that `carrier` carries. */
  acceptorOf(port: number, carrier: SocketCarrier): Acceptor | undefined {
    const handler = this.#handlers.get(port)?.handler ?? this.#resolve(port)
    if (!handler) return undefined
    return {
      // A handler that is slow outlives its connection, which its enclave can end at any time.
      hasRoom: () => this.#runningFor(carrier) < MAX_RUNNING,
      accept: (connection) => void this.#serve(handler, new VsockSocket(connection, carrier), carrier),
    }
  }

  #runningFor(carrier: SocketCarrier): number {
    return this.#running.get(carrier) ?? 0
  }

  async #serve(handler: SocketHandler, socket: VsockSocket, carrier: SocketCarrier): Promise<void> {
    this.#running.set(carrier, this.#runningFor(carrier) + 1)
    await serve(handler, socket)
    this.#running.set(carrier, this.#runningFor(carrier) - 1)
  }

  close(): void {
    this.#handlers.clear()
  }
}

async function serve(handler: SocketHandler, socket: VsockSocket): Promise<void> {
  try {
    await handler(socket)
  } catch {
    // A guest that resets its connection makes honest handlers fail; that must not reach the process.
    socket.close()
  }
}

/** What serving on a port of a parent instance needs of it. */
export interface Listening {
  listen(port: number, handler: SocketHandler, options?: ListenOptions): Listener
}
