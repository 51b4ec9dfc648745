/** A connection for programs of the parent: two Web Streams with backpressure all the way to the enclave. */

import type { DirectBytes } from '../base/direct-bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { Address, CloseReason } from './address.ts'
import { byteStream } from './byte-stream.ts'
import type { Connection } from './connection.ts'
import { failure } from './failure.ts'
import { Shutdown } from './packet.ts'
import type { SocketCarrier } from './socket-carrier.ts'

/** Maximum length of a chunk in bytes, unless the reader supplies its own array (BYOB). */
const MAX_CHUNK = 65536

/**
 * One stream connection between the parent instance and an enclave. `readable` ends when the enclave closes its side;
 * closing `writable` closes this side; `close()` closes both, and so does `await using`. Aborting `writable` resets the
 * connection: the enclave gets an error, and loses what it has not read. `readable` is a byte stream: a reader with
 * `mode: 'byob'` receives into its own array.
 *
 * @example
 * const writer = socket.writable.getWriter()
 * await writer.write(new TextEncoder().encode('hello'))
 * await writer.close()
 * for await (const bytes of socket.readable) console.log(bytes.byteLength)
 */
export class VsockSocket {
  readonly #connection: Connection
  readonly #carrier: SocketCarrier
  // Both streams are created on first use, because an enclave can open connections that nobody reads or writes.
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined
  #writable: WritableStream<Uint8Array> | undefined
  #closed: PromiseWithResolvers<CloseReason> | undefined
  #wake: (() => void)[] = []

  /** @internal */
  constructor(connection: Connection, carrier: SocketCarrier) {
    this.#connection = connection
    this.#carrier = carrier
    connection.onChange = () => this.#tell()
  }

