/** A Worker for the next enclave of a prepared image, which is started in advance. Node only. */
import { isNode } from '../platform/environment.ts'
import { callAfter } from '../platform/timer.ts'
import { openWorker, type WaitingWorker } from '../platform/worker.ts'
import { scriptCode } from './script-codes.ts'

/** Milliseconds after one is taken before the next is started, so that it does not slow down the enclave that took it. */
const PAUSE = 50

/** What such a Worker compiles. */
interface Script {
  readonly kernel: string
  readonly glue: string
  readonly memoryMiB: number
}

export class SpareWorker {
  readonly #script: Script
  #waiting: Promise<WaitingWorker> | undefined
  #stopTimer: (() => void) | undefined
  #isClosed = false

  constructor(script: Script) {
    this.#script = script
    if (isNode) this.#open()
  }

  /** The Worker, if there is one; it belongs to the caller now. The next is started later. */
  async take(): Promise<WaitingWorker | undefined> {
    const waiting = this.#waiting
    if (!waiting) return undefined
    this.#waiting = undefined
    this.#stopTimer = callAfter(PAUSE, () => this.#open())
    const worker = await waiting.catch(() => undefined)
    worker?.hold(true)
    return worker
  }

  /** Ends the Worker, and starts no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopTimer?.()
    // From here on nobody can take it.
    const waiting = this.#waiting
    this.#waiting = undefined
    const worker = await waiting?.catch(() => undefined)
    await worker?.terminate()
  }

  #open(): void {
    if (this.#isClosed) return
    const { kernel, glue, memoryMiB } = this.#script
    const waiting = openWorker(kernel, glue, memoryMiB, scriptCode('worker', kernel, glue))
    this.#waiting = waiting
    waiting.then(
      (worker) => {
        // A Worker that only waits does not keep the process alive.
        worker.hold(false)
        void worker.ended.then(() => this.#forget(waiting))
      },
      () => this.#forget(waiting),
    )
  }

  /** One that could not be started, or has ended, is not replaced: the start then does it all itself. */
  #forget(waiting: Promise<WaitingWorker>): void {
    if (this.#waiting === waiting) this.#waiting = undefined
  }
}
