/** Loads a Worker's assets, and reports how far that is. */
import { EnclaveError } from '../../src/base/error.ts'

/** How much has been loaded, in bytes. */
export interface Progress {
  readonly loaded: number
  readonly total: number
}

export type OnProgress = (progress: Progress) => void

/** A file on the host, compressed by gzip, and its size there. */
interface Part {
  readonly url: string
  readonly size: number
}

const GZIP = [0x1f, 0x8b]

/**
 * Loads and decompresses files.
 * @throws {EnclaveError} E_ARTEFACT if one is missing or damaged.
 */
export async function loadParts(parts: readonly Part[], onProgress: OnProgress): Promise<Response[]> {
  const total = parts.reduce((sum, { size }) => sum + size, 0)
  let loaded = 0
  onProgress({ loaded, total })
  const count = (bytes: number) => {
    loaded += bytes
    // A host may have compressed it once more, or decompressed it.
    onProgress({ loaded: Math.min(loaded, total), total })
  }
  return Promise.all(parts.map((part) => load(part, count)))
}

async function load({ url }: Part, count: (bytes: number) => void): Promise<Response> {
  try {
    const response = await fetch(url)
    if (!response.ok || !response.body) throw new Error(`HTTP status ${response.status}`)
    const chunks: Uint8Array<ArrayBuffer>[] = []
    const reader = response.body.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value)
      count(next.value.length)
    }
    const file = new Blob(chunks)
    const start = new Uint8Array(await file.slice(0, GZIP.length).arrayBuffer())
    const isCompressed = GZIP.every((byte, at) => start[at] === byte)
    const bytes = isCompressed ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream()
    return new Response(bytes)
  } catch (cause) {
    throw new EnclaveError('E_ARTEFACT', {
      what: 'a file of this page cannot be loaded',
      expected: `a readable file ${new URL(url).pathname.split('/').slice(-2).join('/')}`,
      hint: 'load the page again while its host can be reached',
      cause,
    })
  }
}

/** The content of a loaded file. @throws {EnclaveError} E_ARTEFACT if it is damaged. */
export async function bytesOf(loaded: Response): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await loaded.arrayBuffer())
  } catch (cause) {
    throw new EnclaveError('E_ARTEFACT', {
      what: 'a file of this page is damaged',
      hint: 'load the page again',
      cause,
    })
  }
}
