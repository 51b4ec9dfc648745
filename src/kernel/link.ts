/**
 * The kernel's end of the link: its vsock endpoint over the two rings, and the only place where an enclave
 * waits. Everything that arrives is the hypervisor's; the enclave trusts it no more than it must.
 */

import type { Connection } from '../vsock/connection.ts'
import { Endpoint } from '../vsock/endpoint.ts'
import { PARENT_CID, type PacketHeader } from '../vsock/packet.ts'
import { Patience } from '../vsock/patience.ts'
import { RingConsumer, RingProducer } from '../vsock/ring.ts'
import { ringBell, type SharedMemory, Word } from './shared-memory.ts'

/** The longest that one sleep may last, milliseconds: Atomics.wait takes no more than the engine's int32. */
const MAX_SLEEP = 0x7fffffff

/** A port on which the enclave listens. */
export class ListeningPort {
  readonly port: number
  readonly #backlog: number
  readonly #waiting: Connection[] = []

  constructor(port: number, backlog: number) {
    this.port = port
    this.#backlog = backlog
  }

  hasRoom(): boolean {
    return this.#waiting.length < this.#backlog
  }

  accept(connection: Connection): void {
    this.#waiting.push(connection)
  }

  get ready(): boolean {
    return this.#waiting.length > 0
  }

  /** The connection that has waited longest. */
  take(): Connection | undefined {
    return this.#waiting.shift()
  }
}

/** The enclave's side of its shared memory. */
export class KernelLink {
  readonly cid: number
  /** Milliseconds since some moment before the start. */
  readonly now: () => number
  readonly endpoint: Endpoint
  readonly listening: Map<number, ListeningPort> = new Map()
  readonly #shared: SharedMemory
  readonly #out: RingProducer
  readonly #in: RingConsumer
  readonly #patience = new Patience()

  constructor(shared: SharedMemory, cid: number, bufferPool: number, now: () => number) {
    this.cid = cid
    this.now = now
    this.#shared = shared
    this.#out = new RingProducer(shared.ringOut)
    this.#in = new RingConsumer(shared.ringIn)
    this.endpoint = new Endpoint({
      localCid: cid,
      remoteCid: PARENT_CID,
      send: (header, payload) => this.#send(header, payload),
      acceptorOf: (port) => this.listening.get(port),
      bufferPool,
      now,
    })
  }

  /** Payload bytes that the ring has room for. */
  get room(): number {
    return this.#out.room
  }

  /** Takes in everything that has arrived and sends everything that is owed. */
  pump(): void {
    let taken = false
    for (let packet = this.#in.pop(); packet; packet = this.#in.pop()) {
      this.endpoint.receive(packet)
      taken = true
    }
    this.endpoint.flush()
    if (taken) ringBell(this.#shared.words, Word.HYPERVISOR_BELL)
  }

  /** Sleeps until `ready` says so, and looks at no packet meanwhile. */
  waitForWord(ready: () => boolean): void {
    for (;;) {
      const bell = Atomics.load(this.#shared.words, Word.KERNEL_BELL)
      if (ready()) return
      this.#sleep(bell, MAX_SLEEP)
    }
  }

  /** Carries packets until `ready` says so or the clock reaches `deadline`, and sleeps where there are none. */
  wait(ready: () => boolean, deadline: number = Number.POSITIVE_INFINITY): void {
    for (;;) {
      const bell = Atomics.load(this.#shared.words, Word.KERNEL_BELL)
      this.pump()
      const next = Math.min(deadline, this.endpoint.expire())
      if (ready()) return
      const left = next - this.now()
      if (this.now() >= deadline) return
      if (left > 0) this.#sleep(bell, Math.min(left, MAX_SLEEP))
    }
  }

  /** Sleeps until the bell has been rung since `bell`, for `time` milliseconds at most. */
  #sleep(bell: number, time: number): void {
    const { words } = this.#shared
    Atomics.store(words, Word.ASLEEP, 1)
    const span = Math.min(this.#patience.span, time)
    if (this.#look(bell, span)) {
      this.#patience.found()
    } else {
      const begin = this.now()
      Atomics.wait(words, Word.KERNEL_BELL, bell, time)
      if (span > 0) this.#patience.slept(this.now() - begin)
    }
    Atomics.store(words, Word.ASLEEP, 0)
  }

  /** Looks again for `span` milliseconds; whether the bell has been rung since `bell`. */
  #look(bell: number, span: number): boolean {
    if (span === 0) return false
    const { words } = this.#shared
    const end = this.now() + span
    let came: boolean
    do came = Atomics.load(words, Word.KERNEL_BELL) !== bell
    while (!came && this.now() < end)
    return came
  }

  /** Writes all of `bytes`, sleeping while the ring is full; stops early where the connection ends. */
  write(connection: Connection, bytes: Uint8Array): void {
    let rest = bytes
    while (rest.byteLength > 0 && connection.writable) {
      const sent = connection.write(rest, this.room)
      rest = rest.subarray(sent)
      if (rest.byteLength > 0 && sent === 0) {
        this.wait(() => !connection.writable || (connection.credit > 0 && this.room > 0))
      }
    }
  }

  #send(header: PacketHeader, payload: Uint8Array): boolean {
    const sent = this.#out.push(header, payload)
    if (sent) ringBell(this.#shared.words, Word.HYPERVISOR_BELL)
    return sent
  }
}
