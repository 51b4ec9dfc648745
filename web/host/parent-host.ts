/**
 * The parent instance as the page reaches it: small calls with plain values, because not every browser can hand a
 * stream to another thread. It runs in a Worker of its own, so that no enclave ever holds up the page.
 */
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { createParent } from '../../src/parent/create-parent.ts'
import type { Enclave, EnclaveDescription, EnclaveState } from '../../src/parent/enclave.ts'
import type { Parent } from '../../src/parent/parent.ts'
import type { VsockSocket } from '../../src/vsock/socket.ts'

/** What the parent instance lends altogether, and what each enclave gets of it. */
const POOL = { vcpus: 2, memoryMiB: 512 } as const
const SHARE = { vcpus: 1, memoryMiB: 64 } as const

/** The parent instance, for people and for verifiers. */
export interface ParentFacts {
  readonly instanceId: string
  readonly profile: 'qingtian' | 'nitro'
  /** The root of its enclaves' documents, PEM. */
  readonly rootCertificate: string
  readonly lends: { readonly vcpus: number; readonly memoryMiB: number }
  /** What one enclave gets. */
  readonly share: { readonly vcpus: number; readonly memoryMiB: number }
}

/** A connection, with its halves taken for as long as it lasts. */
interface OpenSocket {
  readonly socket: VsockSocket
  readonly reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>
  readonly writer: WritableStreamDefaultWriter<Uint8Array>
}

/** The calls that a page can make. */
export class ParentHost {
  readonly #enclaves = new Map<number, Enclave>()
  readonly #sockets = new Map<number, OpenSocket>()
  #parent: Promise<Parent> | undefined
  #lastSocket = 0

  /** Creates the parent instance, once. */
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

  /** Connects to a port of an enclave, and gives the connection's number. @throws {EnclaveError} E_VSOCK_... */
  async connect(enclave: number, port: number): Promise<number> {
    const socket = await this.#enclave(enclave).connect(port)
    this.#lastSocket += 1
    const [reader, writer] = [socket.readable.getReader(), socket.writable.getWriter()]
    this.#sockets.set(this.#lastSocket, { socket, reader, writer })
    return this.#lastSocket
  }

  /** Resolves once the enclave has room for all of `bytes`. */
  async write(socket: number, bytes: Uint8Array): Promise<void> {
    await this.#socket(socket).writer.write(bytes)
  }

  /** Closes this half of a connection: the enclave reads to the end, and can still answer. */
  async finish(socket: number): Promise<void> {
    await this.#socket(socket).writer.close()
  }

  /** The next bytes, or undefined where the enclave has closed its half. */
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
    if (!enclave) throw new Error(`the page names enclave ${id}, which there is not`)
    return enclave
  }

  #socket(id: number): OpenSocket {
    const socket = this.#sockets.get(id)
    if (!socket) throw new Error(`the page names connection ${id}, which is closed`)
    return socket
  }
}
