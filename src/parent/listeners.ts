/** The parent instance's listening ports, to which all of its enclaves can connect. */
import { EnclaveError } from '../base/error.ts'
import { HEARTBEAT_PORT } from '../boundary/heartbeat.ts'
import type { Acceptor } from '../vsock/acceptor.ts'
import { assertPort, MAX_CONNECTIONS } from '../vsock/endpoint.ts'
import { VsockSocket } from '../vsock/socket.ts'
import type { SocketCarrier } from '../vsock/socket-carrier.ts'
import { invalidOption, signalOf } from './arguments.ts'

/** Called with each new connection. If it throws or rejects, only that connection is closed. */
export type SocketHandler = (socket: VsockSocket) => void | Promise<void>

/** Options of `Parent.listen`. */
export interface ListenOptions {
  /** Closes the listener. */
  signal?: AbortSignal | undefined
}

/** Returns the handler for a port without a listener; undefined refuses the connection. */
export type PortResolver = (port: number) => SocketHandler | undefined

/** A port on which the parent instance listens. */
export interface Listener {
  readonly port: number
  /** Refuses connections from now on; existing ones stay open. */
  close(): void
  [Symbol.dispose](): void
}

/** Maximum number of running handlers for the connections of one enclave; further connections are refused. */
const MAX_RUNNING = MAX_CONNECTIONS

/** The ports of one parent instance. */
export class Listeners {
  readonly #handlers = new Map<number, { handler: SocketHandler }>()
  /** Number of running handlers per link. */
  readonly #running = new WeakMap<SocketCarrier, number>()
  readonly #resolve: PortResolver

  constructor(resolve: PortResolver = () => undefined) {
    this.#resolve = resolve
  }

  /**
   * @throws {EnclaveError} E_VSOCK_PORT, E_VSOCK_PORT_TAKEN, E_PARENT_OPTION for an invalid handler or signal; the
   *   signal's reason if it has already aborted.
   */
  listen(port: number, handler: SocketHandler, options?: ListenOptions): Listener {
    const signal = signalOf(options)
    signal?.throwIfAborted()
    assertPort(port)
    if (typeof handler !== 'function')
      throw invalidOption('the handler is not a function', 'a function that takes a socket', handler)
    if (port === HEARTBEAT_PORT || this.#handlers.has(port)) {
      throw new EnclaveError('E_VSOCK_PORT_TAKEN', {
        what: 'the parent instance already listens on this port',
        expected: 'a free port',
        got: String(port),
      })
    }
    // A new object, because the same handler may be registered again later: this listener must remove only its own
    // entry.
    const entry = { handler }
    this.#handlers.set(port, entry)
    const close = () => {
      signal?.removeEventListener('abort', close)
      if (this.#handlers.get(port) === entry) this.#handlers.delete(port)
    }
    signal?.addEventListener('abort', close)
    return { port, close, [Symbol.dispose]: close }
  }

  /** The listener on `port`, for a connection of `carrier`. */
  acceptorOf(port: number, carrier: SocketCarrier): Acceptor | undefined {
    const handler = this.#handlers.get(port)?.handler ?? this.#resolve(port)
    if (!handler) return undefined
    return {
      // Counts handlers, not connections, because a slow handler outlives its connection, which the enclave can end at
      // any time.
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
    // Errors are ignored: a guest that resets its connection makes correct handlers fail, and that must not crash the
    // process.
    socket.close()
  }
}

/** The part of a parent instance that is needed for listening on a port. */
export interface Listening {
  listen(port: number, handler: SocketHandler, options?: ListenOptions): Listener
  /** The destinations that the manifest of an enclave's image lists. Without it nothing is known of them. */
  destinationsOf?(cid: number): readonly string[]
}
