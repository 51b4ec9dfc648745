/**
 * `webclave/client`: calls the service of an enclave (`serve` in `webclave/sdk`) from the parent instance, with the
 * types of its functions. Responses come from the guest and are hostile: they are limited in size and parsed strictly,
 * but their shape is not checked against the types.
 *
 * @example
 * import { createParent } from 'webclave'
 * import { ServiceClient } from 'webclave/client'
 *
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
 * // Of an image whose application calls `serve({ add: ({ a, b }) => a + b })`.
 * const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
 * await using client = new ServiceClient(await enclave.connect(5000))
 * await client.call.add({ a: 1, b: 2 }) // 3
 *
 * @module
 */

import { EnclaveError } from '../base/error.ts'
import type { ErrorCode } from '../base/error-code.ts'
import { yieldToTasks } from '../platform/yield.ts'
import { encodeFrame, readFrames } from '../service/frame.ts'
import type { Handlers } from '../service/handlers.ts'

export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export type { Handlers } from '../service/handlers.ts'

/** A connection: a `VsockSocket`, or anything else with two streams. */
export interface Connection {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** The functions of a service, as its client calls them. */
export type ServiceCalls<Service extends Handlers> = {
  readonly [Name in keyof Service]: (
    ...request: Parameters<Service[Name]>
  ) => Promise<Awaited<ReturnType<Service[Name]>>>
}

interface Pending {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/**
 * Bytes of responses that are read before yielding to other tasks of this thread; ANSWER_COST is added for each
 * response.
 */
const TURN_COST = 1 << 18
const ANSWER_COST = 1024

/** The client of a service, over one connection. `call` has its functions. */
export class ServiceClient<Service extends Handlers> {
  /** The functions of the service. */
  readonly call: ServiceCalls<Service>
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #pending = new Map<number, Pending>()
  readonly #ended: Promise<void>
  #nextId = 1
  #over: EnclaveError | undefined

  /** Takes over both streams of `connection`. @throws {TypeError} if one of them is already locked. */
  constructor(connection: Connection) {
    this.#reader = connection.readable.getReader()
    this.#writer = connection.writable.getWriter()
    // The client does not know the service's names; the service itself refuses unknown ones.
    this.call = new Proxy(Object.create(null), {
      get: (_, name) => (typeof name === 'string' && name !== 'then' ? this.#caller(name) : undefined),
    }) as ServiceCalls<Service>
    this.#ended = this.#read()
  }

  /** Closes the connection; pending calls fail with E_SERVICE_CLOSED. */
  async close(): Promise<void> {
    this.#fail(closed())
    await Promise.allSettled([this.#writer.close(), this.#reader.cancel()])
    await this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #caller(name: string) {
    return async (request: unknown = null): Promise<unknown> => {
      if (this.#over) throw this.#over
      const id = this.#nextId++
      const frame = encodeFrame([id, name, request])
      const answer = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }))
      this.#writer.write(frame).catch((cause: unknown) => this.#fail(closed(cause)))
      return answer
    }
  }

  async #read(): Promise<void> {
    try {
      let spent = 0
      for await (const { values, length } of readFrames(chunksOf(this.#reader))) {
        const [id, ok, ...rest] = values
        const pending = this.#pending.get(id as number)
        this.#pending.delete(id as number)
        if (ok === true) pending?.resolve(rest[0])
        else pending?.reject(refusal(rest))
        spent += ANSWER_COST + length
        if (spent < TURN_COST) continue
        spent = 0
        await yieldToTasks()
      }
      this.#fail(closed())
    } catch (cause) {
      this.#fail(closed(cause))
    } finally {
      await Promise.allSettled([this.#reader.cancel()])
    }
  }

  #fail(error: EnclaveError): void {
    this.#over ??= error
    for (const { reject } of this.#pending.values()) reject(this.#over)
    this.#pending.clear()
  }
}

async function* chunksOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value
}

/** The service's error response as an EnclaveError, with the guest's own code if it is well formed. */
function refusal([code, message]: readonly unknown[]): EnclaveError {
  const name = typeof code === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(code) ? code : 'E_SERVICE_FAILED'
  // Other values cannot always be converted to a string.
  const text = typeof message === 'string' ? message.slice(0, 4096) : 'the service gave no reason'
  const prefix = `${name}: `
  return new EnclaveError(name as ErrorCode, {
    what: text.startsWith(prefix) ? text.slice(prefix.length) : text,
  })
}

function closed(cause?: unknown): EnclaveError {
  return new EnclaveError('E_SERVICE_CLOSED', { what: 'the connection to the service is closed', cause })
}
