/**
 * A connection as the parent instance's programs see it: two Web Streams with backpressure all the way to
 * the enclave, and an end that both ways of closing reach.
 */

import { EnclaveError } from '../base/error.ts'
import type { Address, CloseReason } from './address.ts'
import type { Connection } from './connection.ts'
import { failure } from './failure.ts'
import { Shutdown } from './packet.ts'
import type { WriteQueue } from './write-queue.ts'

/** Bytes of one chunk at most, where the reader brings no array of its own. */
const MAX_CHUNK = 65536

/** What a socket needs of the link that carries it. */
export interface SocketCarrier {
  /** Payload bytes that the ring to the peer has room for. */
  room(): number
  /** Whose turn it is where that is too little for all. */
  readonly writers: WriteQueue
  /** Takes in what has come by now, as long as the other tasks of this thread have not waited too long for it. */
  catchUp(): void
  /** Closes the connection in order. */
  closeConnection(connection: Connection): void
}

/**
 * One stream connection between the parent instance and an enclave. `readable` ends when the enclave closes
 * its half; closing `writable` closes this one; `close()` closes both, and so does `await using`. Aborting `writable`
 * resets the connection: the enclave is told, and loses what it has not read. `readable` is a byte stream: a reader of
 * the mode `byob` gets what has arrived in its own array, and none is made for it.
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
  // Each is made when it is first asked for: an enclave can connect far more often than anybody reads or writes.
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

  /** What the enclave sends. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#readable ??= new ReadableStream({
      type: 'bytes',
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#shut(Shutdown.RECEIVE),
    })
    return this.#readable
  }

  /** What is sent to the enclave. */
  get writable(): WritableStream<Uint8Array> {
    this.#writable ??= new WritableStream(
      {
        // The stream itself tells an abort only after the write that is on its way, which may wait for ever.
        start: ({ signal }) => signal.addEventListener('abort', () => this.reset()),
        write: (bytes) => this.#write(bytes),
        close: () => this.#shut(Shutdown.SEND),
      },
      { highWaterMark: 1 },
    )
    return this.#writable
  }

  /** Resolves once the connection is over; never rejects. */
  get closed(): Promise<CloseReason> {
    this.#closed ??= Promise.withResolvers()
    this.#tellClosed()
    return this.#closed.promise
  }

  /** This end. */
  get local(): Address {
    return this.#connection.local
  }

  /** The other end. */
  get remote(): Address {
    return this.#connection.remote
  }

  /** Payload bytes given to the enclave so far. */
  get bytesSent(): number {
    return this.#connection.bytesSent
  }

  /** Payload bytes that have arrived from the enclave so far. */
  get bytesReceived(): number {
    return this.#connection.bytesReceived
  }

  /**
   * Waits until the connection is established.
   * @throws {EnclaveError} E_VSOCK_REFUSED, E_VSOCK_TIMED_OUT, E_VSOCK_RESET.
   */
  async established(): Promise<this> {
    while (this.#connection.state === 'connecting') await this.#changed()
    // A peer that accepted and has closed already may have left something to read.
    if (!this.#connection.wasEstablished) throw failure(this.#connection)
    return this
  }

  /** Closes both halves. What was written before is delivered; what was not read is lost. */
  close(): void {
    this.#carrier.closeConnection(this.#connection)
  }

  /** Ends the connection at once: the enclave is told that it was reset, and loses what it has not read. */
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

  /** Tells whoever waits that something has changed. */
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
    const connection = this.#connection
    this.#expect()
    while (connection.readable === 0) {
      if (connection.closeReason === 'reset') return controller.error(failure(connection))
      if (connection.ended) {
        controller.close()
        controller.byobRequest?.respond(0)
        return this.#closeIfDone()
      }
      await this.#changed()
    }
    this.#give(controller)
  }

  /** Takes in what has come for a read that follows at once. */
  #expect(): void {
    const connection = this.#connection
    if (connection.readable > 0 || connection.ended) return
    connection.isAwaited = true
    this.#carrier.catchUp()
    connection.isAwaited = false
  }

  /** Bytes into the reader's own array where it brought one, else into a new one. */
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

  /** Most writes need not wait, and then no promise is made for them. */
  #write(bytes: Uint8Array): Promise<void> | undefined {
    if (!(bytes instanceof Uint8Array)) {
      throw new EnclaveError('E_VSOCK_CHUNK', {
        what: 'a socket takes bytes only',
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

  /** Sends what can be sent of `bytes` now, and gives the rest. @throws {EnclaveError} where the connection is over. */
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

  /** Both directions are over: the connection is closed in order. */
  #closeIfDone(): void {
    const { ended, writable, state } = this.#connection
    if (state === 'established' && ended && !writable && this.#connection.readable === 0) this.close()
  }
}
