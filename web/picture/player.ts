/** Plays packets one after the other, so that each can be seen: a queue, a pause and single steps. */
import { type Signal, signal } from '@preact/signals'
import type { ShownPacket } from '../host/report.ts'

/** Milliseconds between two packets. */
const BETWEEN = 160
/** Milliseconds that a packet is on its way: as long as the animation in style/picture.css. */
const FLIGHT = 900
/** Packets that are on their way at the same time while they are played. */
export const LANES: number = Math.ceil(FLIGHT / BETWEEN)
/** More waiting packets than this are skipped: the list below has them. */
const MAX_WAITING = 60

/** A packet on its way. No other is in its lane, unless more than `LANES` are on their way: step by step. */
export interface Flight {
  readonly packet: ShownPacket
  /** From 0 to `LANES` - 1. */
  readonly lane: number
}

/** Plays the packets of one enclave. */
export class Player {
  /** The packets that are on their way now. */
  readonly flights: Signal<readonly Flight[]> = signal<readonly Flight[]>([])
  readonly isPaused: Signal<boolean> = signal(false)
  readonly waiting: Signal<number> = signal(0)
  readonly skipped: Signal<number> = signal(0)
  readonly #queue: ShownPacket[] = []
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()
  #next: ReturnType<typeof setTimeout> | undefined
  #last = -1

  /** Adds the packets that were not added before. */
  add(packets: readonly ShownPacket[]): void {
    const fresh = packets.filter(({ number }) => number > this.#last)
    this.#last = fresh.at(-1)?.number ?? this.#last
    this.#queue.push(...fresh)
    const tooMany = this.#queue.length - MAX_WAITING
    if (tooMany > 0) {
      this.#queue.splice(0, tooMany)
      this.skipped.value += tooMany
    }
    this.waiting.value = this.#queue.length
    this.#schedule()
  }

  pause(isPaused: boolean): void {
    this.isPaused.value = isPaused
    this.#schedule()
  }

  /** Lets one packet pass. */
  step(): void {
    const packet = this.#queue.shift()
    this.waiting.value = this.#queue.length
    if (!packet) return
    const flight = { packet, lane: this.#freeLane() }
    this.flights.value = [...this.flights.value, flight]
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.flights.value = this.flights.value.filter((other) => other !== flight)
    }, FLIGHT)
    this.#timers.add(timer)
  }

  /** Ends all timers. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    clearTimeout(this.#next)
  }

  /** The first free lane, or that of the packet that will arrive first. */
  #freeLane(): number {
    const taken = this.flights.value.map(({ lane }) => lane)
    for (let lane = 0; lane < LANES; lane++) if (!taken.includes(lane)) return lane
    return taken.at(-LANES)!
  }

  #schedule(): void {
    if (this.#next !== undefined || this.isPaused.value || this.#queue.length === 0) return
    this.step()
    this.#next = setTimeout(() => {
      this.#next = undefined
      this.#schedule()
    }, BETWEEN)
  }
}
