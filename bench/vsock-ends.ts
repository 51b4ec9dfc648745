/** The two ends of a measured vsock connection: a C guest in its own enclave, and a program in the parent instance. */
import { compiledGuest } from '../scripts/compiled-guests.ts'
import { buildImage } from '../src/image/index.ts'
import { type Enclave, type Parent, type StartOptions, VsockSocket } from '../src/parent/index.ts'

const PORT = 5000

/** Connects as soon as the guest listens. */
export async function connect(enclave: Enclave): Promise<VsockSocket> {
  for (;;) {
    const outcome = await enclave.connect(PORT).catch((error: { code?: string }) => error)
    if (outcome instanceof VsockSocket) return outcome
    if (outcome.code !== 'E_VSOCK_REFUSED') throw outcome
  }
}

/** Starts the compiled guest `name`. */
export async function startGuest(
  parent: Parent,
  name: string,
  isolation: NonNullable<StartOptions['isolation']>,
): Promise<Enclave> {
  const path = await compiledGuest(name)
  if (!path) throw new Error(`bench: the guest ${name} needs its compiler`)
  const { eif } = await buildImage({ app: { path } })
  return parent.start(eif, { vcpus: 1, memoryMiB: 64, isolation })
}

/** The guest `source-c`, which sends. */
export class Source {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #readable: VsockSocket['readable']

  constructor({ readable, writable }: VsockSocket) {
    this.#writer = writable.getWriter()
    this.#readable = readable
  }

  /**
   * Receives `count` writes of `size` bytes, into the same `array` each time or into arrays that the stream allocates.
   */
  async receive(size: number, count: number, array?: Uint8Array<ArrayBuffer>): Promise<void> {
    const request = new DataView(new ArrayBuffer(8))
    request.setUint32(0, size, true)
    request.setUint32(4, count, true)
    await this.#writer.write(new Uint8Array(request.buffer))
    await (array ? this.#readInto(array, size * count) : this.#read(size * count))
  }

  async #read(length: number): Promise<void> {
    const reader = this.#readable.getReader()
    for (let left = length; left > 0; ) left -= (await reader.read()).value?.byteLength ?? left
    reader.releaseLock()
  }

  async #readInto(array: Uint8Array<ArrayBuffer>, length: number): Promise<void> {
    const reader = this.#readable.getReader({ mode: 'byob' })
    let own = array.slice()
    for (let left = length; left > 0; ) {
      const { value } = await reader.read(own)
      left -= value?.byteLength ?? left
      if (value) own = new Uint8Array(value.buffer)
    }
    reader.releaseLock()
  }
}

/** The guest `sink-c`, which receives, and answers with the number of bytes. */
export async function sendToSink(enclave: Enclave, size: number, count: number): Promise<void> {
  const { readable, writable } = await connect(enclave)
  const writer = writable.getWriter()
  const chunk = new Uint8Array(size)
  for (let done = 0; done < count; done++) await writer.write(chunk)
  await writer.close()
  const received = await new Response(readable).text()
  if (Number(received) !== size * count)
    throw new Error(`bench: ${size * count} bytes were sent, ${received} arrived`)
}

/** The guest `echo-c`: sends `bytes` there and back, `count` times. */
export function echoTrips({ readable, writable }: VsockSocket, bytes: Uint8Array) {
  const writer = writable.getWriter()
  const reader = readable.getReader()
  return async (count: number): Promise<void> => {
    for (let done = 0; done < count; done++) {
      await writer.write(bytes)
      for (let left = bytes.byteLength; left > 0; ) left -= (await reader.read()).value?.byteLength ?? left
    }
  }
}
