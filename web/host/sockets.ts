/** The page's vsock connections, in the Worker of the parent instances: the page knows each by a number. */
import { EnclaveError } from '../../src/base/error.ts'
import type { Enclave } from '../../src/parent/enclave.ts'
import type { VsockSocket } from '../../src/vsock/socket.ts'

/** A connection with its reader and writer. */
interface OpenSocket {
  readonly socket: VsockSocket
  readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>
  readonly writer: WritableStreamDefaultWriter<Uint8Array>
}

/** Open connections. */
export class Sockets {
  readonly #enclave: (number: number) => Enclave
  readonly #open = new Map<number, OpenSocket>()
  #last = 0

  constructor(enclave: (number: number) => Enclave) {
    this.#enclave = enclave
  }

  /** Connects to a port of an enclave, and returns the connection's number. @throws {EnclaveError} E_VSOCK_... */
  async connect(enclave: number, port: number): Promise<number> {
    const socket = await this.#enclave(enclave).connect(port)
    this.#last += 1
    const [reader, writer] = [socket.readable.getReader(), socket.writable.getWriter()]
    this.#open.set(this.#last, { socket, reader, writer })
    return this.#last
  }

  /** Resolves once all of `bytes` fit into the enclave's receive buffer. */
  async write(socket: number, bytes: Uint8Array): Promise<void> {
    await this.#socket(socket).writer.write(bytes)
  }

  /** Closes the writing half of a connection: the enclave reads to the end, and can still answer. */
  async finish(socket: number): Promise<void> {
    await this.#socket(socket).writer.close()
  }

  /** The next bytes, or undefined if the enclave has closed its half. */
  async read(socket: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#socket(socket).reader.read()).value
  }

  /** Closes a connection in both directions. */
  async close(socket: number): Promise<void> {
    this.#open.get(socket)?.socket.close()
    this.#open.delete(socket)
  }

  #socket(number: number): OpenSocket {
    const open = this.#open.get(number)
    if (open) return open
    throw new EnclaveError('E_VSOCK_CLOSED', { what: `connection ${number} is closed` })
  }
}
