/**
 * How many connections `fetch` has at a time: fewer than TLS has sessions, so that `connect` has some. A request without a place
 * waits for one. A response that nobody has begun to read gives its place up after a while, or nobody would get it.
 */
import { EnclaveError } from '../base/error.ts'
import type { NetworkHost } from './host.ts'

const MOST = 48
/** Milliseconds that a request waits until an unread response is given up. */
const PATIENCE = 5000

export class Places {
  readonly #host: NetworkHost
  /** Closes a connection that is not in use; returns whether there was one. */
  readonly #dropIdle: () => boolean
  #taken = 0
  readonly #waiting = new Set<() => void>()
  /** Gives up responses that nobody has begun to read, the oldest first. */
  readonly #unread = new Set<(reason: EnclaveError) => void>()

  constructor(host: NetworkHost, dropIdle: () => boolean) {
    this.#host = host
    this.#dropIdle = dropIdle
  }

  /** Resolves when there is a place, with what returns it. @throws the signal's reason */
  async take(signal: AbortSignal): Promise<() => void> {
    if (this.#taken >= MOST && !this.#dropIdle()) await this.#turn(signal)
    this.#taken += 1
    let isMine = true
    return () => {
      if (!isMine) return
      isMine = false
      this.#taken -= 1
      const [next] = this.#waiting
      next?.()
    }
  }

  /** Notes a response that has a place; returns what is called when somebody reads it, or it is over. */
  noteUnread(giveUp: (reason: EnclaveError) => void): () => void {
    this.#unread.add(giveUp)
    return () => void this.#unread.delete(giveUp)
  }

  async #turn(signal: AbortSignal): Promise<void> {
    while (this.#taken >= MOST) {
      signal.throwIfAborted()
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.add(resolve)
      signal.addEventListener('abort', () => resolve())
      const cancel = this.#host.later(() => this.#giveUpOldest(), PATIENCE)
      await promise
      cancel()
      this.#waiting.delete(resolve)
    }
  }

  #giveUpOldest(): void {
    const [giveUp] = this.#unread
    giveUp?.(
      new EnclaveError('E_HTTP_LIMIT', {
        what: 'the body of the response was not read, and its connection was needed',
        expected: `at most ${MOST} responses at a time that nobody reads`,
        hint: 'read the body, or cancel it',
      }),
    )
  }
}
