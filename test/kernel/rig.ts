/**
 * A kernel's link whose parent is controlled by the test, in one thread: a packet arrives as soon as it is sent, the
 * clock moves only while the kernel sleeps, and an endless sleep is an error.
 */
import type { Bytes } from '../../src/base/bytes.ts'
import type { KernelChannel } from '../../src/boundary/kernel-channel.ts'
import { KernelLink } from '../../src/kernel/link.ts'
import { createPoll, type Poll } from '../../src/kernel/poll.ts'
import type { HandleTable, LowerContext } from '../../src/kernel/resource.ts'
import { createStreams, type Streams } from '../../src/kernel/streams.ts'
import type { Acceptor } from '../../src/vsock/acceptor.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { Endpoint } from '../../src/vsock/endpoint.ts'
import { MAX_PAYLOAD, PARENT_CID, type Packet } from '../../src/vsock/packet.ts'

export const CID = 4
const LOWER = Symbol.for('cabiLower')

/** A lowered call. */
export type Raw = (...numbers: (number | bigint)[]) => unknown

/** A kernel's link, with its parent. */
export class Rig {
  time = 0
  /** Room of the channel for payload bytes; if negative, even an empty packet is rejected. */
  room: number = MAX_PAYLOAD
  /** The requested durations of all sleeps. */
  readonly sleeps: number[] = []
  /** What happens during the kernel's sleeps, one after the other. */
  readonly events: (() => void)[] = []
  /** What the kernel reported to its hypervisor, except packets. */
  readonly reported: unknown[] = []
  readonly requests: Bytes[] = []
  readonly answers: Bytes[] = []
  /** The parent's listeners by port. */
  readonly listening: Map<number, Acceptor> = new Map()
  readonly parent: Endpoint
  readonly channel: KernelChannel
  readonly #arriving: Packet[] = []
  #parts: { link: KernelLink; poll: Poll; streams: Streams } | undefined

  /** The size of the memories that was reported last. */
  memoryPages: number | undefined

  constructor() {
    this.parent = new Endpoint({
      localCid: PARENT_CID,
      remoteCid: CID,
      send: (header, payload) => {
        this.#arriving.push({ header, payload: payload.slice() as Uint8Array<ArrayBuffer> })
        return true
      },
      acceptorOf: (port) => this.listening.get(port),
      bufferPool: 1 << 30,
      now: () => this.time,
    })
    const rig = this
    this.channel = {
      get room() {
        return rig.room
      },
      push: (header, payload) => {
        if (this.room < payload.byteLength) return false
        this.parent.receive({ header, payload: payload.slice() as Uint8Array<ArrayBuffer> })
        return true
      },
      pop: () => this.#arriving.shift(),
      acknowledge: () => this.reported.push('acknowledged'),
      ask: (request) => this.requests.push(request.slice()),
      takeAnswer: () => this.answers.shift(),
      print: (bytes) => this.reported.push(bytes.slice()),
      tellMemory: (pages) => {
        this.memoryPages = pages
      },
      tellRunning: () => this.reported.push('running'),
      tellEnd: (end, detail) => this.reported.push([end, detail]),
      mark: () => this.sleeps.length,
      sleep: (mark, time) => this.#sleep(mark, time),
    }
  }

  #sleep(mark: number, time: number): void {
    if (mark !== this.sleeps.length) throw new Error('the mark is of another sleep')
    this.sleeps.push(time)
    const event = this.events.shift()
    if (event) return event()
    if (time === Number.POSITIVE_INFINITY) throw new Error('it would sleep for ever')
    if (!(time > 0)) throw new Error(`it would sleep for ${time} milliseconds`)
    this.time += time
  }

  #made() {
    if (!this.#parts) {
      const link = new KernelLink(this.channel, CID, 1 << 24, () => this.time)
      const poll = createPoll(link)
      this.#parts = { link, poll, streams: createStreams(link, poll) }
    }
    return this.#parts
  }

  get link(): KernelLink {
    return this.#made().link
  }

  get poll(): Poll {
    return this.#made().poll
  }

  get streams(): Streams {
    return this.#made().streams
  }
}

/** A rig, and an established connection from the enclave to its parent. */
export function connected(): { rig: Rig; near: Connection; far: Connection } {
  const rig = new Rig()
  let far: Connection | undefined
  rig.listening.set(8000, {
    hasRoom: () => true,
    accept: (connection) => {
      far = connection
    },
  })
  const near = rig.link.endpoint.connect(8000)
  rig.link.pump()
  rig.reported.length = 0
  return { rig, near, far: far! }
}

/** An empty table of handles, as the glue creates it. */
export const handleTable = (): HandleTable => [0, 0]

/** A guest's memory. */
export interface Guest {
  memory: WebAssembly.Memory
  context: LowerContext
  view: DataView<ArrayBuffer>
  bytesAt(at: number, length: number): Uint8Array<ArrayBuffer>
  /** The arguments of each call of its `realloc`. */
  allocations: number[][]
}

/** A guest with `pages` pages, whose `realloc` allocates from address 4096 on. */
export function guest(pages = 1, tables: HandleTable[] = []): Guest {
  const memory = new WebAssembly.Memory({ initial: pages })
  let next = 4096
  const allocations: number[][] = []
  const context: LowerContext = {
    memory,
    realloc: (...numbers) => {
      allocations.push(numbers)
      const at = Math.ceil(next / numbers[2]!) * numbers[2]!
      next = at + numbers[3]!
      return at
    },
    resourceTables: tables,
  }
  const view = new DataView(memory.buffer)
  const bytesAt = (at: number, length: number) => new Uint8Array(memory.buffer, at, length)
  return { memory, context, view, bytesAt, allocations }
}

/** The lowered form of `call`, for the guest of `context`. */
export const rawOf = (call: unknown, context: LowerContext): Raw =>
  (call as Record<symbol, (context: LowerContext) => Raw>)[LOWER]!(context)

/** A method of a resource by its name, to get its lowered form. */
export const methodOf = (object: unknown, name: string): unknown =>
  (object as { prototype: Record<string, unknown> }).prototype[name]
