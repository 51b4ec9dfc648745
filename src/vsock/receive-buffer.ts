/**
 * The unread bytes of a connection: a queue, followed by at most one payload that is still in the ring. If a read
 * follows at once, such a payload need not be copied into the queue.
 */
import { ByteQueue } from './byte-queue.ts'
import { copyBytes } from './copy.ts'
import type { PayloadLender } from './packet.ts'

/** Minimum length of a payload that is left in the ring; smaller ones are read together. */
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

  /** Number of unread bytes. */
  get length(): number {
    return this.#queue.length + this.#borrowed.byteLength
  }

  /** Number of bytes that can be added. */
  get room(): number {
    return this.#capacity - this.length
  }

  /**
   * Adds a payload, which must not be longer than `room`. It is copied, unless it has a lender, is large, and the queue
   * is empty.
   */
  add(payload: Uint8Array, lender: PayloadLender | undefined): void {
    if (!lender || payload.byteLength < LARGE || this.length > 0) return this.#queue.add(payload)
    this.#borrowed = payload
    lender.lend(() => this.#keep())
  }

  /** Moves the oldest bytes into `target`, as many as fit; returns their number. */
  moveInto(target: Uint8Array): number {
    const queued = this.#queue.moveInto(target)
    const length = Math.min(this.#borrowed.byteLength, target.byteLength - queued)
    if (length === 0) return queued
    copyBytes(this.#borrowed.subarray(0, length), target, queued)
    this.#borrowed = this.#borrowed.subarray(length)
    return queued + length
  }

  /** Drops all bytes and releases the buffer. */
  clear(): void {
    this.#queue.clear()
    this.#borrowed = NO_BYTES
  }

  #keep(): void {
    this.#queue.add(this.#borrowed)
    this.#borrowed = NO_BYTES
  }
}
