/** A parent instance whose enclaves are objects of the test, with a service of its own over two streams in memory. */
import { EnclaveError } from '../../src/base/error.ts'
import { ServiceClient } from '../../src/client/index.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import type { Parent } from '../../src/parent/parent.ts'
import type { PreparedImage } from '../../src/parent/prepared-image.ts'
import { hostCodec } from '../../src/service/codec.ts'
import { encodeFrame, FrameReader } from '../../src/service/frame.ts'
import type { Handlers } from '../../src/service/handlers.ts'
import { Kind } from '../../src/service/protocol.ts'

const LIMIT = 1 << 20

/** One enclave of the test. Its calls wait until the test answers them. */
export class FakeEnclave {
  readonly calls: { readonly id: number; readonly method: string; readonly request: unknown }[] = []
  readonly exited: Promise<EndReason>
  readonly memoryUsed = 1000
  stopped: string | undefined
  #end!: (reason: EndReason) => void
  #output: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor() {
    this.exited = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  async client(): Promise<ServiceClient<Handlers>> {
    const reader = new FrameReader(hostCodec, LIMIT)
    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#output = controller
      },
    })
    const writable = new WritableStream<Uint8Array>({
      write: (bytes) => {
        reader.push(bytes)
        for (let message = reader.next(); message; message = reader.next()) {
          const [kind, id, method, request] = message
          if (kind === Kind.CALL) this.calls.push({ id, method: String(method), request })
        }
      },
    })
    return new ServiceClient({ readable, writable })
  }

  /** Answers the oldest call. */
  answer(value: unknown): void {
    this.send([Kind.RESULT, this.calls.shift()!.id, value])
  }

  send(message: readonly unknown[]): void {
    this.#output!.enqueue(encodeFrame(hostCodec, message, LIMIT))
  }

  die(reason: EndReason = { kind: 'trapped', message: 'unreachable' }): void {
    this.#close()
    this.#end(reason)
  }

  async stop(message: string): Promise<EndReason> {
    this.stopped ??= message
    this.die({ kind: 'killed', message })
    return this.exited
  }

  #close(): void {
    try {
      this.#output?.close()
    } catch {
      // Closed before.
    }
  }
}

/** The parent of the test. `failing` says how many of the next starts fail. */
export class FakeParent {
  readonly vcpus = 8
  readonly memoryMiB = 1024
  readonly enclaves: FakeEnclave[] = []
  failing = 0
  code: 'E_ENCLAVE_BOOT' | 'E_POOL_VCPUS' = 'E_ENCLAVE_BOOT'
  isClosed = false
  /** Whether the image that it has prepared was closed. */
  isImageClosed = false

  async start(): Promise<FakeEnclave> {
    if (this.failing > 0) {
      this.failing -= 1
      throw new EnclaveError(this.code, { what: 'the enclave did not start' })
    }
    const enclave = new FakeEnclave()
    this.enclaves.push(enclave)
    return enclave
  }

  /** Those that have not ended. */
  get running(): FakeEnclave[] {
    return this.enclaves.filter(({ stopped }) => stopped === undefined)
  }

  async prepare(): Promise<PreparedImage> {
    const close = () => {
      this.isImageClosed = true
    }
    return { close } as unknown as PreparedImage
  }

  get asParent(): Parent {
    return this as unknown as Parent
  }
}
