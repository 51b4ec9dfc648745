/**
 * A kernel's link with the parent's end of it in the test's own hands, in one thread: a packet arrives when it is sent, the
 * clock moves only while the kernel sleeps, and a sleep that nothing would end is an error.
 */
import type { Bytes } from '../../src/base/bytes.ts'
import type { KernelChannel } from '../../src/boundary/kernel-channel.ts'
import { KernelLink } from '../../src/kernel/link.ts'
import { createPoll, type Poll } from '../../src/kernel/poll.ts'
import type { HandleTable, LowerContext } from '../../src/kernel/resource.ts'
import { createStreams, type Streams } from '../../src/kernel/streams.ts'
import type { Acceptor } from '../../src/vsock/acceptor.ts'
import { Endpoint } from '../../src/vsock/endpoint.ts'
import { MAX_PAYLOAD, PARENT_CID, type Packet } from '../../src/vsock/packet.ts'

export const CID = 4
const LOWER = Symbol.for('cabiLower')

/** A call by its raw form. */
export type Raw = (...numbers: (number | bigint)[]) => unknown

/** See above. */
export class Rig {
  time = 0
  /** Payload bytes that the channel has room for; negative: a packet is refused. */
  room: number = MAX_PAYLOAD
  /** How long each sleep was to be. */
  readonly sleeps: number[] = []
  /** What happens while the kernel sleeps, one after the other. */
  readonly events: (() => void)[] = []
  /** What the kernel told its hypervisor, but packets. */
  readonly told: unknown[] = []
  readonly requests: Bytes[] = []
  readonly answers: Bytes[] = []
  /** Who listens at the parent. */
  readonly listening: Map<number, Acceptor> = new Map()
  readonly parent: Endpoint
  readonly channel: KernelChannel
  readonly #arriving: Packet[] = []
  #parts: { link: KernelLink; poll: Poll; streams: Streams } | undefined

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
      acknowledge: () => this.told.push('acknowledged'),
      ask: (request) => this.requests.push(request.slice()),
      takeAnswer: () => this.answers.shift(),
      print: (bytes) => this.told.push(bytes.slice()),
      tellRunning: () => this.told.push('running'),
      tellEnd: (end, detail) => this.told.push([end, detail]),
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

/** An empty table of handles, as the glue makes one. */
export const handleTable = (): HandleTable => [0, 0]

/** What a test has of a guest. */
export interface Guest {
  memory: WebAssembly.Memory
  context: LowerContext
  view: DataView<ArrayBuffer>
  bytesAt(at: number, length: number): Uint8Array<ArrayBuffer>
  /** The numbers of each call of its `realloc`. */
  asked: number[][]
}

/** A guest of `pages` pages; its `realloc` gives out memory from 4096 on. */
export function guest(pages = 1, tables: HandleTable[] = []): Guest {
  const memory = new WebAssembly.Memory({ initial: pages })
  let next = 4096
  const asked: number[][] = []
  const context: LowerContext = {
    memory,
    realloc: (...numbers) => {
      asked.push(numbers)
      const at = Math.ceil(next / numbers[2]!) * numbers[2]!
      next = at + numbers[3]!
      return at
    },
    resourceTables: tables,
  }
  const view = new DataView(memory.buffer)
  const bytesAt = (at: number, length: number) => new Uint8Array(memory.buffer, at, length)
  return { memory, context, view, bytesAt, asked }
}

/** The raw form of `call`, for the guest of `context`. */
export const rawOf = (call: unknown, context: LowerContext): Raw =>
  (call as Record<symbol, (context: LowerContext) => Raw>)[LOWER]!(context)

/** A method of a resource by its name, to get its raw form from. */
export const methodOf = (object: unknown, name: string): unknown =>
  (object as { prototype: Record<string, unknown> }).prototype[name]
