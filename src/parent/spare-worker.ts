/** A Worker for the next enclave of a prepared image, which is started in advance. Node only. */
import type { Bytes } from '../base/bytes.ts'
import { isNode } from '../platform/environment.ts'
import { callAfter } from '../platform/timer.ts'
import { openWorker, type WaitingWorker, workerScript } from '../platform/worker.ts'

/** Milliseconds after one is taken before the next is started, so that it does not slow down the enclave that took it. */
const PAUSE = 50

/** Code caches that are kept: by the glue, because all have the same kernel. */
const MAX_CODES = 4
const codes = new Map<string, Bytes | undefined>()

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
    if (!isNode) return
    this.#open()
    void this.#compile()
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
    const waiting = openWorker(kernel, glue, memoryMiB, codes.get(glue))
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

  /** Has V8 compile every function of the script once for all Workers, which it otherwise does when they are called. */
  async #compile(): Promise<void> {
    const { kernel, glue } = this.#script
    if (codes.has(glue)) return
    codes.set(glue, undefined)
    // In this form bundlers for browsers see that the import is unreachable.
    if (!isNode) return
    const { makeCode, ownOptions } = await import('../platform/script-code.ts')
    const code = await makeCode(workerScript(kernel, glue), [], ownOptions()).catch(() => undefined)
    if (codes.has(glue)) codes.set(glue, code)
    for (const oldest of codes.keys()) if (codes.size > MAX_CODES) codes.delete(oldest)
  }

  /** One that could not be started, or has ended, is not replaced: the start then does it all itself. */
  #forget(waiting: Promise<WaitingWorker>): void {
    if (this.#waiting === waiting) this.#waiting = undefined
  }
}
