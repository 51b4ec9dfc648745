/** A bus in memory, as NATS is: queue groups, and an answer for a message to which nobody listens. */
import type { Bus, BusMessage, BusSubscription } from '../../src/fleet/index.ts'

interface Listener {
  readonly pattern: RegExp
  readonly queue: string | undefined
  readonly callback: (error: Error | null, message: BusMessage) => void
}

export class MemoryBus implements Bus {
  readonly listeners: Set<Listener> = new Set()
  readonly #closed = Promise.withResolvers<void>()
  #isClosed = false

  publish(subject: string, payload: Uint8Array | string = '', options: { reply?: string } = {}): void {
    if (this.#isClosed) throw new Error('closed connection')
    const data = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload.slice()
    queueMicrotask(() => {
      const all = [...this.listeners].filter(({ pattern }) => pattern.test(subject))
      const groups = new Set<string>()
      for (const { queue, callback } of all) {
        if (queue !== undefined && groups.has(queue)) continue
        if (queue !== undefined) groups.add(queue)
        callback(null, { subject, data, ...options })
      }
      if (all.length === 0 && options.reply !== undefined) this.#sayNobody(options.reply)
    })
  }

  #sayNobody(reply: string): void {
    for (const { pattern, callback } of this.listeners)
      if (pattern.test(reply))
        callback(null, { subject: reply, data: new Uint8Array(), headers: { code: 503 } })
  }

  subscribe(
    subject: string,
    { queue, callback }: { queue?: string; callback(error: Error | null, message: BusMessage): void },
  ): BusSubscription {
    const pattern = new RegExp(`^${subject.replaceAll(/[.$]/g, '\\$&').replace('*', '[^.]+')}$`)
    const listener = { pattern, queue, callback }
    this.listeners.add(listener)
    const unsubscribe = () => void this.listeners.delete(listener)
    return { unsubscribe, drain: async () => unsubscribe() }
  }

  async flush(): Promise<void> {}
  isClosed = (): boolean => this.#isClosed
  closed = (): Promise<void> => this.#closed.promise
  async close(): Promise<void> {
    this.#isClosed = true
    this.#closed.resolve()
  }
}
