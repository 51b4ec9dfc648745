/** wasi:io/streams output-stream for any sink of bytes (WASI 0.2). Lengths come from the guest and are hostile. */
import { guestBytes, guestRecord } from './guest-memory.ts'
import { type InputStreams, MAX_READ } from './input-streams.ts'
import type { KernelLink } from './link.ts'
import { lowerSubscribe, type Poll, Pollable } from './poll.ts'
import {
  defineResource,
  type Found,
  type LowerContext,
  type ResourceObject,
  type ResourceType,
} from './resource.ts'
import type { StreamErrors } from './stream-errors.ts'

/** Maximum number of bytes per blocking write, as WASI defines it. */
const MAX_BLOCKING_WRITE = 4096

/** The sink of an output stream's bytes. */
export interface ByteSink {
  /** Number of bytes that can be written now. */
  readonly room: number
  readonly closed: boolean
  /** Why writing failed, if it did. */
  readonly failure: string | undefined
  /** Writes all of `bytes`, waiting if necessary. */
  write(bytes: Uint8Array): void
  drop(): void
}

/** An output stream's state. */
export class OutputStream {
  readonly sink: ByteSink
  constructor(sink: ByteSink) {
    this.sink = sink
  }
}

/** Creates output streams on `link`. */
export function createOutputStreams(
  link: KernelLink,
  poll: Poll,
  errors: StreamErrors,
  inputs: InputStreams,
): ResourceType<OutputStream> {
  const sinkReady = ({ sink }: OutputStream) => sink.room > 0 || sink.closed
  const checkWrite = ({ sink }: OutputStream): bigint => {
    link.pump()
    if (sink.closed) throw errors.failed(sink.failure)
    return BigInt(sink.room)
  }
  const write = ({ sink }: OutputStream, bytes: Uint8Array): void => {
    if (sink.closed) throw errors.failed(sink.failure)
    if (bytes.byteLength > sink.room) throw new Error('a write exceeds what check-write permitted')
    sink.write(bytes)
  }
  const flush = ({ sink }: OutputStream): void => {
    link.pump()
    if (sink.closed) throw errors.failed(sink.failure)
  }
  const blockingWrite = ({ sink }: OutputStream, bytes: Uint8Array): void => {
    if (bytes.byteLength > MAX_BLOCKING_WRITE) throw new Error('a blocking write exceeds 4096 bytes')
    if (sink.closed) throw errors.failed(sink.failure)
    sink.write(bytes)
    if (sink.closed) throw errors.failed(sink.failure)
  }
  const splice =
    (take: InputStreams['read']) => (stream: OutputStream, from: ResourceObject, length: bigint) => {
      const room = checkWrite(stream)
      const bytes = take(inputs.type.stateOf(from), length < room ? length : room)
      stream.sink.write(bytes)
      return BigInt(bytes.byteLength)
    }
  const blockingSplice = (stream: OutputStream, from: ResourceObject, length: bigint) => {
    link.wait(() => sinkReady(stream))
    return splice(inputs.blockingRead)(stream, from, length)
  }
  const zeroes = (length: bigint) => {
    if (length > BigInt(MAX_READ)) throw new Error('a write exceeds what check-write permitted')
    return new Uint8Array(Number(length))
  }
  const watchSink = (stream: OutputStream) => new Pollable(() => sinkReady(stream))
  const lowerWrite =
    (call: typeof write) =>
    (context: LowerContext, find: (handle: number) => Found<OutputStream>) =>
    (handle: number, pointer: number, length: number, result: number) => {
      const { state, table } = find(handle)
      try {
        call(state, guestBytes(context.memory, pointer, length))
        guestRecord(context.memory, result, 12).setUint8(0, 0)
      } catch (thrown) {
        errors.write(context, table, result, 4, thrown)
      }
    }
  const lowerFlush =
    (context: LowerContext, find: (handle: number) => Found<OutputStream>) =>
    (handle: number, result: number) => {
      const { state, table } = find(handle)
      try {
        flush(state)
        guestRecord(context.memory, result, 12).setUint8(0, 0)
      } catch (thrown) {
        errors.write(context, table, result, 4, thrown)
      }
    }
  const lowerCheckWrite =
    (context: LowerContext, find: (handle: number) => Found<OutputStream>) =>
    (handle: number, result: number) => {
      const { state, table } = find(handle)
      try {
        const permit = checkWrite(state)
        const view = guestRecord(context.memory, result, 16)
        view.setUint8(0, 0)
        view.setBigUint64(8, permit)
      } catch (thrown) {
        errors.write(context, table, result, 8, thrown)
      }
    }
  return defineResource(
    OutputStream,
    {
      checkWrite: { call: checkWrite, lower: lowerCheckWrite },
      write: { call: write, lower: lowerWrite(write) },
      blockingWriteAndFlush: { call: blockingWrite, lower: lowerWrite(blockingWrite) },
      flush: { call: flush, lower: lowerFlush },
      blockingFlush: { call: flush, lower: lowerFlush },
      writeZeroes: { call: (stream, length: bigint) => write(stream, zeroes(length)) },
      blockingWriteZeroesAndFlush: {
        call: (stream, length: bigint) => blockingWrite(stream, zeroes(length)),
      },
      splice: { call: splice(inputs.read) },
      blockingSplice: { call: blockingSplice },
      subscribe: {
        call: (stream) => poll.pollables.create(watchSink(stream)),
        lower: lowerSubscribe(poll, watchSink),
      },
    },
    ({ sink }) => sink.drop(),
  )
}
