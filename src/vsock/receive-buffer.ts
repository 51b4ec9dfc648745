/**
 * What has arrived at a connection and waits to be read: a queue of bytes, and behind it at most one payload that is
 * still where it arrived. Whoever is about to read spares the bytes their way through the queue.
 */
import { ByteQueue } from './byte-queue.ts'
import { copyBytes } from './copy.ts'
import type { PayloadLender } from './packet.ts'

/** Bytes of a payload that is worth a read of its own; smaller ones are read together. */
const LARGE = 16384
const NO_BYTES = new Uint8Array(0)

/** The received bytes of one connection. The capacity is a power of two of at least 4096. */
export class ReceiveBuffer {
  readonly #capacity: number
  readonly #queue: ByteQueue
  #borrowed: Uint8Array = NO_BYTES

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#queue = new ByteQueue(capacity)
  }

  /** Bytes that can be taken. */
  get length(): number {
    return this.#queue.length + this.#borrowed.byteLength
  }

  /** Bytes that can be added. */
  get room(): number {
    return this.#capacity - this.length
  }

  /**
   * Adds a payload, of which there must be no more than there is room for: a copy, or itself where it has a lender, is
   * large and finds all else read.
   */
  add(payload: Uint8Array, lender: PayloadLender | undefined): void {
    if (!lender || payload.byteLength < LARGE || this.length > 0) return this.#queue.add(payload)
    this.#borrowed = payload
    lender.lend(() => this.#keep())
  }

  /** Moves the oldest bytes into `target`, as many as it holds or there are; their number. */
  moveInto(target: Uint8Array): number {
    const queued = this.#queue.moveInto(target)
    const length = Math.min(this.#borrowed.byteLength, target.byteLength - queued)
    if (length === 0) return queued
    copyBytes(this.#borrowed.subarray(0, length), target, queued)
    this.#borrowed = this.#borrowed.subarray(length)
    return queued + length
  }

  /** Forgets everything, and lets its memory go. */
  clear(): void {
    this.#queue.clear()
    this.#borrowed = NO_BYTES
  }

  #keep(): void {
    this.#queue.add(this.#borrowed)
    this.#borrowed = NO_BYTES
  }
}
