/**
 * The readers of one enclave's console. Each takes from the ring of what was printed of late at its own pace: one that
 * is slow loses something and is told so, and neither the enclave nor another reader ever waits for it.
 */
import type { Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import type { Enclave } from '../parent/enclave.ts'

/** Milliseconds between two looks, while somebody reads. */
const INTERVAL = 30

interface Reader {
  socket: Socket
  take: () => string
}

/** See above. */
export class ConsoleStreams {
  readonly #enclave: Enclave
  readonly #readers = new Set<Reader>()
  #timer: NodeJS.Timeout | undefined

  constructor(enclave: Enclave) {
    this.#enclave = enclave
  }

  /**
   * Gives `socket` what was printed of late and all that will be, after `begin`.
   * @throws {EnclaveError} E_CONSOLE_MODE outside debug mode.
   */
  add(socket: Socket, begin: () => void): void {
    const reader = { socket, take: this.#enclave.followConsole() }
    begin()
    // It is read-only: what a reader sends is dropped, so that its end is seen.
    socket.resume()
    this.#readers.add(reader)
    socket.once('end', () => socket.end())
    socket.once('close', () => {
      this.#readers.delete(reader)
      if (this.#readers.size === 0) this.#stop()
    })
    this.#feed(reader)
    this.#timer ??= setInterval(() => this.#feedAll(), INTERVAL)
  }

  /** Gives every reader the rest and ends them, those that do not read too. */
  async finish(): Promise<void> {
    this.#feedAll()
    this.#stop()
    const ends = [...this.#readers].map(({ socket }) => {
      socket.end()
      return finished(socket, { readable: false }).catch(() => {})
    })
    await Promise.race([
      Promise.all(ends),
      new Promise((resolve) => setTimeout(resolve, 10 * INTERVAL).unref()),
    ])
    for (const { socket } of this.#readers) socket.destroy()
  }

  #feedAll(): void {
    for (const reader of this.#readers) this.#feed(reader)
  }

  #feed({ socket, take }: Reader): void {
    if (socket.writableNeedDrain || !socket.writable) return
    const text = take()
    if (text !== '') socket.write(text)
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
