/** A Unix socket in an enclave's directory: mode 0600, with a limit on connections. */
import { createServer, type Server, type Socket } from 'node:net'
import { stateFailure } from './directories.ts'

const MAX_CONNECTIONS = 512

/** A listening socket. */
export class SocketServer implements AsyncDisposable {
  readonly #server: Server
  readonly #open = new Set<Socket>()

  private constructor(serve: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#open.add(socket)
      socket.once('close', () => this.#open.delete(socket))
      // An error concerns only its own connection.
      socket.on('error', () => socket.destroy())
      serve(socket)
    })
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /**
   * Listens on `path`, which is in a private directory.
   * @throws {EnclaveError} E_STATE_FILE
   */
  static async listen(path: string, serve: (socket: Socket) => void): Promise<SocketServer> {
    const server = new SocketServer(serve)
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', (cause) => reject(stateFailure(`cannot listen on ${path}`, cause)))
      server.#server.listen(path, () => resolve())
    })
    return server
  }

  /** Stops listening and closes open connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#open) socket.destroy()
    await closed
  }
}
