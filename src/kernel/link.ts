/**
 * The kernel's end of the link: its vsock endpoint on the channel, and the only place where an enclave waits.
 * Everything that arrives comes from the hypervisor; the enclave trusts it no more than it must.
 */
import type { Bytes } from '../base/bytes.ts'
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import type { Connection } from '../vsock/connection.ts'
import { Endpoint } from '../vsock/endpoint.ts'
import { PARENT_CID } from '../vsock/packet.ts'

/** Bytes of a page of linear memory. */
const PAGE = 65536

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

  /** Takes the connection that has waited longest. */
  take(): Connection | undefined {
    return this.#waiting.shift()
  }
}

/** The enclave's end of the link. */
export class KernelLink {
  readonly cid: number
  /** Milliseconds since an arbitrary time before the start. */
  readonly now: () => number
  readonly endpoint: Endpoint
  readonly listening: Map<number, ListeningPort> = new Map()
  /** The program's linear memories, whose size is reported at each wait. */
  readonly memories: Set<WebAssembly.Memory> = new Set()
  readonly #channel: KernelChannel

  constructor(channel: KernelChannel, cid: number, bufferPool: number, now: () => number) {
    this.cid = cid
    this.now = now
    this.#channel = channel
    this.endpoint = new Endpoint({
      localCid: cid,
      remoteCid: PARENT_CID,
      send: (header, payload, isMoreToCome) => channel.push(header, payload, isMoreToCome),
      acceptorOf: (port) => this.listening.get(port),
      bufferPool,
      now,
    })
  }

  /** Number of payload bytes for which the channel has room. */
  get room(): number {
    return this.#channel.room
  }

  /** Processes what has arrived, up to a payload that is read next, and sends everything that is owed. */
  pump(): void {
    let taken = false
    for (let packet = this.#channel.pop(); packet; packet = this.#channel.pop()) {
      this.endpoint.receive(packet)
      taken = true
      // Its payload is read next, from where it is; later packets wait for the next turn.
      if (packet.lender?.isLent) break
    }
    this.endpoint.flush()
    if (taken) this.#channel.acknowledge()
  }

  /** Processes packets until `ready` returns true or the clock reaches `deadline`; sleeps while there are none. */
  wait(ready: () => boolean, deadline: number = Number.POSITIVE_INFINITY): void {
    // Not only before a sleep: an enclave that is always busy may never sleep.
    this.#channel.tellMemory(this.#pages())
    for (;;) {
      const mark = this.#channel.mark()
      this.pump()
      const next = Math.min(deadline, this.endpoint.expire())
      if (ready()) return
      const left = next - this.now()
      if (this.now() >= deadline) return
      if (left <= 0) continue
      this.#channel.sleep(mark, left)
    }
  }

  #pages(): number {
    let bytes = 0
    for (const { buffer } of this.memories) bytes += buffer.byteLength
    return bytes / PAGE
  }

  /** Sends a request to the security module, and processes no packets until the response has arrived. */
  exchange(request: Bytes): Bytes {
    this.#channel.ask(request)
    for (;;) {
      const mark = this.#channel.mark()
      const answer = this.#channel.takeAnswer()
      if (answer) return answer
      this.#channel.sleep(mark, Number.POSITIVE_INFINITY)
    }
  }

  /** Writes all of `bytes`, sleeping while there is no room; stops early if the connection ends. */
  write(connection: Connection, bytes: Uint8Array): void {
    let rest = bytes
    while (rest.byteLength > 0 && connection.writable) {
      const sent = connection.write(rest, this.room)
      rest = rest.subarray(sent)
      if (rest.byteLength > 0 && sent === 0) {
        this.#channel.acknowledge()
        this.wait(() => !connection.writable || (connection.credit > 0 && this.room > 0))
      }
    }
  }
}
