/**
 * The chunks of a message (draft-ietf-ohai-chunked-ohttp-08, sections 4 to 6): each is a length and that many sealed
 * bytes; the last one has the length 0, ends with the stream, and is sealed with the additional data "final". So a cut
 * is noticed. The peer, and everybody between, is hostile.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import type { ByteSource, Origin } from './byte-source.ts'
import { malformed, truncated } from './error.ts'
import { LARGEST_CHUNK, TAG_LENGTH } from './names.ts'
import { readVarint, varintLength, varintSize, writeVarint } from './varint.ts'

/** Additional data of the last chunk, and of all others. */
export const FINAL: Bytes = /* @__PURE__ */ new TextEncoder().encode('final')
export const NOT_FINAL: Bytes = /* @__PURE__ */ new Uint8Array(0)

const LARGEST_SEALED = LARGEST_CHUNK + TAG_LENGTH

/** Opens the next sealed chunk. Throws if it is not the one that the peer has sealed. */
export type OpenChunk = (sealed: Uint8Array, isFinal: boolean) => Bytes | Promise<Bytes>

/** Gives the plaintexts of the chunks in `source`. */
export class ChunkReader implements Origin {
  readonly #source: ByteSource
  readonly #open: OpenChunk
  #isOver = false

  constructor(source: ByteSource, open: OpenChunk) {
    this.#source = source
    this.#open = open
  }

  /** Whether the last chunk was read. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The next plaintext; undefined after the last chunk. @throws {EnclaveError} E_CHANNEL_MESSAGE */
  async next(): Promise<Bytes | undefined> {
    if (this.#isOver) return undefined
    const source = this.#source
    if (source.length < 1 && !(await source.fill(1))) throw truncated('a chunk')
    const size = varintSize(source.byteAt(0))
    if (source.length < size && !(await source.fill(size))) throw truncated('the length of a chunk')
    const length = readVarint(source.take(size), 0)
    return length === 0 ? this.#last() : this.#one(length)
  }

  cancel(reason: unknown): void {
    this.#source.cancel(reason)
  }

  async #one(length: number): Promise<Bytes> {
    // A chunk that is not the last has contents.
    if (length <= TAG_LENGTH || length > LARGEST_SEALED) throw wrongLength(length)
    if (this.#source.length < length && !(await this.#source.fill(length))) throw truncated('a chunk')
    return this.#open(this.#source.take(length), false)
  }

  async #last(): Promise<Bytes> {
    const source = this.#source
    if (!source.isOver && (await source.fill(LARGEST_SEALED + 1))) throw wrongLength(source.length)
    const { length } = source
    if (length < TAG_LENGTH || length > LARGEST_SEALED) throw wrongLength(length)
    const plaintext = await this.#open(source.take(length), true)
    this.#isOver = true
    return plaintext
  }
}

function wrongLength(length: number): Error {
  return malformed(
    'a chunk has a wrong length',
    `${TAG_LENGTH} to ${LARGEST_SEALED} bytes`,
    `${length} bytes`,
  )
}

/** What is before a chunk of `length` sealed bytes. */
export function chunkHead(length: number, isFinal: boolean): Bytes {
  const head = new Uint8Array(isFinal ? 1 : varintLength(length))
  writeVarint(head, 0, isFinal ? 0 : length)
  return head
}

/** A sealed chunk as it is sent, after `before`. */
export function chunkBytes(sealed: Uint8Array, isFinal: boolean, before: Uint8Array = NOT_FINAL): Bytes {
  return concatBytes(before, chunkHead(sealed.length, isFinal), sealed)
}
