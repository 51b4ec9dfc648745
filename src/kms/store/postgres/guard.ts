/**
 * A database is hostile, and so is the network before it without TLS: a message that pg cannot read makes it throw where
 * nobody can catch it, in an event of the socket. Here that ends the connection instead of the process.
 */
import type { Readable } from 'node:stream'
import type { Client, ClientConfig } from 'pg'

/** What pg has in a client and does not document: its reader listens to a socket, and after STARTTLS to another one. */
interface Internals {
  readonly connection?: { attachListeners?(stream: Readable): void }
}

/** `Base`, whose connections end if their messages cannot be read. */
export function guarded(Base: typeof Client): typeof Client {
  return class extends Base {
    constructor(config?: string | ClientConfig) {
      super(config)
      // An error outside of all calls: the call that needed this connection ends in its own time.
      this.on('error', () => {})
      const { connection } = this as unknown as Internals
      const attach = connection?.attachListeners
      if (connection === undefined || attach === undefined) return
      connection.attachListeners = (stream) => {
        const before = stream.listeners('data')
        attach.call(connection, stream)
        for (const listener of stream.listeners('data'))
          if (!before.includes(listener)) guard(stream, listener)
      }
    }
  }
}

/** Replaces a listener for data by one that destroys the stream with what it throws. */
export function guard(stream: Readable, listener: (...words: never[]) => unknown): void {
  const read = listener as (data: Uint8Array) => void
  stream.off('data', read)
  stream.on('data', (data: Uint8Array) => {
    try {
      read.call(stream, data)
    } catch (error) {
      stream.destroy(error as Error)
    }
  })
}
