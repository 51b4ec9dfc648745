/**
 * The parent instance for the page: calls with plain values, because not every browser can transfer a
 * stream to another thread. It runs in its own Worker, so that no enclave can block the page.
 */
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { createParent } from '../../src/parent/create-parent.ts'
import type { Enclave, EnclaveDescription, EnclaveState } from '../../src/parent/enclave.ts'
import type { Parent } from '../../src/parent/parent.ts'
import type { VsockSocket } from '../../src/vsock/socket.ts'

/** The pool of the parent instance, and the share of each enclave. */
const POOL = { vcpus: 2, memoryMiB: 512 } as const
const SHARE = { vcpus: 1, memoryMiB: 64 } as const

/** A description of the parent instance, for users and verifiers. */
export interface ParentFacts {
  readonly instanceId: string
  readonly profile: 'qingtian' | 'nitro'
  /** The attestation root, as PEM. */
  readonly rootCertificate: string
  readonly lends: { readonly vcpus: number; readonly memoryMiB: number }
  /** The share of each enclave. */
  readonly share: { readonly vcpus: number; readonly memoryMiB: number }
}

/** A connection with its reader and writer. */
interface OpenSocket {
  readonly socket: VsockSocket
  readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>
  readonly writer: WritableStreamDefaultWriter<Uint8Array>
}

/** The calls of the page. */
export class ParentHost {
  readonly #enclaves = new Map<number, Enclave>()
  readonly #sockets = new Map<number, OpenSocket>()
  #parent: Promise<Parent> | undefined
  #lastSocket = 0

  /** Creates the parent instance; called once. */
  async open(): Promise<ParentFacts> {
    this.#parent ??= createParent({ ...POOL, profile: 'qingtian' })
    const { instanceId, profile, rootCertificate } = await this.#parent
    return { instanceId, profile, rootCertificate, lends: POOL, share: SHARE }
  }

  /** Starts an image. @throws {EnclaveError} as `Parent.start` does. */
  async start(image: Blob, options: { debug: boolean }): Promise<EnclaveDescription> {
    await this.open()
    const enclave = await (await this.#parent!).start(image, { ...SHARE, ...options })
    this.#enclaves.set(enclave.id, enclave)
    return enclave.describe()
  }

  async state(enclave: number): Promise<EnclaveState> {
    return this.#enclave(enclave).state
  }

  /** Resolves with the reason once the enclave has ended. */
  async ended(enclave: number): Promise<EndReason> {
    return this.#enclave(enclave).exited
  }

  async stop(enclave: number): Promise<EndReason> {
    return this.#enclave(enclave).stop('stopped on the page')
  }

  /** @throws {EnclaveError} E_CONSOLE_MODE outside debug mode. */
  async console(enclave: number): Promise<string> {
    return this.#enclave(enclave).console()
  }

  /** Forgets an enclave that has ended. */
  async forget(enclave: number): Promise<void> {
    this.#enclaves.delete(enclave)
  }

  /** Connects to a port of an enclave, and returns the connection's number. @throws {EnclaveError} E_VSOCK_... */
  async connect(enclave: number, port: number): Promise<number> {
    const socket = await this.#enclave(enclave).connect(port)
    this.#lastSocket += 1
    const [reader, writer] = [socket.readable.getReader(), socket.writable.getWriter()]
    this.#sockets.set(this.#lastSocket, { socket, reader, writer })
    return this.#lastSocket
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
    this.#sockets.get(socket)?.socket.close()
    this.#sockets.delete(socket)
  }

  #enclave(id: number): Enclave {
    const enclave = this.#enclaves.get(id)
    if (!enclave) throw new Error(`unknown enclave ${id}`)
    return enclave
  }

  #socket(id: number): OpenSocket {
    const socket = this.#sockets.get(id)
    if (!socket) throw new Error(`connection ${id} is closed`)
    return socket
  }
}
