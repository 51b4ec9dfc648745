/** A vsock connection for the page's code, implemented with calls to the parent instance's Worker. */
import type { Remote } from 'comlink'
import type { ParentHost } from './parent-host.ts'

export type Host = Remote<ParentHost>

/** An open connection with an enclave. */
export class Connection {
  readonly #host: Host
  readonly #socket: number

  private constructor(host: Host, socket: number) {
    this.#host = host
    this.#socket = socket
  }

  static async open(host: Host, enclave: number, port: number): Promise<Connection> {
    return new Connection(host, await host.connect(enclave, port))
  }

  async write(text: string): Promise<void> {
    await this.#host.write(this.#socket, new TextEncoder().encode(text))
  }

  /** Closes the writing half. */
  async finish(): Promise<void> {
    await this.#host.finish(this.#socket)
  }

  /** Received data, until the enclave closes its half. Rejects if the connection is reset. */
  async *chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    for (;;) {
      const bytes = await this.#host.read(this.#socket)
      if (!bytes) return
      yield bytes
    }
  }

  async close(): Promise<void> {
    await this.#host.close(this.#socket)
  }
}
