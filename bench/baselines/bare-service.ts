/** The least that a service in a Worker can be: messages with a number, and a promise for each. No isolation, no checks. */
import { Worker } from 'node:worker_threads'

const SERVICE = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', ({ id, request }) => parentPort.postMessage({ id, result: request }))`

export class BareService {
  readonly #worker = new Worker(SERVICE, { eval: true })
  readonly #pending = new Map<number, (result: unknown) => void>()
  #next = 0

  constructor() {
    this.#worker.on('message', ({ id, result }) => {
      this.#pending.get(id)?.(result)
      this.#pending.delete(id)
    })
  }

  call(request: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      const id = this.#next++
      this.#pending.set(id, resolve)
      this.#worker.postMessage({ id, request })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}
