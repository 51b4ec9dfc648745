/** A connection to the bus that does to what a client publishes, or gets, what a hostile bus would. */
import type { Bus, BusMessage } from '../../src/fleet/index.ts'

export interface Harm {
  /** What is published instead of a message: none, or several. */
  onPublish?(payload: Uint8Array, subject: string): readonly Uint8Array[]
  /** What is received instead of a message. */
  onReceive?(message: BusMessage): readonly BusMessage[]
}

const encoder = new TextEncoder()

export function hostileBus(bus: Bus, harm: Harm): Bus {
  const { onPublish = (payload) => [payload], onReceive = (message) => [message] } = harm
  return {
    get info() {
      return bus.info!
    },
    publish(subject, payload = '', options) {
      const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload
      for (const each of onPublish(bytes, subject)) bus.publish(subject, each, options)
    },
    subscribe: (subject, { callback, ...options }) =>
      bus.subscribe(subject, {
        ...options,
        callback: (error, message) => {
          if (error) return callback(error, message)
          for (const each of onReceive(message)) callback(null, each)
        },
      }),
    flush: () => bus.flush(),
    isClosed: () => bus.isClosed(),
    closed: () => bus.closed(),
    close: () => bus.close(),
  }
}
