/** The calls that wait for an enclave, first come, first served. */
import { callAfter } from '../platform/timer.ts'
import { waitedTooLong } from './failures.ts'
import type { Member } from './member.ts'

/** A call that waits. */
export interface Waiting {
  resolve(member: Member): void
  reject(error: unknown): void
}

/** The queue of a pool. The pool limits its length. */
export class WaitingCalls {
  readonly #waiting = new Set<Waiting>()

  get size(): number {
    return this.#waiting.size
  }

  /**
   * Resolves when somebody has taken it and resolves it.
   * @throws {EnclaveError} E_SERVICE_DEADLINE after `deadline` milliseconds; the signal's reason if that aborts before.
   */
  add(signal: AbortSignal | undefined, deadline: number | undefined): Promise<Member> {
    const { promise, resolve, reject } = Promise.withResolvers<Member>()
    const leave = () => {
      this.#waiting.delete(waiting)
      stopTimer?.()
      signal?.removeEventListener('abort', abort)
    }
    const waiting: Waiting = {
      resolve: (member) => {
        leave()
        resolve(member)
      },
      reject: (error) => {
        leave()
        reject(error)
      },
    }
    const abort = () => waiting.reject(signal!.reason)
    const stopTimer =
      deadline === undefined ? undefined : callAfter(deadline, () => waiting.reject(waitedTooLong(deadline)))
    signal?.addEventListener('abort', abort, { once: true })
    this.#waiting.add(waiting)
    return promise
  }

  /** The one that has waited longest, if any. */
  take(): Waiting | undefined {
    const [first] = this.#waiting
    return first
  }

  failAll(error: unknown): void {
    for (const { reject } of [...this.#waiting]) reject(error)
  }
}
