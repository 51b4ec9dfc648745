/**
 * A ring buffer of packets in shared memory, with one producer and one consumer. The peer may write anything anywhere:
 * each end keeps its own position in private memory, checks the other's position as an untrusted claim, and copies a
 * header out before it reads it. A payload is copied out before it is examined; code that only moves it may copy it
 * directly from the ring, once.
 */
import { EnclaveError } from '../base/error.ts'
import { copyBytes } from '../vsock/copy.ts'
import {
  decodeHeader,
  encodeHeader,
  MAX_PAYLOAD,
  type Packet,
  type PacketHeader,
  type PayloadLender,
} from '../vsock/packet.ts'

/** The location of a ring: the control words, the index of its two words, and its bytes. */
export interface RingPlace {
  words: Int32Array
  /** Index in `words` of the consumer's position; the producer's is the next. */
  at: number
  /** The ring's bytes; their number is a power of two. */
  bytes: Uint8Array
}

/** Slots start at multiples of this, so that a header never wraps around the ring's end. */
const ALIGNMENT = 64
const HEADER_ROOM = 64
const slotLength = (payload: number) => (HEADER_ROOM + payload + ALIGNMENT - 1) & -ALIGNMENT

/** Minimum length of a ring: room for two packets of maximum length. */
export const MIN_RING_LENGTH: number = 1 << 18

function violation(what: string, got: number): EnclaveError {
  return new EnclaveError('E_VSOCK_RING', {
    what,
    got: String(got),
    hint: 'the peer violated the protocol of the ring',
  })
}

/** The private state of either end. */
class RingEnd {
  protected readonly words: Int32Array
  protected readonly consumerAt: number
  protected readonly producerAt: number
  protected readonly bytes: Uint8Array
  protected readonly view: DataView
  protected readonly mask: number
  /** This end's own position; the other end's is an untrusted claim in `words`. */
  protected position = 0

  constructor({ words, at, bytes }: RingPlace) {
    this.words = words
    this.consumerAt = at
    this.producerAt = at + 1
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.mask = bytes.byteLength - 1
  }
}

/** The writing end. */
export class RingProducer extends RingEnd {
  /** Number of payload bytes that the next packet may have; negative if not even a header fits. */
  get room(): number {
    const used = (this.position - Atomics.load(this.words, this.consumerAt)) >>> 0
    if (used > this.bytes.byteLength) throw violation('the ring contains more bytes than its length', used)
    return Math.min(MAX_PAYLOAD, this.bytes.byteLength - used - HEADER_ROOM)
  }

  /**
   * Writes one packet with the given payload; returns false if there is no room for it now.
   * @throws {EnclaveError} E_VSOCK_RING if the peer has written an invalid position.
   */
  push(header: PacketHeader, payload: Uint8Array): boolean {
    if (this.room < payload.byteLength) return false
    const length = this.bytes.byteLength
    const start = this.position & this.mask
    encodeHeader(this.view, start, header)
    const body = (start + HEADER_ROOM) & this.mask
    const untilEnd = length - body
    if (payload.byteLength <= untilEnd) {
      copyBytes(payload, this.bytes, body)
    } else {
      copyBytes(payload.subarray(0, untilEnd), this.bytes, body)
      copyBytes(payload.subarray(untilEnd), this.bytes, 0)
    }
    this.position = (this.position + slotLength(payload.byteLength)) | 0
    Atomics.store(this.words, this.producerAt, this.position)
    return true
  }
}

/** A packet whose payload is copied out on first use. */
class RingPacket implements Packet {
  readonly header: PacketHeader
  readonly lender: RingConsumer

  constructor(header: PacketHeader, lender: RingConsumer) {
    this.header = header
    this.lender = lender
  }

  get payload(): Uint8Array<ArrayBuffer> {
    return this.lender.copyOut()
  }
}

