/** A vsock connection for the page's code, by calls to the Worker of the parent instances. */
import type { Host } from './open.ts'

/** An open connection with an enclave. */
export class Connection {
  readonly #host: Host
  readonly #socket: number

  private constructor(host: Host, socket: number) {
    this.#host = host
    this.#socket = socket
  }

  static async open(host: Host, enclave: number, port: number): Promise<Connection> {
    return new Connection(host, await host.sockets.connect(enclave, port))
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#host.sockets.write(this.#socket, bytes)
  }

  /** Closes the writing half. */
  async finish(): Promise<void> {
    await this.#host.sockets.finish(this.#socket)
  }

  /** Received data, until the enclave closes its half. Rejects if the connection is reset. */
  async *chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    for (;;) {
      const bytes = await this.#host.sockets.read(this.#socket)
      if (!bytes) return
      yield bytes
    }
  }

  async close(): Promise<void> {
    await this.#host.sockets.close(this.#socket)
  }
}
