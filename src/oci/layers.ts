/**
 * Reads the layers of an image twice: once for their names, and once for the contents that are needed, so that an image may
 * be much larger than memory. Both times every digest is checked.
 */
import type { Bytes } from '../base/bytes.ts'
import { digesting, verified } from './blobs.ts'
import type { Layer } from './choose.ts'
import { collect, type Input, StreamInput } from './input.ts'
import type { OciLimits } from './limits.ts'
import { tooMuch } from './refusal.ts'
import type { Store } from './store.ts'
import { readTar, type TarEntry } from './tar.ts'
import { type Content, Tree } from './tree.ts'
import { unpack } from './unpack.ts'

/** How much of a file tells what it is; of a script that may be an image's entry point, all of it. */
const HEAD = 128
const SCRIPT_HEAD = 1024
/** How many headers an entry has on average, at most: some tools write one of pax before each. */
const HEADERS = 3

interface Visited {
  readonly entry: TarEntry
  readonly number: number
  readonly layer: number
  readonly input: Input
}

/** The file system of an image. @throws {EnclaveError} E_OCI_… */
export async function readTree(store: Store, layers: readonly Layer[], limits: OciLimits): Promise<Tree> {
  const tree = new Tree(limits)
  for await (const { entry, number, layer, input } of entriesOf(store, layers, limits)) {
    const length = entry.path.at(-1)?.endsWith('.sh') ? SCRIPT_HEAD : HEAD
    const head = entry.kind === 'file' ? await collect(input, Math.min(length, entry.size)) : new Uint8Array()
    tree.add(entry, layer, { layer, entry: number, size: entry.size, head }, layers[layer]!.item)
  }
  return tree
}

/** The bytes of `wanted`. @throws {EnclaveError} E_OCI_…, E_OCI_LIMIT if they are too many. */
export async function readContents(
  store: Store,
  layers: readonly Layer[],
  wanted: ReadonlySet<Content>,
  limits: OciLimits,
): Promise<Map<Content, Bytes>> {
  const total = [...wanted].reduce((sum, { size }) => sum + size, 0)
  if (total > limits.taken) throw tooMuch('the files are too large', `${limits.taken} bytes`, total)
  const places = new Map([...wanted].map((content) => [`${content.layer} ${content.entry}`, content]))
  const contents = new Map<Content, Bytes>()
  for await (const { entry, number, layer, input } of entriesOf(store, layers, limits)) {
    const content = places.get(`${layer} ${number}`)
    if (content) contents.set(content, await collect(input, entry.size))
  }
  return contents
}

async function* entriesOf(
  store: Store,
  layers: readonly Layer[],
  limits: OciLimits,
): AsyncGenerator<Visited> {
  const left = { bytes: limits.unpacked, entries: limits.entries }
  for (const [at, layer] of layers.entries()) {
    const size = (await store.size(layer.path)) ?? 0
    const unpacked = unpack(verified(store, layer.path, layer.item, layer), size, layer.item, limits)
    const counted = countDown(unpacked, left, limits)
    const input = new StreamInput(digesting(counted, `${layer.item}, decompressed,`, layer.diffId))
    try {
      let number = 0
      for await (const entry of readTar(input, layer.item, limits, HEADERS * limits.entries)) {
        if (--left.entries < 0) throw tooMuch('the layers have too many entries', limits.entries)
        yield { entry, number: number++, layer: at, input }
      }
    } finally {
      await input.close()
    }
  }
}

async function* countDown(
  pieces: AsyncGenerator<Uint8Array>,
  left: { bytes: number },
  { unpacked }: OciLimits,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    left.bytes -= piece.length
    if (left.bytes < 0) throw tooMuch('the layers are too large, decompressed', `${unpacked} bytes`)
    yield piece
  }
}
