/**
 * A ring of packets in shared memory, from one producer to one consumer. The peer owns half of the words and
 * may write anything anywhere: each end keeps its own position to itself, takes the other's only as a claim
 * to be checked, and copies a header out before it looks at it. Payloads are copied out for those who look at
 * them; whoever only puts them elsewhere takes them, once, from where they lie.
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

/** Where a ring lies: the control words, the index of its two words among them, and its bytes. */
export interface RingPlace {
  words: Int32Array
  /** Index in `words` of the consumer's position; the producer's is the next. */
  at: number
  /** The ring's bytes; a power of two of them. */
  bytes: Uint8Array
}

/** Slots start at multiples of this, so that a header never crosses the ring's end. */
const ALIGNMENT = 64
const HEADER_ROOM = 64
const slotLength = (payload: number) => (HEADER_ROOM + payload + ALIGNMENT - 1) & -ALIGNMENT

/** Bytes a ring needs at least: room for two packets of the greatest length. */
export const MIN_RING_LENGTH: number = 1 << 18

function violation(what: string, got: number): EnclaveError {
  return new EnclaveError('E_VSOCK_RING', { what, got: String(got), hint: 'the peer broke the ring' })
}

/** What both ends keep to themselves. */
class RingEnd {
  protected readonly words: Int32Array
  protected readonly consumerAt: number
  protected readonly producerAt: number
  protected readonly bytes: Uint8Array
  protected readonly view: DataView
  protected readonly mask: number
  /** This end's own position; the other's is a claim in `words`. */
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
  /** Payload bytes that the next packet can carry; negative where not even a header fits. */
  get room(): number {
    const used = (this.position - Atomics.load(this.words, this.consumerAt)) >>> 0
    if (used > this.bytes.byteLength) throw violation('the ring is fuller than it is long', used)
    return Math.min(MAX_PAYLOAD, this.bytes.byteLength - used - HEADER_ROOM)
  }

  /**
   * Puts one packet in, its payload taken from `payload`; false where there is no room for it now.
   * @throws {EnclaveError} E_VSOCK_RING where the peer has broken the ring.
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

/** A packet whose payload is copied out when somebody asks for it. */
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
  /** Where payloads are copied to, and put together where they cross the ring's end. */
  readonly #copy = new Uint8Array(MAX_PAYLOAD)
  #place: Uint8Array = this.#copy
  /** Bytes of the slot that was taken last: the producer gets them when the next one is asked for. */
  #held = 0
  #recall: (() => void) | undefined
  /** How far the producer had come at the fence, where there is one. */
  #fence: number | undefined

  /**
   * Takes the oldest packet out, or undefined where there is none. Its payload lasts until the next one is asked for, and
   * so does one that was lent.
   * @throws {EnclaveError} E_VSOCK_RING where positions or lengths cannot be true.
   */
  pop(): Packet | undefined {
    this.#release()
    const available = this.#available
    if (available === 0) return undefined
    if (available > this.bytes.byteLength) throw violation('more bytes than the ring holds', available)
    if (available < HEADER_ROOM) throw violation('a packet shorter than its header', available)
    const start = this.position & this.mask
    const header = decodeHeader(this.view, start)
    if (header.length > MAX_PAYLOAD) throw violation('a payload over 65536 bytes', header.length)
    const slot = slotLength(header.length)
    if (slot > available) throw violation('a packet longer than what was written', header.length)
    this.#held = slot
    this.#place = this.#placeOf((start + HEADER_ROOM) & this.mask, header.length)
    return new RingPacket(header, this)
  }

  /** Takes nothing that is put in from now on, until the next call of this, or of `lift`. */
  fence(): void {
    this.#fence = Atomics.load(this.words, this.producerAt)
  }

  /** Takes everything again. */
  lift(): void {
    this.#fence = undefined
  }

  /** Whether there is nothing to be taken. */
  get isDrained(): boolean {
    return this.#available === this.#held
  }

  get #available(): number {
    return ((this.#fence ?? Atomics.load(this.words, this.producerAt)) - this.position) >>> 0
  }

  get place(): Uint8Array {
    return this.#place
  }

  /** The payload of the packet that was taken last, in memory that nobody else writes. */
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
    this.#held = 0
    Atomics.store(this.words, this.consumerAt, this.position)
  }

  #placeOf(start: number, length: number): Uint8Array {
    const untilEnd = this.bytes.byteLength - start
    if (length <= untilEnd) return this.bytes.subarray(start, start + length)
    copyBytes(this.bytes.subarray(start), this.#copy, 0)
    copyBytes(this.bytes.subarray(0, length - untilEnd), this.#copy, untilEnd)
    return this.#copy.subarray(0, length)
  }
}

/** Control words that one ring takes. */
export const RING_WORDS = 2
