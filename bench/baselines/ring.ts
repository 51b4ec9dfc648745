/**
 * The simplest way between two threads: a ring in a SharedArrayBuffer between two Workers, without packets, checks or
 * credit, as long as the vsock ring that it is compared with. Each end sleeps in Atomics.wait and copies once.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const END = `
const { parentPort, workerData } = require('node:worker_threads')
const { words, ring, isProducer } = workerData
const mask = ring.byteLength - 1
let position = 0
function produce(own) {
  for (;;) {
    const taken = Atomics.load(words, 0)
    if (((position - taken) | 0) <= ring.byteLength - own.byteLength) break
    Atomics.wait(words, 0, taken)
  }
  ring.set(own, position & mask)
  position = (position + own.byteLength) | 0
  Atomics.store(words, 1, position)
  Atomics.notify(words, 1)
}
function consume(own) {
  for (;;) {
    const made = Atomics.load(words, 1)
    if (((made - position) | 0) >= own.byteLength) break
    Atomics.wait(words, 1, made)
  }
  const at = position & mask
  own.set(ring.subarray(at, at + own.byteLength))
  position = (position + own.byteLength) | 0
  Atomics.store(words, 0, position)
  Atomics.notify(words, 0)
}
parentPort.on('message', ({ size, count }) => {
  const own = new Uint8Array(size)
  for (let done = 0; done < count; done++) isProducer ? produce(own) : consume(own)
  parentPort.postMessage(0)
})`

/** Two Workers, and the ring between them. */
export class BareRing {
  readonly #ends: Worker[]

  /** @param length the ring's length in bytes, a power of two */
  constructor(length: number) {
    const words = new Int32Array(new SharedArrayBuffer(8))
    const ring = new Uint8Array(new SharedArrayBuffer(length))
    this.#ends = [true, false].map(
      (isProducer) => new Worker(END, { eval: true, workerData: { words, ring, isProducer } }),
    )
  }

  /** Transfers `count` writes of `size` bytes, which must divide the ring's length. */
  async carry(size: number, count: number): Promise<void> {
    for (const end of this.#ends) end.postMessage({ size, count })
    await Promise.all(this.#ends.map((end) => once(end, 'message')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ends.map((end) => end.terminate()))
  }
}
