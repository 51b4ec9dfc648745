/** A client whose service the test plays: what the client sends, and a function that answers. */
import { Encoder } from 'cbor-x'
import { type ClientOptions, ServiceClient } from '../../src/client/index.ts'
import { hostCodec } from '../../src/service/codec.ts'
import { FrameReader } from '../../src/service/frame.ts'
import type { Message } from '../../src/service/protocol.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test knows what it gets.
export type AnyService = Record<string, (request?: any) => any>

const cbor = new Encoder({ useRecords: false, tagUint8Array: false })

/** A message after its length, as any encoder writes it. */
export function framed(message: unknown): Uint8Array {
  const body = cbor.encode(message)
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(body.length)
  return Buffer.concat([prefix, body])
}

/** A client, the messages that its service has received, and both ends of its streams. */
export interface Connected {
  readonly client: ServiceClient<AnyService>
  readonly received: Message[]
  readonly stream: { isCancelled: boolean; isEnded: boolean; writeFails: boolean }
  readonly reader: ReadableStreamDefaultController<Uint8Array>
  answer(...messages: unknown[]): void
}

/** Makes one. */
export function connected(options?: ClientOptions): Connected {
  let reader!: ReadableStreamDefaultController<Uint8Array>
  const received: Message[] = []
  const stream = { isCancelled: false, isEnded: false, writeFails: false }
  const frames = new FrameReader(hostCodec, 1 << 30)
  const client = new ServiceClient<AnyService>(
    {
      readable: new ReadableStream({
        start(controller) {
          reader = controller
        },
        cancel() {
          stream.isCancelled = true
        },
      }),
      writable: new WritableStream({
        write(bytes) {
          if (stream.writeFails) throw new Error('broken')
          frames.push(bytes)
          for (let message = frames.next(); message; message = frames.next()) received.push(message)
        },
        close() {
          stream.isEnded = true
        },
      }),
    },
    options,
  )
  return {
    client,
    received,
    stream,
    reader,
    answer: (...messages: unknown[]) => reader.enqueue(Buffer.concat(messages.map(framed))),
  }
}

/** The value of a call, or the code and the message of its error. */
export const outcome = (
  call: Promise<unknown>,
): Promise<{ value: unknown } | { code: string; message: string }> =>
  call.then(
    (value) => ({ value }),
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  )

/** Resolves after the tasks that are already queued. */
export const task = (): Promise<void> => new Promise<void>((resolve) => setImmediate(resolve))
