/** The client of a service, over one connection. */

import type { DirectBytes } from '../base/direct-bytes.ts'
import type { EnclaveError } from '../base/error.ts'
import { callAfter } from '../platform/timer.ts'
import { yieldToTasks } from '../platform/yield.ts'
import { appendMessage, hostCodec } from '../service/codec.ts'
import { badFrame, encodeFrame, FrameReader } from '../service/frame.ts'
import type { Handlers } from '../service/handlers.ts'
import { Outbox } from '../service/outbox.ts'
import { isStream, Outgoing } from '../service/outgoing.ts'
import { Kind, type Message } from '../service/protocol.ts'
import { reuse } from '../service/spare-frame.ts'
import { ByteReader } from './byte-reader.ts'
import { callsBy, type ServiceCalls } from './calls.ts'
import { closed, deadlineOver } from './failures.ts'
import { type CallOptions, type ClientOptions, checkCallOptions, maxMessageOf } from './options.ts'
import { PendingCall } from './pending-call.ts'

/** A connection: a `VsockSocket`, or anything else with two streams. */
export interface Connection {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  /** @internal */
  readonly direct?: DirectBytes
}

/**
 * Bytes of messages that are read before yielding to other tasks of this thread; MESSAGE_COST is added for each message.
 */
const TURN_COST = 1 << 18
const MESSAGE_COST = 1024
/** Milliseconds that a service has to take what was sent before the client was closed. */
const CLOSE_TIME = 1000

/**
 * The client of a service. `call` has its functions. Any number of calls may be under way at the same time.
 *
 * @example
 * await using client = new ServiceClient(await enclave.connect(5000))
 * await client.call.add({ a: 1, b: 2 }, { deadline: 10_000 }) // 3
 */
export class ServiceClient<Service extends Handlers> {
  /** The functions of the service. */
  readonly call: ServiceCalls<Service>
  readonly #reader: ByteReader
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #frames: FrameReader
  readonly #outbox: Outbox
  readonly #maxMessage: number
  readonly #pending = new Map<number, PendingCall>()
  readonly #ended: Promise<void>
  #nextId = 1
  #over: EnclaveError | undefined

  /**
   * Takes over both streams of `connection`.
   * @throws {EnclaveError} E_SERVICE_OPTION. @throws {TypeError} if one of the streams is already locked.
   */
  constructor(connection: Connection, options: ClientOptions = {}) {
    const maxMessage = maxMessageOf(options)
    const { direct } = connection
    this.#reader = new ByteReader(connection.readable, direct)
    this.#writer = connection.writable.getWriter()
    this.#maxMessage = maxMessage
    this.#frames = new FrameReader(hostCodec, maxMessage)
    this.#outbox = new Outbox({
      // Not the function itself: a browser refuses to have it called as a method.
      schedule: (flush) => queueMicrotask(flush),
      write: (bytes) => (direct ?? this.#writer).write(bytes),
      // A stream may keep what was written to it.
      written: direct && reuse,
      append: appendMessage,
      fail: (cause) => this.#fail(closed(cause)),
    })
    this.call = callsBy<Service>((name, request, options) => this.#begin(name, request, options))
    this.#ended = this.#read()
  }

  /** Whether the connection is closed: calls would fail. */
  get isClosed(): boolean {
    return this.#over !== undefined
  }

  /** Resolves when the connection is closed, by either side; never rejects. */
  get closed(): Promise<void> {
    return this.#ended
  }

  /** Closes the connection; pending calls fail with E_SERVICE_CLOSED. */
  async close(): Promise<void> {
    // Otherwise the service would go on: a caller that has closed its half may still wait for results.
    for (const { id } of this.#pending.values()) this.#send([Kind.CANCEL, id])
    this.#fail(closed())
    this.#outbox.flush()
    await Promise.allSettled([this.#closeWriter(), this.#reader.cancel()])
    await this.#ended
  }

  /** A service that does not read cannot delay the end: what it has not taken is dropped then. */
  async #closeWriter(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const stopTimer = callAfter(CLOSE_TIME, () => {
      this.#writer.abort().catch(() => {})
      resolve()
    })
    const closing = this.#outbox.emptied().then(() => this.#writer.close())
    await Promise.race([closing, late])
    stopTimer()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #begin(name: string, request: unknown, options: CallOptions): Promise<unknown> {
    if (this.#over) throw this.#over
    checkCallOptions(options)
    const { signal, deadline } = options
    signal?.throwIfAborted()
    const id = this.#nextId++
    const call = new PendingCall(id, {
      send: (message) => this.#send(message),
      onEnd: () => this.#pending.delete(id),
    })
    // An iterable may throw when it is begun: then nothing is sent.
    const outgoing = isStream(request) ? new Outgoing(request) : undefined
    if (outgoing) this.#send([Kind.CALL, id, name, null, true])
    else this.#send([Kind.CALL, id, name, request])
    this.#pending.set(id, call)
    if (outgoing) call.sendItems(outgoing)
    if (signal) call.cancelOn(signal)
    if (deadline !== undefined) call.cancelAfter(deadline, () => deadlineOver(name, deadline))
    // To write it has failed at once.
    if (this.#over) call.fail(this.#over)
    return call.result
  }

  /** Returns the length of the message. @throws {EnclaveError} E_SERVICE_VALUE, E_SERVICE_FRAME */
  #send(message: readonly unknown[]): number {
    const length = this.#over ? 0 : this.#outbox.append(message, this.#maxMessage)
    if (length > 0) return length
    const frame = encodeFrame(hostCodec, message, this.#maxMessage)
    if (!this.#over) this.#outbox.push(frame)
    return frame.length
  }

  async #read(): Promise<void> {
    try {
      let spent = 0
      for (;;) {
        const chunk = await this.#reader.read(this.#frames.place)
        if (!chunk) break
        this.#frames.push(chunk)
        for (let message = this.#frames.next(); message; message = this.#frames.next()) {
          this.#receive(message)
          spent += MESSAGE_COST + this.#frames.length
          if (spent < TURN_COST) continue
          spent = 0
          await yieldToTasks()
        }
      }
      this.#frames.assertEmpty()
      this.#fail(closed())
    } catch (cause) {
      this.#fail(closed(cause))
    } finally {
      await Promise.allSettled([this.#reader.cancel()])
    }
  }

  #receive([kind, id, ...rest]: Message): void {
    if (id >= this.#nextId || id === 0 || kind === Kind.CALL)
      throw badFrame('a message of the service is about a call that was never made', String(id))
    // A second answer, or one that nobody waits for any more, means nothing.
    this.#pending.get(id)?.receive(kind, rest, this.#frames.length)
  }

  #fail(error: EnclaveError): void {
    this.#over ??= error
    for (const call of [...this.#pending.values()]) call.fail(this.#over)
    this.#pending.clear()
  }
}
