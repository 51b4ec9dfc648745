/**
 * wasi:io/streams over anything that can be read from or written to without waiting (WASI 0.2). The streams
 * wait, in the link, where WASI says that they do. Lengths are the guest's: cut before anything is allocated.
 */
import { giveBytes, guestBytes, guestView } from './guest-memory.ts'
import type { KernelLink } from './link.ts'
import { type Poll, Pollable } from './poll.ts'
import {
  defineResource,
  type Face,
  type Found,
  type HandleTable,
  type LowerContext,
  otherTable,
  type ResourceType,
} from './resource.ts'

/** Bytes that one read gives at most. */
const MAX_READ = 65536
/** Bytes that one blocking write takes at most, says WASI. */
const MAX_BLOCKING_WRITE = 4096

/** Where an input stream's bytes come from. */
export interface ByteSource {
  /** Up to `limit` bytes; undefined where there are none now. */
  read(limit: number): Uint8Array | undefined
  /** Whether `read` would give bytes. */
  readonly readable: boolean
  /** Whether it never will again. */
  readonly ended: boolean
  /** Why reading failed, if it did. */
  readonly failure: string | undefined
  drop(): void
}

/** Where an output stream's bytes go. */
export interface ByteSink {
  /** Bytes that a write may have now. */
  readonly room: number
  readonly closed: boolean
  /** Why writing failed, if it did. */
  readonly failure: string | undefined
  /** Takes all of `bytes`, waiting where it must. */
  write(bytes: Uint8Array): void
  drop(): void
}

class IoError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}
class InputStream {
  readonly source: ByteSource
  constructor(source: ByteSource) {
    this.source = source
  }
}
class OutputStream {
  readonly sink: ByteSink
  constructor(sink: ByteSink) {
    this.sink = sink
  }
}

/** A stream call's error: `payload` is the stream-error as the glue takes it. */
class StreamFailure extends Error {
  readonly payload: { tag: string; val?: Face }
  constructor(error?: Face) {
    super('stream failure')
    this.payload = error ? { tag: 'last-operation-failed', val: error } : { tag: 'closed' }
  }
}

/** The interfaces as the glue imports them, and the ways for other interfaces to make streams. */
export interface Streams {
  imports: { error: Record<string, unknown>; streams: Record<string, unknown> }
  createInput(source: ByteSource): Face
  createOutput(sink: ByteSink): Face
}

