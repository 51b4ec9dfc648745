/** wasi:io/streams input-stream for any source that can be read without waiting (WASI 0.2). */
import { allocate, guestBytes, guestRecord } from './guest-memory.ts'
import type { KernelLink } from './link.ts'
import { lowerSubscribe, type Poll, Pollable } from './poll.ts'
import { defineResource, type Found, type LowerContext, type ResourceType } from './resource.ts'
import type { StreamErrors } from './stream-errors.ts'

/** Maximum number of bytes per read. */
export const MAX_READ = 65536

/** The source of an input stream's bytes. */
export interface ByteSource {
  /** Number of bytes that can be read now. */
  readonly available: number
  /** Moves bytes into `target`, as many as fit; returns their number. */
  read(target: Uint8Array): number
  /** Whether no more bytes will become available. */
  readonly ended: boolean
  /** Why reading failed, if it did. */
  readonly failure: string | undefined
  /** Set while packets are processed for a read of this source, so that its bytes can stay in the ring. */
  isAwaited?: boolean
  drop(): void
}

/** An input stream's state. */
export class InputStream {
  readonly source: ByteSource
  constructor(source: ByteSource) {
    this.source = source
  }
}

/** The resource type, and its two reads for `splice`. */
export interface InputStreams {
  type: ResourceType<InputStream>
  read(stream: InputStream, length: bigint): Uint8Array
  blockingRead(stream: InputStream, length: bigint): Uint8Array
}

/** Creates input streams on `link`. */
export function createInputStreams(link: KernelLink, poll: Poll, errors: StreamErrors): InputStreams {
  const sourceReady = ({ source }: InputStream) => source.available > 0 || source.ended
  const takeIn = ({ source }: InputStream, work: () => void) => {
    source.isAwaited = true
    work()
    source.isAwaited = false
  }
  /** Number of bytes that a read of `length` returns. */
  const measure = ({ source }: InputStream, length: bigint): number => {
    const { available } = source
    if (available === 0 && source.ended) throw errors.failed(source.failure)
    return Math.min(available, length < BigInt(MAX_READ) ? Number(length) : MAX_READ)
  }
  const measureNow = (stream: InputStream, length: bigint): number => {
    takeIn(stream, () => link.pump())
    return measure(stream, length)
  }
  const measureThen = (stream: InputStream, length: bigint): number => {
    if (length === 0n) return measureNow(stream, length)
    takeIn(stream, () => link.wait(() => sourceReady(stream)))
    return measure(stream, length)
  }
  const readBy = (count: typeof measure) => (stream: InputStream, length: bigint) => {
    const bytes = new Uint8Array(count(stream, length))
    return bytes.subarray(0, stream.source.read(bytes))
  }
  const read = readBy(measureNow)
  const blockingRead = readBy(measureThen)
  const watchSource = (stream: InputStream) => new Pollable(() => sourceReady(stream))
  const lowerRead =
    (count: typeof measure) =>
    (context: LowerContext, find: (handle: number) => Found<InputStream>) =>
    (handle: number, length: bigint, result: number) => {
      const { state, table } = find(handle)
      try {
        const most = count(state, BigInt.asUintN(64, length))
        const pointer = allocate(context, most, 1)
        const read = state.source.read(guestBytes(context.memory, pointer, most))
        const view = guestRecord(context.memory, result, 12)
        view.setUint8(0, 0)
        view.setUint32(4, pointer)
        view.setUint32(8, read)
      } catch (thrown) {
        errors.write(context, table, result, 4, thrown)
      }
    }
  const type: ResourceType<InputStream> = defineResource(
    InputStream,
    {
      read: { call: read, lower: lowerRead(measureNow) },
      blockingRead: { call: blockingRead, lower: lowerRead(measureThen) },
      skip: { call: (stream, length: bigint) => BigInt(read(stream, length).byteLength) },
      blockingSkip: { call: (stream, length: bigint) => BigInt(blockingRead(stream, length).byteLength) },
      subscribe: {
        call: (stream) => poll.pollables.create(watchSource(stream)),
        lower: lowerSubscribe(poll, watchSource),
      },
    },
    ({ source }) => source.drop(),
  )

  return { type, read, blockingRead }
}