/** The reading end. */
export class RingConsumer extends RingEnd implements PayloadLender {
  /** The buffer to which payloads are copied, and in which those that wrap around are joined. */
  readonly #copy = new Uint8Array(MAX_PAYLOAD)
  #place: Uint8Array = this.#copy
  /** Length of the last slot: it is released to the producer when the next one is taken. */
  #held = 0
  #recall: (() => void) | undefined
  #hasMadeRoom = false
  /** The producer's position at the fence, if there is one. */
  #fence: number | undefined

  /**
   * Takes the oldest packet, or returns undefined if there is none. Its payload, lent or not, is valid until the next
   * one is taken.
   * @throws {EnclaveError} E_VSOCK_RING if positions or lengths are impossible.
   */
  pop(): Packet | undefined {
    this.#release()
    const available = this.#available
    if (available === 0) return undefined
    if (available > this.bytes.byteLength)
      throw violation('the ring contains more bytes than its length', available)
    if (available < HEADER_ROOM) throw violation('a packet in the ring is shorter than its header', available)
    const start = this.position & this.mask
    const header = decodeHeader(this.view, start)
    if (header.length > MAX_PAYLOAD)
      throw violation('a payload in the ring is longer than 65536 bytes', header.length)
    const slot = slotLength(header.length)
    if (slot > available)
      throw violation('a packet in the ring is longer than the bytes written', header.length)
    this.#held = slot
    this.#place = this.#placeOf((start + HEADER_ROOM) & this.mask, header.length)
    return new RingPacket(header, this)
  }

  /**
   * From now on `pop` returns only packets that were written before this call, until the next call of `fence` or
   * `lift`.
   */
  fence(): void {
    this.#fence = Atomics.load(this.words, this.producerAt)
  }

  /** Removes the fence. */
  lift(): void {
    this.#fence = undefined
  }

  /** Whether there is nothing to take. */
  get isDrained(): boolean {
    return this.#available === this.#held
  }

  get #available(): number {
    return ((this.#fence ?? Atomics.load(this.words, this.producerAt)) - this.position) >>> 0
  }

  get place(): Uint8Array {
    return this.#place
  }

  /**
   * Whether a producer that had found the ring full may have been waiting for what was taken since the last call. It is
   * told when half of the ring is free: a producer that is woken for each packet shares a processor with the consumer.
   */
  takeRoom(): boolean {
    const has = this.#hasMadeRoom
    this.#hasMadeRoom = false
    return has
  }

  /** A copy of the last packet's payload, in private memory. */
  copyOut(): Uint8Array<ArrayBuffer> {
    const { byteLength } = this.#place
    if (this.#place.buffer !== this.#copy.buffer) copyBytes(this.#place, this.#copy, 0)
    return this.#copy.subarray(0, byteLength)
  }

  lend(recall: () => void): void {
    this.#recall = recall
  }

  get isLent(): boolean {
    return this.#recall !== undefined
  }

  #release(): void {
    if (this.#held === 0) return
    this.#recall?.()
    this.#recall = undefined
    this.position = (this.position + this.#held) | 0
    Atomics.store(this.words, this.consumerAt, this.position)
    // Only now: a producer that did not see this position yet has written what made the ring full.
    const unread = (Atomics.load(this.words, this.producerAt) - this.position) >>> 0
    const half = this.bytes.byteLength / 2
    if (unread <= half && unread + this.#held > half) this.#hasMadeRoom = true
    this.#held = 0
  }

  #placeOf(start: number, length: number): Uint8Array {
    const untilEnd = this.bytes.byteLength - start
    if (length <= untilEnd) return this.bytes.subarray(start, start + length)
    copyBytes(this.bytes.subarray(start), this.#copy, 0)
    copyBytes(this.bytes.subarray(0, length - untilEnd), this.#copy, untilEnd)
    return this.#copy.subarray(0, length)
  }
}

/** Number of control words of one ring. */
export const RING_WORDS = 2