  /** The bytes that the enclave sends. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#readable ??= byteStream({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#shut(Shutdown.RECEIVE),
    })
    return this.#readable
  }

  /** Bytes to send to the enclave. */
  get writable(): WritableStream<Uint8Array> {
    this.#writable ??= new WritableStream(
      {
        // The stream's own `abort` is called only after the pending write, which may wait forever.
        start: ({ signal }) => signal.addEventListener('abort', () => this.reset()),
        write: (bytes) => this.#write(bytes),
        close: () => this.#shut(Shutdown.SEND),
      },
      { highWaterMark: 1 },
    )
    return this.#writable
  }

  /**
   * For a caller that has locked both streams, and closes with them.
   * @internal
   */
  get direct(): DirectBytes {
    return { read: (target) => this.#read(target), write: (bytes) => this.#write(bytes) }
  }

  /** Resolves when the connection is closed; never rejects. */
  get closed(): Promise<CloseReason> {
    this.#closed ??= Promise.withResolvers()
    this.#tellClosed()
    return this.#closed.promise
  }

  /** The address of this end. */
  get local(): Address {
    return this.#connection.local
  }

  /** The address of the other end. */
  get remote(): Address {
    return this.#connection.remote
  }

  /** Number of payload bytes sent to the enclave so far. */
  get bytesSent(): number {
    return this.#connection.bytesSent
  }

  /** Number of payload bytes received from the enclave so far. */
  get bytesReceived(): number {
    return this.#connection.bytesReceived
  }

  /**
   * Waits until the connection is established.
   * @throws {EnclaveError} E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_RESET.
   */
  async established(): Promise<this> {
    while (this.#connection.state === 'connecting') await this.#changed()
    // If the peer accepted and has already closed, there may be something to read.
    if (!this.#connection.wasEstablished) throw failure(this.#connection)
    return this
  }

  /** Closes both sides. What was written before is delivered; unread bytes are dropped. */
  close(): void {
    this.#carrier.closeConnection(this.#connection)
  }

  /** Resets the connection at once: the enclave gets an error, and loses what it has not read. */
  reset(): void {
    this.#connection.abort('reset', true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.closed
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve))
  }

  /** Notifies pending reads and writes of a change. */
  #tell(): void {
    this.#tellClosed()
    if (this.#wake.length === 0) return
    const waiting = this.#wake
    this.#wake = []
    for (const wake of waiting) wake()
  }

  #tellClosed(): void {
    const { state, closeReason } = this.#connection
    if (state === 'closed') this.#closed?.resolve(closeReason ?? 'closed')
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    this.#expect()
    if (await this.#arrived()) return this.#give(controller)
    controller.close()
    controller.byobRequest?.respond(0)
    this.#closeIfDone()
  }

  /** Waits for bytes; false at the end. @throws {EnclaveError} E_VSOCK_RESET. */
  async #arrived(): Promise<boolean> {
    const connection = this.#connection
    while (connection.readable === 0) {
      if (connection.closeReason === 'reset') throw failure(connection)
      if (connection.ended) return false
      await this.#changed()
    }
    return true
  }

  #read(target: Uint8Array): number | Promise<number> {
    this.#expect()
    return this.#connection.readable > 0 ? this.#connection.read(target) : this.#readLater(target)
  }

  async #readLater(target: Uint8Array): Promise<number> {
    if (await this.#arrived()) return this.#connection.read(target)
    this.#closeIfDone()
    return 0
  }

  /** Processes arrived packets for a read that follows at once. */
  #expect(): void {
    const connection = this.#connection
    if (connection.readable > 0 || connection.ended) return
    connection.isAwaited = true
    this.#carrier.catchUp()
    connection.isAwaited = false
  }

  /** Delivers bytes in the reader's own array if it supplied one, otherwise in a new one. */
  #give(controller: ReadableByteStreamController): void {
    const connection = this.#connection
    const { byobRequest } = controller
    if (byobRequest?.view) {
      const { buffer, byteOffset, byteLength } = byobRequest.view
      byobRequest.respond(connection.read(new Uint8Array(buffer, byteOffset, byteLength)))
    } else {
      const bytes = new Uint8Array(Math.min(connection.readable, MAX_CHUNK))
      connection.read(bytes)
      controller.enqueue(bytes)
    }
  }

  /** Returns no promise if the write need not wait, which is the usual case. */
  #write(bytes: Uint8Array): Promise<void> | undefined {
    if (!(bytes instanceof Uint8Array)) {
      throw new EnclaveError('E_VSOCK_CHUNK', {
        what: 'the chunk written to the socket is not bytes',
        expected: 'a Uint8Array',
        got: typeof bytes,
      })
    }
    if (!this.#connection.writable) throw failure(this.#connection)
    const rest = this.#send(bytes)
    return rest.byteLength > 0 ? this.#sendRest(rest) : undefined
  }

  async #sendRest(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.byteLength > 0; rest = this.#send(rest)) await this.#changed()
  }

  /** Sends as much of `bytes` as possible now, and returns the rest. @throws if the connection is closed. */
  #send(bytes: Uint8Array): Uint8Array {
    const connection = this.#connection
    const { writers } = this.#carrier
    let rest = bytes
    while (rest.byteLength > 0) {
      if (connection.credit === 0 && connection.writable) this.#carrier.catchUp()
      let sent = 0
      if (writers.enter(connection)) {
        sent = connection.write(rest, this.#carrier.room())
        rest = rest.subarray(sent)
        if (sent === 0 && connection.credit > 0) writers.wait(connection)
        else writers.leave(connection)
      }
      if (sent > 0) continue
      this.#carrier.announce()
      if (connection.writable) break
      writers.leave(connection)
      throw failure(connection)
    }
    return rest
  }

  #shut(how: number): void {
    this.#connection.shutdown(how)
    this.#closeIfDone()
  }

  /** Closes the connection in order once both directions have ended. */
  #closeIfDone(): void {
    const { ended, writable, state } = this.#connection
    if (state === 'established' && ended && !writable && this.#connection.readable === 0) this.close()
  }
}
