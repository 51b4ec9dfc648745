/**
 * Writes a message of HTTP/1.1 whose body is a stream (RFC 9112, sections 6 and 7): with its length if that is known, or if the
 * stream ends at once; otherwise in chunks. Each write is awaited; meanwhile at most one further piece is read.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'

/** The reader of a stream of bytes. */
export interface PieceReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
}

/** Where the message goes, and what it is. */
export interface StreamedMessage {
  write(bytes: Uint8Array): Promise<void> | undefined
  /** The head, with this last field and the empty line. */
  headWith(framing: string): Bytes
  /** What comes is checked: whatever is no Uint8Array is an error of the program. */
  readonly body: PieceReader
  /** The length of the body, if it was announced. */
  readonly length: number | undefined
}

/** The field of a message in chunks. */
export const CHUNKED = 'transfer-encoding: chunked\r\n'

/** Bytes that are gathered for one write, if they are there at once. */
const PART = 131_072
/** What comes at once comes within so many microtasks. */
const MICROTASKS = 12
const CRLF = Uint8Array.of(13, 10)
const LAST = Uint8Array.of(48, 13, 10, 13, 10)

/**
 * Writes head and body. What it throws after the head must end the connection, or the message would look whole.
 *
 * @throws {TypeError} for a chunk that is not bytes. @throws {RangeError} for another length than was announced. What `body`
 *   and `write` throw.
 */
export async function writeStreamed({ write, headWith, body, length }: StreamedMessage): Promise<void> {
  let head: Bytes | undefined
  let isBegun = false
  let written = 0
  const begin = (framing: string) => {
    isBegun = true
    head = headWith(framing)
  }
  const send = async (parts: readonly Uint8Array[]) => {
    const all = head ? [head, ...parts] : parts
    head = undefined
    if (all.length > 0) await write(all.length === 1 ? all[0]! : concatBytes(...all))
  }
  if (length !== undefined) begin(`content-length: ${length}\r\n`)
  for (let pending = body.read(); ; await pending) {
    const gathered = await gather(body, pending)
    const { parts, size, isOver } = gathered
    pending = gathered.pending
    written += size
    if (length !== undefined && (written > length || (isOver && written < length)))
      throw new RangeError(
        `the body has ${isOver ? `only ${written} bytes` : 'more'}; its content-length announced ${length}`,
      )
    const isWhole = isOver && !isBegun
    if (isWhole) begin(`content-length: ${size}\r\n`)
    else if (!isBegun) begin(CHUNKED)
    if (isWhole || length !== undefined) await send(parts)
    else await send(chunked(parts, size, isOver))
    if (isOver) return
  }
}

interface Gathered {
  readonly parts: readonly Uint8Array[]
  readonly size: number
  readonly isOver: boolean
  /** The read that has not ended, unless the body is over. */
  readonly pending: ReturnType<PieceReader['read']>
}

/** What the stream has at once. */
async function gather(body: PieceReader, first: Gathered['pending']): Promise<Gathered> {
  const parts: Uint8Array[] = []
  let pending = first
  let size = 0
  while (size < PART) {
    const result = await soon(pending)
    if (result === undefined) break
    if (result.done) return { parts, size, isOver: true, pending }
    const { value } = result
    if (!(value instanceof Uint8Array)) throw new TypeError('a chunk of the body is not a Uint8Array')
    if (value.byteLength > 0) parts.push(value)
    size += value.byteLength
    pending = body.read()
  }
  // The next wait for it throws its error.
  pending.catch(() => {})
  return { parts, size, isOver: false, pending }
}

function chunked(parts: readonly Uint8Array[], size: number, isOver: boolean): Uint8Array[] {
  const last = isOver ? [LAST] : []
  if (size === 0) return last
  return [new TextEncoder().encode(`${size.toString(16)}\r\n`), ...parts, CRLF, ...last]
}

/** What `promise` gives, if that is there without a turn of the event loop; otherwise undefined. @throws what it rejects with */
export async function soon<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  let outcome: { readonly value: Value } | { readonly error: unknown } | undefined
  promise.then(
    (value) => {
      outcome = { value }
    },
    (error: unknown) => {
      outcome = { error }
    },
  )
  for (let count = 0; count < MICROTASKS && outcome === undefined; count++) await undefined
  if (outcome === undefined) return undefined
  if ('error' in outcome) throw outcome.error
  return outcome.value
}
