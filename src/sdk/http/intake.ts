/**
 * What a connection has received and nobody has taken. The peer is hostile: besides a head, which is bounded, at most two pieces
 * of the socket are held.
 */
import type { Bytes } from '../../base/bytes.ts'
import type { ByteSocket } from '../../network/host.ts'
import { fromLatin1 } from '../../network/latin1.ts'
import { Refusal } from './refusal.ts'

const NONE: Bytes = new Uint8Array(0)
const CR = 13
const LF = 10
/** The length of CR LF CR LF, which ends a head. */
const END = 4
/** Most heads are shorter. */
const USUAL = 2048
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })
const NOT_ASCII = /[^\0-\x7f]/

export class Intake {
  readonly #socket: Pick<ByteSocket, 'read' | 'writable'>
  /** What has been received and was not needed. */
  #rest = NONE
  /** The piece after it, if it has been requested: there is never more than one read. */
  #ahead: Promise<Bytes | undefined> | undefined

  constructor(socket: Pick<ByteSocket, 'read' | 'writable'>) {
    this.#socket = socket
  }

  /** The next piece; undefined at the end. */
  async next(): Promise<Bytes | undefined> {
    if (this.#held > 0) return this.take(this.#held)
    this.#ahead ??= this.#socket.read()
    try {
      return await this.#ahead
    } finally {
      this.#ahead = undefined
    }
  }

  get #held(): number {
    return this.#rest.byteLength
  }

  /** `length` bytes that are held. */
  take(length: number): Bytes {
    const taken = this.#rest.subarray(0, length)
    this.#rest = length < this.#rest.byteLength ? this.#rest.subarray(length) : NONE
    return taken
  }

  /** Gives back what was taken last. */
  giveBack(bytes: Bytes): void {
    this.#rest = bytes
  }

  /** The next `length` bytes, a number that the caller has bounded. @throws {Refusal} 400 if the end comes first */
  async all(length: number): Promise<Bytes> {
    let buffer = this.#rest
    let filled = buffer.byteLength
    if (filled >= length) return this.take(length)
    this.#rest = NONE
    while (filled < length) {
      const piece = await this.next()
      if (piece === undefined) throw new Refusal(400, 'the body is cut')
      buffer = joined(buffer, filled, piece, length)
      filled += piece.byteLength
    }
    this.#rest = buffer.subarray(0, filled)
    return this.take(length)
  }

  /**
   * Asks for the next piece, and calls `onEnd` if there is none: the connection is lost, or the peer has closed its half and may
   * still read.
   */
  watch(onEnd: (isLost: boolean) => void): void {
    this.#ahead ??= this.#socket.read()
    this.#ahead.then(
      (piece) => {
        if (piece === undefined) onEnd(this.#socket.writable === false)
      },
      () => onEnd(true),
    )
  }

  /**
   * The text of a head, at most `most` bytes, a character for each byte; each of its lines ends with CRLF. Undefined if the
   * peer closed the connection before it. `onBegin` is called when some of it has arrived.
   * @throws {Refusal} 400, 414 and 431
   */
  async head(most: number, onBegin: () => void): Promise<string | undefined> {
    const held = (await this.next()) ?? NONE
    if (held.byteLength === 0) return undefined
    onBegin()
    return this.#wholeHead(held, most) ?? this.#longHead(held, most)
  }

  /** The head, if all of it is in the first piece, and in ASCII: an interpreter is slow with single bytes. */
  #wholeHead(held: Bytes, most: number): string | undefined {
    const text = UTF8.decode(held.byteLength > USUAL ? held.subarray(0, USUAL) : held)
    const end = text.indexOf('\r\n\r\n')
    if (end < 0 || end > most) return undefined
    const head = text.slice(0, end + 2)
    if (NOT_ASCII.test(head)) return undefined
    if (end + END < held.byteLength) this.#rest = held.subarray(end + END)
    return head
  }

  async #longHead(first: Bytes, most: number): Promise<string> {
    let buffer = first
    let length = first.byteLength
    for (let searched = 0; ; ) {
      const held = buffer.subarray(0, length)
      const end = findEnd(held, searched)
      if (end > most || (end < 0 && length >= most + END)) throw tooLong(held, most)
      if (end >= 0) {
        if (end + END < length) this.#rest = held.slice(end + END)
        return fromLatin1(held.subarray(0, end + 2))
      }
      searched = Math.max(0, length - END + 1)
      const piece = await this.next()
      if (piece === undefined) throw new Refusal(400, 'the head is cut')
      buffer = joined(buffer, length, piece, most + END)
      length += piece.byteLength
    }
  }
}

/**
 * An array with the first `length` bytes of `buffer`, and then `piece`; it may be `buffer` itself, or `piece`. `wanted` bytes are
 * waited for.
 */
function joined(buffer: Bytes, length: number, piece: Bytes, wanted: number): Bytes {
  if (length === 0) return piece
  const held = length + piece.byteLength
  let room = buffer
  if (held > buffer.byteLength) {
    // Twice as long, so that bytes which come one by one are rarely copied.
    room = new Uint8Array(Math.max(held, Math.min(2 * held, wanted)))
    room.set(buffer.subarray(0, length))
  }
  room.set(piece, length)
  return room
}

/** The index of CR LF CR LF, or -1. */
function findEnd(bytes: Bytes, from: number): number {
  for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1))
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at
  return -1
}

function tooLong(held: Bytes, most: number): Refusal {
  return held.indexOf(LF) >= 0 && held.indexOf(LF) <= most
    ? new Refusal(431, 'the headers are too long')
    : new Refusal(414, 'the target is too long')
}
