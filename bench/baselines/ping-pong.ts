/** Messages between this thread and a Worker, which returns each one. */
import { Worker } from 'node:worker_threads'

const PONG =
  'const { parentPort } = require("node:worker_threads"); parentPort.on("message", (bytes) => parentPort.postMessage(bytes))'

/** The Worker that returns messages. */
export class PingPong {
  readonly #worker = new Worker(PONG, { eval: true })

  /** Sends `bytes` there and back, `count` times. */
  async trips(bytes: Uint8Array, count: number): Promise<void> {
    for (let done = 0; done < count; done++) {
      this.#worker.postMessage(bytes)
      await new Promise((resolve) => this.#worker.once('message', resolve))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}
