/**
 * A connection to an enclave as the front reads and writes it: a `VsockSocket`, any pair of Web Streams, or a `Duplex` of Node, as
 * `connectTo` of webclave/node gives it.
 */
import type { Bytes } from '../base/bytes.ts'
import type { DirectBytes } from '../base/direct-bytes.ts'

/** Two Web Streams; aborting `writable` resets the connection. */
export interface StreamPair {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  /** @internal */
  readonly direct?: DirectBytes
}

/** What is used of a `Duplex` of Node. */
export interface NodeDuplex {
  /** Not a stream: this is how the two are told apart. */
  readonly readable: boolean
  write(bytes: Uint8Array, callback: (error?: Error | null) => void): boolean
  destroy(): unknown
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array>
}

/** A connection. */
export interface Channel {
  /** The next bytes, an array that nobody else writes into; undefined at the end. */
  read(): Promise<Bytes | undefined>
  write(bytes: Uint8Array): Promise<void>
  /** Ends it at once, in both directions. */
  reset(): void
}

const ROOM = 65_536

export function channelOf(connection: StreamPair | NodeDuplex): Channel {
  return typeof connection.readable === 'object'
    ? new StreamChannel(connection as StreamPair)
    : duplexChannel(connection as NodeDuplex)
}

class StreamChannel implements Channel {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #direct: DirectBytes | undefined
  #room: Bytes | undefined

  constructor({ readable, writable, direct }: StreamPair) {
    this.#reader = readable.getReader()
    this.#writer = writable.getWriter()
    this.#writer.closed.catch(() => {})
    this.#reader.closed.catch(() => {})
    this.#direct = direct
  }

  async read(): Promise<Bytes | undefined> {
    if (!this.#direct) return (await this.#reader.read()).value as Bytes | undefined
    this.#room ??= new Uint8Array(ROOM)
    const length = await this.#direct.read(this.#room)
    if (length === 0) return undefined
    // A large piece is given away with its array; of a small one, too much of that would be empty.
    if (length < ROOM / 2) return this.#room.slice(0, length)
    const piece = this.#room.subarray(0, length)
    this.#room = undefined
    return piece
  }

  async write(bytes: Uint8Array): Promise<void> {
    await (this.#direct ?? this.#writer).write(bytes)
  }

  reset(): void {
    this.#writer.abort().catch(() => {})
    this.#reader.cancel().catch(() => {})
  }
}

function duplexChannel(duplex: NodeDuplex): Channel {
  const pieces = duplex[Symbol.asyncIterator]()
  return {
    async read() {
      const { done, value } = await pieces.next()
      return done ? undefined : (new Uint8Array(value) as Bytes)
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        duplex.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
    reset: () => void duplex.destroy(),
  }
}
