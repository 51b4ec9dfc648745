/** Output streams with a sink that a test can inspect. */
import { createInputStreams, InputStream } from '../../src/kernel/input-streams.ts'
import { createOutputStreams, OutputStream } from '../../src/kernel/output-streams.ts'
import type { ResourceType } from '../../src/kernel/resource.ts'
import { createStreamErrors } from '../../src/kernel/stream-errors.ts'
import { Rig } from './rig.ts'

/** An output stream as the glue calls it. */
export interface Output {
  checkWrite(): bigint
  write(bytes: Uint8Array): void
  blockingWriteAndFlush(bytes: Uint8Array): void
  flush(): void
  blockingFlush(): void
  writeZeroes(length: bigint): void
  blockingWriteZeroesAndFlush(length: bigint): void
  splice(from: unknown, length: bigint): bigint
  blockingSplice(from: unknown, length: bigint): bigint
  subscribe(): { ready(): boolean }
}
/** The streams of a test. */
export interface SinkRig {
  rig: Rig
  outputs: ResourceType<OutputStream>
  open(sink: Sink): Output
  /** An input stream of these bytes. */
  from(...bytes: number[]): { bytes: number[]; object: unknown }
}

/** A sink with `room`. */
export class Sink {
  room: number
  closed = false
  failure: string | undefined
  readonly taken: number[] = []
  dropped = 0
  /** Whether the sink closes after the next write. */
  ends = false
  constructor(room: number) {
    this.room = room
  }
  write(bytes: Uint8Array): void {
    this.taken.push(...bytes)
    this.closed ||= this.ends
  }
  drop(): void {
    this.dropped += 1
  }
}

/** The streams interface over a link, and functions that create streams. */
export function streams(): SinkRig {
  const rig = new Rig()
  const errors = createStreamErrors()
  const inputs = createInputStreams(rig.link, rig.poll, errors)
  const outputs = createOutputStreams(rig.link, rig.poll, errors, inputs)
  const open = (sink: Sink) => outputs.create(new OutputStream(sink)) as unknown as Output
  /** An input stream of these bytes. */
  const from = (...bytes: number[]) => {
    const source = {
      get available() {
        return bytes.length
      },
      ended: false,
      failure: undefined,
      read: (target: Uint8Array) => {
        const part = bytes.splice(0, target.byteLength)
        target.set(part)
        return part.length
      },
      drop() {},
    }
    return { bytes, object: inputs.type.create(new InputStream(source)) }
  }
  return { rig, outputs, open, from }
}
