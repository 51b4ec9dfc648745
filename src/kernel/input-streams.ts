/** wasi:io/streams input-stream over anything that can be read from without waiting (WASI 0.2). */
import { giveBytes, guestView } from './guest-memory.ts'
import type { KernelLink } from './link.ts'
import { lowerSubscribe, type Poll, Pollable } from './poll.ts'
import { defineResource, type Found, type LowerContext, type ResourceType } from './resource.ts'
import type { StreamErrors } from './stream-errors.ts'

/** Bytes that one read gives at most. */
export const MAX_READ = 65536

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

/** An input stream's state. */
export class InputStream {
  readonly source: ByteSource
  constructor(source: ByteSource) {
    this.source = source
  }
}

/** The type, and its two reads for those who splice. */
export interface InputStreams {
  type: ResourceType<InputStream>
  read(stream: InputStream, length: bigint): Uint8Array
  blockingRead(stream: InputStream, length: bigint): Uint8Array
}

/** Makes input streams over `link`. */
export function createInputStreams(link: KernelLink, poll: Poll, errors: StreamErrors): InputStreams {
  const sourceReady = ({ source }: InputStream) => source.readable || source.ended
  const read = ({ source }: InputStream, length: bigint): Uint8Array => {
    link.pump()
    if (length === 0n && !source.ended) return new Uint8Array(0)
    const bytes = source.read(length < BigInt(MAX_READ) ? Number(length) : MAX_READ)
    if (bytes) return bytes
    if (source.ended) throw errors.failed(source.failure)
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
        errors.write(context, table, result, 4, thrown)
      }
    }
  const type: ResourceType<InputStream> = defineResource(
    InputStream,
    {
      read: { call: read, lower: lowerRead(read) },
      blockingRead: { call: blockingRead, lower: lowerRead(blockingRead) },
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
