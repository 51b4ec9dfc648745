/**
 * The readers of one enclave's console. Each reads the ring of recent output at its own pace: a slow
 * one loses output, which is reported to it, and neither the enclave nor another reader ever waits for it.
 */
import type { Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import { EnclaveError } from '../base/error.ts'
import type { Enclave } from '../parent/enclave.ts'

/** Milliseconds between reads of the ring, while there are readers. */
const INTERVAL = 30

interface Reader {
  socket: Socket
  take: () => string
}

/** The console's readers; see the file comment. */
export class ConsoleStreams {
  readonly #enclave: Enclave
  readonly #readers = new Set<Reader>()
  #timer: NodeJS.Timeout | undefined
  #hasFinished = false

  constructor(enclave: Enclave) {
    this.#enclave = enclave
  }

  /**
   * Sends recent and new output to `socket`, after `begin`.
   * @throws {EnclaveError} E_CONSOLE_MODE outside debug mode; E_KEEPER_GONE after `finish`, for the connection will be
   *   closed at any moment.
   */
  add(socket: Socket, begin: () => void): void {
    if (this.#hasFinished) throw new EnclaveError('E_KEEPER_GONE', { what: 'the enclave has ended' })
    const reader = { socket, take: this.#enclave.followConsole() }
    begin()
    // The console is read-only: input is read and dropped, so that the end of the connection is noticed.
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

  /** Sends the remaining output to all readers and closes their connections, also of those that do not read. */
  async finish(): Promise<void> {
    this.#hasFinished = true
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
