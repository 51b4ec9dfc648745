/** What is shared as the fragment of a link: compressed, so that a short program fits. */
import { fromBase64 } from '../../src/base/base64.ts'
import { HostError } from '../host/errors.ts'
import { toBase64url } from './base64url.ts'
import { MAX_LINK, MAX_SOURCE, readShared, type Shared, writeShared } from './shared.ts'

const FORMAT = 'deflate-raw'

/** The data of a link, at most 32,768 characters; undefined if it would be longer. */
export async function writeLink(shared: Shared): Promise<string | undefined> {
  const compressed = await pipe(writeShared(shared), new CompressionStream(FORMAT), Number.POSITIVE_INFINITY)
  const data = toBase64url(compressed)
  return data.length <= MAX_LINK ? data : undefined
}

/** Reads the data of a link. @throws {HostError} E_SHARED */
export async function readLink(data: string): Promise<Shared> {
  if (data.length > MAX_LINK || !/^[\w-]+$/.test(data)) throw damaged()
  let text: string
  try {
    const bytes = fromBase64(data)
    // A short text can expand to gigabytes.
    const read = await pipe(bytes, new DecompressionStream(FORMAT), 2 * MAX_SOURCE)
    text = new TextDecoder('utf-8', { fatal: true }).decode(read)
  } catch (error) {
    throw error instanceof HostError ? error : damaged()
  }
  return readShared(text)
}

async function pipe(
  input: string | Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([input]).stream().pipeThrough(through).getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for (;;) {
    const { value } = await reader.read()
    if (!value) break
    length += value.byteLength
    if (length > most) {
      await reader.cancel()
      throw damaged()
    }
    parts.push(value as Uint8Array<ArrayBuffer>)
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

function damaged(): HostError {
  return new HostError({
    code: 'E_SHARED',
    what: 'the link cannot be used: its data is damaged',
    expected: `at most ${MAX_LINK} characters, as this page makes them`,
    hint: 'it may have been cut on its way: ask for the file instead',
  })
}
