/**
 * Events for `node:diagnostics_channel`. Subscribers of a channel get them; without a subscriber, and in a browser,
 * nothing is made. No event contains anything that a caller or a guest has sent.
 */
import { isNode } from './environment.ts'

/** The channels, and their messages. */
export interface DiagnosticEvents {
  /** An enclave of a pool runs. */
  'webclave.pool.start': { readonly milliseconds: number }
  /** An enclave of a pool has ended. */
  'webclave.pool.end': { readonly reason: string; readonly answered: number }
  /** A call of a pool is over. `code` is that of its error, if it failed. */
  'webclave.pool.call': {
    readonly method: string
    readonly milliseconds: number
    readonly queuedMilliseconds: number
    readonly code: string | undefined
  }
  /** A connection of a pool is over. `code` is that of its error, if it was not made. */
  'webclave.pool.connection': {
    readonly port: number
    readonly milliseconds: number
    readonly queuedMilliseconds: number
    readonly code: string | undefined
  }
}

type Channels = typeof import('node:diagnostics_channel')

let channels: Channels | undefined

/** Publishes what `make` returns, if anybody has subscribed. */
export function publish<Name extends keyof DiagnosticEvents>(
  name: Name,
  make: () => DiagnosticEvents[Name],
): void {
  if (!isNode) return
  channels ??= globalThis.process.getBuiltinModule('node:diagnostics_channel')
  if (channels.hasSubscribers(name)) channels.channel(name).publish(make())
}