/** Makes wasi:io/streams and wasi:io/error over `link`. */
export function createStreams(link: KernelLink, { pollables }: Poll): Streams {
  const errors = defineResource(IoError, { toDebugString: { call: ({ message }) => message } })
  const failed = (failure: string | undefined) =>
    new StreamFailure(failure === undefined ? undefined : errors.create(new IoError(failure)))

  /** Writes `thrown` as a stream-error into the result at `at`, its payload `payload` bytes further on. */
  function writeFailure(
    context: LowerContext,
    own: HandleTable,
    at: number,
    payload: number,
    thrown: unknown,
  ) {
    if (!(thrown instanceof StreamFailure)) throw thrown
    const view = guestView(context.memory, at, payload + 8)
    view.setUint8(0, 1)
    const error = thrown.payload.val
    view.setUint8(payload, error ? 0 : 1)
    if (!error) return
    view.setInt32(payload + 4, errors.giveHandle(error, otherTable(context.resourceTables, own)), true)
  }
  const lowerSubscribe =
    <State>(watch: (state: State) => Pollable) =>
    (context: LowerContext, find: (handle: number) => Found<State>) =>
    (handle: number) => {
      const { state, table } = find(handle)
      return pollables.createHandle(watch(state), otherTable(context.resourceTables, table))
    }

  // Input.
  const sourceReady = ({ source }: InputStream) => source.readable || source.ended
  const read = ({ source }: InputStream, length: bigint): Uint8Array => {
    link.pump()
    if (length === 0n && !source.ended) return new Uint8Array(0)
    const bytes = source.read(length < BigInt(MAX_READ) ? Number(length) : MAX_READ)
    if (bytes) return bytes
    if (source.ended) throw failed(source.failure)
    return new Uint8Array(0)
  }
  const blockingRead = (stream: InputStream, length: bigint): Uint8Array => {
    if (length > 0n) link.wait(() => sourceReady(stream))
    return read(stream, length)
  }
  const watchSource = (stream: InputStream) => new Pollable(() => sourceReady(stream))
  const lowerRead =
    (call: typeof read) =>
    (context: LowerContext, find: (handle: number) => Found<InputStream>) =>
    (handle: number, length: bigint, result: number) => {
      const { state, table } = find(handle)
      try {
        const bytes = call(state, BigInt.asUintN(64, length))
        const pointer = giveBytes(context, bytes, 1)
        const view = guestView(context.memory, result, 12)
        view.setUint8(0, 0)
        view.setUint32(4, pointer, true)
        view.setUint32(8, bytes.byteLength, true)
      } catch (thrown) {
        writeFailure(context, table, result, 4, thrown)
      }
    }
  const inputs: ResourceType<InputStream> = defineResource(
    InputStream,
    {
      read: { call: read, lower: lowerRead(read) },
      blockingRead: { call: blockingRead, lower: lowerRead(blockingRead) },
      skip: { call: (stream, length: bigint) => BigInt(read(stream, length).byteLength) },
      blockingSkip: { call: (stream, length: bigint) => BigInt(blockingRead(stream, length).byteLength) },
      subscribe: {
        call: (stream) => pollables.create(watchSource(stream)),
        lower: lowerSubscribe(watchSource),
      },
    },
    ({ source }) => source.drop(),
  )

  // Output.
  const sinkReady = ({ sink }: OutputStream) => sink.room > 0 || sink.closed
  const checkWrite = ({ sink }: OutputStream): bigint => {
    link.pump()
    if (sink.closed) throw failed(sink.failure)
    return BigInt(sink.room)
  }
  const write = ({ sink }: OutputStream, bytes: Uint8Array): void => {
    if (sink.closed) throw failed(sink.failure)
    if (bytes.byteLength > sink.room) throw new Error('a write exceeds what check-write permitted')
    sink.write(bytes)
  }
  const flush = ({ sink }: OutputStream): void => {
    link.pump()
    if (sink.closed) throw failed(sink.failure)
  }
  const blockingWrite = ({ sink }: OutputStream, bytes: Uint8Array): void => {
    if (bytes.byteLength > MAX_BLOCKING_WRITE) throw new Error('a blocking write exceeds 4096 bytes')
    if (sink.closed) throw failed(sink.failure)
    sink.write(bytes)
    if (sink.closed) throw failed(sink.failure)
  }
  const splice = (take: typeof read) => (stream: OutputStream, from: Face, length: bigint) => {
    const room = checkWrite(stream)
    const bytes = take(inputs.stateOf(from), length < room ? length : room)
    stream.sink.write(bytes)
    return BigInt(bytes.byteLength)
  }
  const blockingSplice = (stream: OutputStream, from: Face, length: bigint) => {
    link.wait(() => sinkReady(stream))
    return splice(blockingRead)(stream, from, length)
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
        guestView(context.memory, result, 12).setUint8(0, 0)
      } catch (thrown) {
        writeFailure(context, table, result, 4, thrown)
      }
    }
  const lowerFlush =
    (context: LowerContext, find: (handle: number) => Found<OutputStream>) =>
    (handle: number, result: number) => {
      const { state, table } = find(handle)
      try {
        flush(state)
        guestView(context.memory, result, 12).setUint8(0, 0)
      } catch (thrown) {
        writeFailure(context, table, result, 4, thrown)
      }
    }
  const lowerCheckWrite =
    (context: LowerContext, find: (handle: number) => Found<OutputStream>) =>
    (handle: number, result: number) => {
      const { state, table } = find(handle)
      try {
        const permit = checkWrite(state)
        const view = guestView(context.memory, result, 16)
        view.setUint8(0, 0)
        view.setBigUint64(8, permit, true)
      } catch (thrown) {
        writeFailure(context, table, result, 8, thrown)
      }
    }
  const outputs: ResourceType<OutputStream> = defineResource(
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
      splice: { call: splice(read) },
      blockingSplice: { call: blockingSplice },
      subscribe: { call: (stream) => pollables.create(watchSink(stream)), lower: lowerSubscribe(watchSink) },
    },
    ({ sink }) => sink.drop(),
  )

  return {
    imports: {
      error: { Error: errors.face },
      streams: { InputStream: inputs.face, OutputStream: outputs.face },
    },
    createInput: (source) => inputs.create(new InputStream(source)),
    createOutput: (sink) => outputs.create(new OutputStream(sink)),
  }
}
