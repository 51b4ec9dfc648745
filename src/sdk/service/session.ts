/** One connection to a service: reads calls, calls the functions, and sends their results. */
import { appendMessage, beforeSleep, readMessage, readMessages, writeMessage } from 'webclave:engine'
import { EnclaveError } from '../../base/error.ts'
import { badFrame, encodeFrame, FrameReader } from '../../service/frame.ts'
import type { Handlers } from '../../service/handlers.ts'
import { Outbox } from '../../service/outbox.ts'
import { isStream } from '../../service/outgoing.ts'
import { type Codec, Kind, type Message } from '../../service/protocol.ts'
import type { Socket } from '../vsock.ts'
import { Call } from './call.ts'
import { failureOf } from './failure.ts'

export const engineCodec: Codec = { read: readMessage, readMany: readMessages, write: writeMessage }

/** Calls of a connection that may be under way at the same time; more are refused. */
const MAX_CALLS = 4096
/** Bytes of results from which on the caller must read them before more calls are read. */
const MAX_WAITING = 1 << 20
/** Milliseconds that results wait for those of calls that arrived together with theirs. */
const MAX_DELAY = 1

export class Session {
  readonly #socket: Socket
  readonly #handlers: ReadonlyMap<string, Handlers[string]>
  readonly #maxMessage: number
  readonly #reader: FrameReader
  readonly #outbox: Outbox
  readonly #calls = new Map<number, Call>()
  readonly #sendAny = (message: readonly unknown[]): number => this.#send(message)
  #isOver = false

  constructor(socket: Socket, handlers: ReadonlyMap<string, Handlers[string]>, maxMessage: number) {
    this.#socket = socket
    this.#handlers = handlers
    this.#maxMessage = maxMessage
    this.#reader = new FrameReader(engineCodec, maxMessage)
    this.#outbox = new Outbox({
      schedule: beforeSleep,
      write: (bytes) => socket.writeDirect(bytes),
      append: appendMessage,
      fail: () => this.#end(),
    })
  }

  /** Resolves when the connection is over; never rejects. */
  async run(): Promise<void> {
    try {
      for (let chunk = await this.#next(); chunk && !this.#isOver; chunk = await this.#next()) {
        await this.#take(chunk)
      }
      this.#reader.assertEmpty()
      // The caller has closed its half: it still reads the results of what it has called.
      for (const call of this.#calls.values()) call.requestOver()
      await Promise.all([...this.#calls.values()].map((call) => call.settled))
      await this.#outbox.emptied()
    } catch {
      // What breaks the protocol is not answered.
    }
    this.#end()
  }

  /** The next bytes; those of a large value where they stay. */
  #next(): Promise<Uint8Array | undefined> {
    const { place } = this.#reader
    return place ? this.#socket.readInto(place) : this.#socket.read()
  }

  async #take(chunk: Uint8Array): Promise<void> {
    this.#reader.push(chunk)
    let begin = performance.now()
    for (let message = this.#reader.next(); message && !this.#isOver; message = this.#reader.next()) {
      this.#receive(message)
      const waiting = this.#outbox.length
      if (waiting === 0 || (waiting < MAX_WAITING && performance.now() - begin < MAX_DELAY)) continue
      // Results of slow functions do not wait for all others, and large ones do not fill the memory.
      this.#outbox.flush()
      if (this.#outbox.length > 0) await this.#outbox.emptied()
      begin = performance.now()
    }
  }

  // By index: patterns of arrays cost an interpreter as much as all the rest.
  #receive(message: Message): void {
    const kind = message[0]
    const id = message[1]
    if (kind === Kind.CALL) return this.#call(id, message[2], message[3], message[4])
    // The call may have ended in the meantime.
    this.#calls.get(id)?.receive(kind, message[2], this.#reader.length)
  }

  #call(id: number, method: unknown, request: unknown, isStreamed: unknown): void {
    if (this.#calls.has(id)) throw badFrame('two calls have the same number', String(id))
    const handler = typeof method === 'string' ? this.#handlers.get(method) : undefined
    if (!handler) return this.#fail(id, this.#unknown(method))
    if (this.#calls.size >= MAX_CALLS) return this.#fail(id, busy())
    const call = new Call(id, this.#sendAny)
    try {
      const result = handler(isStreamed === true ? call.expectItems() : request, call)
      if (isPending(result)) {
        this.#calls.set(id, call)
        call.settled = this.#finish(call, method as string, result)
        return
      }
      this.#give(id, result)
    } catch (error) {
      this.#threw(id, method as string, error)
    }
    if (isStreamed === true) call.close()
  }

  async #finish(call: Call, method: string, pending: unknown): Promise<void> {
    const { id } = call
    try {
      const result = await pending
      if (isStream(result)) await call.sendItems(result)
      else if (!call.isCancelled) this.#give(id, result)
    } catch (error) {
      if (!call.isCancelled) this.#threw(id, method, error)
    }
    call.close()
    this.#calls.delete(id)
  }

  #give(id: number, value: unknown): void {
    try {
      this.#send([Kind.RESULT, id, value])
    } catch (error) {
      console.error('serve: a result cannot be sent', error)
      this.#fail(id, error)
    }
  }

  #threw(id: number, method: string, error: unknown): void {
    console.error(`serve: ${method} threw`, error)
    this.#fail(id, error)
  }

  #fail(id: number, error: unknown): void {
    const [code, message] = failureOf(error)
    try {
      this.#send([Kind.FAILURE, id, code, message])
    } catch {
      // It is longer than a message may be.
      this.#send([Kind.FAILURE, id, code, null])
    }
  }

  #unknown(method: unknown): EnclaveError {
    return new EnclaveError('E_SERVICE_METHOD', {
      what: 'the service has no such function',
      expected: [...this.#handlers.keys()].join(', '),
      got: String(method).slice(0, 80),
    })
  }

  /** Returns the length of the message. @throws {EnclaveError} E_SERVICE_VALUE, E_SERVICE_FRAME */
  #send(message: readonly unknown[]): number {
    const length = this.#isOver ? 0 : this.#outbox.append(message, this.#maxMessage)
    if (length > 0) return length
    const frame = encodeFrame(engineCodec, message, this.#maxMessage)
    if (!this.#isOver) this.#outbox.push(frame)
    return frame.length
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const call of this.#calls.values()) call.cancel()
    this.#socket.close()
  }
}

/** Whether the result of a function comes later. */
const isPending = (result: unknown) =>
  typeof result === 'object' &&
  result !== null &&
  (typeof (result as { then?: unknown }).then === 'function' || isStream(result))

function busy(): EnclaveError {
  return new EnclaveError('E_SERVICE_BUSY', {
    what: 'too many calls of this connection are under way',
    expected: `at most ${MAX_CALLS}`,
    hint: 'it was not begun: call again when others have ended',
  })
}
