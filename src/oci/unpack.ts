/** Decompresses a layer as a stream, within limits: gzip, zstd where Node has it, or a plain tar archive. */
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as zlib from 'node:zlib'
import { EnclaveError } from '../base/error.ts'
import type { OciLimits } from './limits.ts'
import { tooMuch } from './refusal.ts'

/** `bytesWritten` says how many bytes of its input it has used. */
type Decoder = Transform & { readonly bytesWritten: number }

/** How many bytes of zstd may refer back: what `zstd` itself accepts without being told. */
const ZSTD_WINDOW_LOG = 27

/**
 * The bytes of a layer whose compressed form is `pieces`, of `size` bytes. It is told by its first bytes: media types are
 * often wrong.
 *
 * @throws {EnclaveError} E_OCI_LAYER if it cannot be decompressed, E_OCI_LIMIT, and what `pieces` throws.
 */
export async function* unpack(
  pieces: AsyncGenerator<Uint8Array>,
  size: number,
  item: string,
  limits: OciLimits,
): AsyncGenerator<Uint8Array> {
  try {
    const first = await pieces.next()
    const state = { ended: first.done === true, read: 0 }
    const all = joined(first, pieces, state)
    const form = formOf(first.done ? new Uint8Array() : first.value)
    if (form === 'plain') return yield* all
    const decoder = form === 'gzip' ? zlib.createGunzip() : zstd(item)
    const most = Math.max(limits.small, limits.ratio * size)
    let got = 0
    for await (const chunk of decompressed(all, decoder, form, item)) {
      got += chunk.length
      if (got > most) throw tooMuch(`${item} decompresses to more than its size explains`, `${most} bytes`)
      yield chunk
    }
    // Node ignores what comes after compressed data, and need not have read all of it: its digest was not compared.
    if (!state.ended || decoder.bytesWritten !== state.read)
      throw bad(item, 'nothing after its end', 'more bytes')
  } finally {
    await pieces.return(undefined)
  }
}

async function* decompressed(
  source: AsyncIterable<Uint8Array>,
  decoder: Decoder,
  form: string,
  item: string,
) {
  const done = pipeline(Readable.from(source), decoder).then(
    () => undefined,
    (error: unknown) => error,
  )
  try {
    yield* decoder as AsyncIterable<Uint8Array>
  } catch (error) {
    const reason = (await done) ?? error
    // What the source itself refuses says more than that the stream was aborted.
    if (reason instanceof EnclaveError) throw reason
    throw bad(item, `valid ${form}`, (reason as Error).message)
  } finally {
    decoder.destroy()
    await done
  }
}

async function* joined(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
  state: { ended: boolean; read: number },
) {
  for (let next = first; !next.done; next = await rest.next()) {
    state.read += next.value.length
    yield next.value
  }
  state.ended = true
}

function formOf([a, b, c, d]: Uint8Array): 'gzip' | 'zstd' | 'plain' {
  if (a === 0x1f && b === 0x8b) return 'gzip'
  return a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd ? 'zstd' : 'plain'
}

function zstd(item: string): Decoder {
  if (zlib.createZstdDecompress)
    return zlib.createZstdDecompress({
      params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG },
    })
  throw new EnclaveError('E_OCI_LAYER', {
    what: `${item} is compressed with zstd, which Node ${process.versions.node} does not have`,
    expected: 'gzip or no compression',
    hint: 'use Node 22.15 or newer, or skopeo copy --dest-compress-format gzip',
  })
}

const bad = (item: string, expected: string, got: string) =>
  new EnclaveError('E_OCI_LAYER', { what: `${item} cannot be decompressed`, expected, got })
