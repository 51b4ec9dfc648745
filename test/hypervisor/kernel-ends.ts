/**
 * Both kinds of channel, with the kernel's end controlled by the test, in one thread: the test decides what the kernel
 * sends and when, and nothing blocks.
 */
import { duplexPair } from 'node:stream'
import { setImmediate as task } from 'node:timers/promises'
import type { Bytes } from '../../src/base/bytes.ts'
import { decodePacket, encodeFrame, Frame } from '../../src/boundary/frames.ts'
import type { EnclaveChannel } from '../../src/boundary/hypervisor-channel.ts'
import { createSharedMemory, End, Phase } from '../../src/boundary/shared-memory.ts'
import { FrameChannel } from '../../src/hypervisor/frame-channel.ts'
import { FrameReader } from '../../src/hypervisor/frame-reader.ts'
import { RingChannel } from '../../src/hypervisor/ring-channel.ts'
import { RingChannel as KernelRingChannel } from '../../src/kernel/ring-channel.ts'
import { readPipe } from '../../src/platform/pipe.ts'
import { encodeHeader, HEADER_LENGTH, Op, type PacketHeader, TYPE_STREAM } from '../../src/vsock/packet.ts'

export const CID = 4
const NO_BYTES = new Uint8Array(0)

/** The kernel's end: what a test can send and receive as an enclave. */
export interface KernelEnd {
  send(header: Partial<PacketHeader>, payload?: Uint8Array): boolean
  /** The header of the next packet from the hypervisor. */
  next(): PacketHeader | undefined
  ask(request: Bytes): void
  takeAnswer(): Bytes | undefined
  print(bytes: Uint8Array): void
  tellRunning(): void
  tellExited(): void
}

/** The two ends of a channel. */
export interface Ends {
  channel: EnclaveChannel
  kernel: KernelEnd
}

/** The header of a packet from the enclave to (3, 8000). */
export const headerOf = (fields: Partial<PacketHeader>, length = 0): PacketHeader => ({
  sourceCid: CID,
  destinationCid: 3,
  sourcePort: 50_000,
  destinationPort: 8000,
  length,
  type: TYPE_STREAM,
  operation: Op.RST,
  flags: 0,
  bufferAllocation: 65_536,
  forwardCount: 0,
  ...fields,
})

function shared(): Ends {
  const memory = createSharedMemory()
  const ring = new KernelRingChannel(memory.buffer, () => performance.now())
  return {
    channel: new RingChannel(memory),
    kernel: {
      send: (header, payload = NO_BYTES) => ring.push(headerOf(header, payload.byteLength), payload),
      next: () => ring.pop()?.header,
      ask: (request) => ring.ask(request),
      takeAnswer: () => ring.takeAnswer(),
      print: (bytes) => ring.print(bytes),
      tellRunning: () => ring.tellRunning(),
      tellExited: () => ring.tellEnd(End.EXITED, 0),
    },
  }
}

function framed(): Ends {
  const [own, far] = duplexPair()
  const reader = new FrameReader()
  const incoming = new FrameReader()
  readPipe(far, incoming)
  const answers: Bytes[] = []
  const packets: PacketHeader[] = []
  const take = () => {
    for (let frame = incoming.next(); frame; frame = incoming.next()) {
      if (frame.kind === Frame.RESPONSE) answers.push(frame.body.slice())
      if (frame.kind === Frame.PACKET) packets.push(decodePacket(frame.body).header)
    }
  }
  const say = (kind: number, ...parts: Uint8Array[]) => far.write(encodeFrame(kind, ...parts))
  return {
    channel: new FrameChannel(readPipe(own, reader), own, reader),
    kernel: {
      send(header, payload = NO_BYTES) {
        const bytes = new Uint8Array(HEADER_LENGTH)
        encodeHeader(new DataView(bytes.buffer), 0, headerOf(header, payload.byteLength))
        say(Frame.PACKET, bytes, payload)
        return true
      },
      next() {
        take()
        return packets.shift()
      },
      ask: (request) => void say(Frame.REQUEST, request),
      takeAnswer() {
        take()
        return answers.shift()
      },
      print: (bytes) => void say(Frame.CONSOLE, bytes),
      tellRunning: () => void say(Frame.PHASE, Uint8Array.of(Phase.RUNNING)),
      tellExited() {
        say(Frame.END, Uint8Array.of(End.EXITED, 0, 0, 0, 0, 0, 0, 0))
        say(Frame.PHASE, Uint8Array.of(Phase.ENDED))
      },
    },
  }
}

/** Each kind of channel, with its name. */
export const CHANNELS: readonly (readonly [name: string, open: () => Ends])[] = [
  ['shared memory', shared],
  ['frames', framed],
]

/** Waits, one task at a time, until `condition` returns something truthy. */
export async function until<Value>(condition: () => Value | undefined | null | false): Promise<Value> {
  for (;;) {
    const value = condition()
    if (value) return value
    await task()
  }
}

/** Waits for `count` tasks. */
export async function tasks(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await task()
}
