/**
 * Reads binary HTTP messages (RFC 9292), of known and of indeterminate length. The peer is hostile: lengths are checked
 * before anything is kept, a head is limited, and content is given in the pieces in which it arrives.
 */
import type { Bytes } from '../../../base/bytes.ts'
import type { ByteSource } from '../byte-source.ts'
import { malformed, truncated } from '../error.ts'
import { readVarint, varintSize } from '../varint.ts'
import { checkField, type Field } from './fields.ts'
import { type AnswerHead, Framing, type RequestHead } from './write.ts'

/** Bytes of a head, or of trailers; and fields in one. */
export const MAX_HEAD = 65536
const MAX_FIELDS = 256
/** Answers with a status from 100 to 199 before the answer itself. */
const MAX_INFORMATIONAL = 8
/** Zero bytes after a message (RFC 9292, section 3.8). */
const MAX_PADDING = 65536

const METHOD = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/
const AUTHORITY = /^[A-Za-z0-9.\-_~:[\]%]*$/
/** A path with its query, as a URL has it. */
const PATH = /^\/[\x21-\x7e]*$/

export class MessageReader {
  readonly #source: ByteSource
  #left = MAX_HEAD
  #isLong = false
  /** Bytes of the current part of the content that have not arrived. */
  #part = 0
  #hasMoreParts = true
  #isOver = false

  constructor(source: ByteSource) {
    this.#source = source
  }

