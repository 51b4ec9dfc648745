/** Questions and answers with an enclave, one at a time, over one vsock connection. */
import type { Enclave, VsockSocket } from '../../../parent/index.ts'

/** An open conversation. */
export class Conversation {
  readonly #socket: VsockSocket
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>

  private constructor(socket: VsockSocket) {
    this.#socket = socket
    this.#writer = socket.writable.getWriter()
    this.#reader = socket.readable.getReader()
  }

  /** @throws {EnclaveError} E_VSOCK_... */
  static async open(enclave: Enclave, port: number): Promise<Conversation> {
    return new Conversation(await enclave.connect(port))
  }

  /** Sends one line and returns the next chunk that arrives. */
  async ask(line: string): Promise<Uint8Array<ArrayBuffer>> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`))
    const { value } = await this.#reader.read()
    return new Uint8Array(value ?? new Uint8Array(0))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket[Symbol.asyncDispose]()
  }
}
