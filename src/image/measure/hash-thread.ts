/**
 * SHA-384 in a separate thread, for the bytes that are hashed twice because of Nitro's PCR2: both hashes run in
 * parallel. Node only; loaded by `node-hash.ts` for large images.
 */
import type { Worker } from 'node:worker_threads'
import type { Bytes } from '../../base/bytes.ts'
import type { StreamingSha384 } from './hash-tools.ts'

/** Number of buffers, enough that the two threads rarely wait for each other. */
const SLOTS = 4
const SLOT_SIZE = 1024 * 1024

/** The thread's program: hashes each slot that it receives and returns it; an empty slot requests the digest. */
const SCRIPT = `
const { parentPort, workerData } = require('node:worker_threads')
const hash = require('node:crypto').createHash('sha384')
parentPort.on('message', ({ offset, length }) => {
  if (length === 0) return parentPort.postMessage({ digest: hash.copy().digest() })
  hash.update(new Uint8Array(workerData, offset, length))
  parentPort.postMessage({ offset })
})`

type Answer = { readonly offset: number } | { readonly digest: Uint8Array }

/** Starts the thread; it ends after `digest` or `end`. */
export function threadSha384(): StreamingSha384 {
  return new ThreadSha384()
}

/** Loads `node:worker_threads` only here, because small images do not need it. */
function startWorker(workerData: SharedArrayBuffer): Worker {
  const threads = process.getBuiltinModule('node:worker_threads')
  return new threads.Worker(SCRIPT, { eval: true, workerData, env: {}, execArgv: [] })
}

class ThreadSha384 implements StreamingSha384 {
  readonly #shared = new SharedArrayBuffer(SLOTS * SLOT_SIZE)
  readonly #worker = startWorker(this.#shared)
  readonly #free = Array.from({ length: SLOTS }, (_, at) => at * SLOT_SIZE)
  readonly #done = Promise.withResolvers<Bytes>()
  /** Resolves when a slot becomes free. */
  #freed = Promise.withResolvers<void>()

  constructor() {
    this.#worker.on('message', (answer: Answer) => {
      if ('digest' in answer) return this.#done.resolve(new Uint8Array(answer.digest))
      this.#free.push(answer.offset)
      this.#freed.resolve()
    })
    this.#worker.on('error', (error) => {
      this.#done.reject(error)
      this.#freed.reject(error)
    })
    // Prevents unhandled rejections: the error is reported to callers that wait, if any.
    this.#done.promise.catch(() => {})
    this.#freed.promise.catch(() => {})
  }

  async update(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += SLOT_SIZE) {
      const part = bytes.subarray(at, at + SLOT_SIZE)
      const offset = await this.#slot()
      new Uint8Array(this.#shared, offset, part.byteLength).set(part)
      this.#worker.postMessage({ offset, length: part.byteLength })
    }
  }

  async digest(): Promise<Bytes> {
    this.#worker.postMessage({ offset: 0, length: 0 })
    try {
      return await this.#done.promise
    } finally {
      await this.end()
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  async #slot(): Promise<number> {
    while (this.#free.length === 0) {
      await this.#freed.promise
      this.#freed = Promise.withResolvers()
    }
    return this.#free.pop()!
  }
}