  /** @throws {EnclaveError} E_CHANNEL_MESSAGE */
  async requestHead(): Promise<RequestHead> {
    await this.#framing(Framing.request, Framing.longRequest)
    const method = this.#text() ?? (await this.#late(() => this.#text(), 'the method'))
    const scheme = this.#text() ?? (await this.#late(() => this.#text(), 'the scheme'))
    const authority = this.#text() ?? (await this.#late(() => this.#text(), 'the authority'))
    const path = this.#text() ?? (await this.#late(() => this.#text(), 'the path'))
    if (!METHOD.test(method))
      throw malformed('a request has a wrong method', 'a token', `${method.length} characters`)
    if (scheme !== 'https' && scheme !== 'http')
      throw malformed('a request has a wrong scheme', 'https or http', `${scheme.length} characters`)
    if (!AUTHORITY.test(authority) || !PATH.test(path))
      throw malformed(
        'a request has no URL',
        'a host, and a path that begins with /',
        `${path.length} characters`,
      )
    return { method, scheme, authority, path, fields: await this.#fields() }
  }

  /** @throws {EnclaveError} E_CHANNEL_MESSAGE */
  async answerHead(): Promise<AnswerHead> {
    await this.#framing(Framing.answer, Framing.longAnswer)
    for (let count = 0; count <= MAX_INFORMATIONAL; count++) {
      const status = this.#number() ?? (await this.#late(() => this.#number(), 'the status'))
      if (status < 100 || status > 599)
        throw malformed('an answer has a wrong status', '100 to 599', String(status))
      const fields = await this.#fields()
      if (status >= 200) return { status, fields }
    }
    throw malformed('an answer has too many statuses', `at most ${MAX_INFORMATIONAL} before its own`, 'more')
  }

  /**
   * The next piece of the content, valid until the next call; undefined once the message is complete.
   * @throws {EnclaveError} E_CHANNEL_MESSAGE
   */
  async piece(): Promise<Uint8Array | undefined> {
    const source = this.#source
    if (this.#part === 0 && !(await this.#nextPart())) return undefined
    if (source.length === 0 && !(await source.fill(1))) throw truncated('the content')
    const piece = source.take(Math.min(this.#part, source.length))
    this.#part -= piece.length
    return piece
  }

  /** The whole content, if all of the message has arrived as one part. */
  whole(): Bytes | undefined {
    const source = this.#source
    if (!source.isOver) return undefined
    const bytes = source.peek()
    if (bytes.length === 0) return new Uint8Array(0)
    const size = varintSize(bytes[0]!)
    if (size > bytes.length) return undefined
    const length = readVarint(bytes, 0)
    // Only zeros follow: the end of the content, no trailers, and padding.
    if (size + length > bytes.length) return undefined
    for (let at = size + length; at < bytes.length; at++) if (bytes[at] !== 0) return undefined
    source.take(size)
    const content = source.take(length) as Bytes
    source.take(source.length)
    this.#isOver = true
    return content
  }

  cancel(reason: unknown): void {
    this.#source.cancel(reason)
  }

  async #framing(known: number, long: number): Promise<void> {
    const framing = this.#number() ?? (await this.#late(() => this.#number(), 'the framing indicator'))
    if (framing !== known && framing !== long)
      throw malformed('a message has the wrong type', `${known} or ${long}`, String(framing))
    this.#isLong = framing === long
  }

  async #fields(): Promise<Field[]> {
    const fields: Field[] = []
    if (this.#isLong) {
      while (!(await this.#isAtEnd())) {
        const name = this.#text() ?? (await this.#late(() => this.#text(), 'a field'))
        if (name === '') break
        await this.#field(fields, name)
      }
      return fields
    }
    if (await this.#isAtEnd()) return fields
    const length = this.#number() ?? (await this.#late(() => this.#number(), 'the length of the fields'))
    if (length > this.#left) throw tooLong()
    const end = this.#left - length
    while (this.#left > end)
      await this.#field(fields, this.#text() ?? (await this.#late(() => this.#text(), 'a field')))
    if (this.#left !== end) throw malformed('the fields have a wrong length', `${length} bytes`, 'more')
    return fields
  }

  async #field(fields: Field[], name: string): Promise<void> {
    const value = this.#text() ?? (await this.#late(() => this.#text(), 'a field'))
    checkField(name, value)
    if (fields.length >= MAX_FIELDS)
      throw malformed('a message has too many fields', `at most ${MAX_FIELDS}`, 'more')
    fields.push([name, value])
  }

  /** Begins the next part of the content; false if there is none, and then the message is complete. */
  async #nextPart(): Promise<boolean> {
    if (this.#isOver) return false
    if (this.#hasMoreParts && !(await this.#isAtEnd())) {
      this.#left = MAX_HEAD
      const length = this.#number() ?? (await this.#late(() => this.#number(), 'the length of a part'))
      if (!Number.isSafeInteger(length))
        throw malformed('a part is too long', 'less than 2^53 bytes', String(length))
      // Content of known length is one part.
      this.#hasMoreParts = this.#isLong
      this.#part = length
      if (length > 0) return true
    }
    await this.#end()
    this.#isOver = true
    return false
  }

  /** Trailers, which nobody gets, and padding. */
  async #end(): Promise<void> {
    this.#left = MAX_HEAD
    await this.#fields()
    let padding = 0
    while (this.#source.length > 0 || (await this.#source.fill(1))) {
      const rest = this.#source.take(this.#source.length)
      padding += rest.length
      if (padding > MAX_PADDING || rest.some((byte) => byte !== 0))
        throw malformed('something follows a message', 'its end, or zeros', `${padding} bytes`)
    }
  }

  /** Whether the message ends here: what would follow is then empty (RFC 9292, section 3.8). */
  async #isAtEnd(): Promise<boolean> {
    const source = this.#source
    return source.length === 0 && (source.isOver || !(await source.fill(1)))
  }

  /** Waits for more bytes until `attempt` has its value. */
  async #late<Value>(attempt: () => Value | undefined, where: string): Promise<Value> {
    for (;;) {
      if (!(await this.#source.fill(this.#source.length + 1))) throw truncated(where)
      const value = attempt()
      if (value !== undefined) return value
    }
  }

  /** The next integer; undefined if it has not arrived. */
  #number(): number | undefined {
    const source = this.#source
    if (source.length === 0) return undefined
    const size = varintSize(source.byteAt(0))
    if (source.length < size) return undefined
    this.#spend(size)
    return readVarint(source.take(size), 0)
  }

  /** The next text, bytes after their length; undefined if it has not arrived. */
  #text(): string | undefined {
    const source = this.#source
    const held = source.length
    if (held === 0) return undefined
    const size = varintSize(source.byteAt(0))
    if (held < size) return undefined
    const length = readVarint(source.peek(), 0)
    if (size + length > this.#left) throw tooLong()
    if (held < size + length) return undefined
    this.#spend(size + length)
    source.take(size)
    return latin1(source.take(length))
  }

  #spend(length: number): void {
    if (length > this.#left) throw tooLong()
    this.#left -= length
  }
}

/** More arguments than this are too many for one call. */
const MAX_ARGUMENTS = 8192

/** Bytes as characters. */
function latin1(bytes: Uint8Array): string {
  if (bytes.length <= MAX_ARGUMENTS) return String.fromCharCode.apply(null, bytes as unknown as number[])
  let text = ''
  for (let at = 0; at < bytes.length; at += MAX_ARGUMENTS)
    text += latin1(bytes.subarray(at, at + MAX_ARGUMENTS))
  return text
}

function tooLong(): Error {
  return malformed('the head of a message is too long', `at most ${MAX_HEAD} bytes`, 'more')
}
