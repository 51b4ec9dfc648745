/** A connection in memory, whose other end is the test. */
import { concatBytes } from '../../src/base/bytes.ts'
import type { ByteSocket, NetworkHost } from '../../src/network/index.ts'
import { fromLatin1, toLatin1 } from '../../src/network/latin1.ts'

/** What the peer sends: pieces, an error, and nothing more until it sends again. */
export class MemorySocket implements ByteSocket {
  readonly #pieces: (Uint8Array<ArrayBuffer> | Error)[] = []
  #isAtEnd = false
  #wake: () => void = () => {}
  #written: Uint8Array[] = []
  /** What is called with all that has been written, after each piece. */
  onWrite: (all: string) => void = () => {}
  /** What a write waits for. */
  drained: Promise<void> = Promise.resolve()
  isClosed = false
  isEnded = false
  /** Whether the peer still reads. */
  writable = true
  /** Bytes that were read. */
  taken = 0

  /** The peer sends `text`, a byte for each character, in pieces of `size` bytes. */
  send(text: string | Uint8Array, size: number = Number.POSITIVE_INFINITY): this {
    const bytes = typeof text === 'string' ? toLatin1(text) : Uint8Array.from(text)
    for (let at = 0; at < bytes.byteLength; at += size) this.#pieces.push(bytes.subarray(at, at + size))
    this.#wake()
    return this
  }

  /** The peer closes its half. */
  finish(): this {
    this.#isAtEnd = true
    this.#wake()
    return this
  }

  /** The peer closes the connection. */
  leave(): this {
    this.writable = false
    return this.finish()
  }

  /** The connection is lost. */
  fail(error: Error = Object.assign(new Error('reset'), { code: 'reset' })): this {
    this.#pieces.push(error)
    this.#wake()
    return this
  }

  /** All that was written. */
  get text(): string {
    return fromLatin1(concatBytes(...this.#written))
  }

  /** The number of writes. */
  get writes(): number {
    return this.#written.length
  }

  async read(length: number = Number.POSITIVE_INFINITY): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#pieces.length === 0) {
      if (this.#isAtEnd || this.isClosed) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const [first] = this.#pieces
    if (first instanceof Error) throw first
    const taken = first!.subarray(0, length)
    if (taken.byteLength === first!.byteLength) this.#pieces.shift()
    else this.#pieces[0] = first!.subarray(length)
    this.taken += taken.byteLength
    return taken
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.drained
    if (this.isClosed || this.isEnded) throw Object.assign(new Error('closed'), { code: 'closed' })
    this.#written.push(bytes.slice())
    this.onWrite(this.text)
  }

  end(): void {
    this.isEnded = true
  }

  close(): void {
    this.isClosed = true
    this.#wake()
  }
}

/** A connection on which the peer sends `text` in pieces of `size` bytes, then the end. */
export const scripted = (text: string | Uint8Array, size?: number): MemorySocket =>
  new MemorySocket().send(text, size).finish()

/** A host whose connections to the proxy are `open`'s; it has no TLS. */
export function hostOf(open: NetworkHost['open']): NetworkHost {
  const none = () => undefined
  return {
    open,
    tls: { begin: none, open: none, run: none, close: () => false },
    random: (length) => new Uint8Array(length),
    later(callback, milliseconds) {
      const timer = setTimeout(callback, milliseconds)
      return () => clearTimeout(timer)
    },
    manifest: () => ({}),
    file: none,
  }
}

/** The code of the error that `promise` rejects with, or of what it gives. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { given: await promise }
  } catch (error) {
    return (error as { code?: string }).code ?? error
  }
}
