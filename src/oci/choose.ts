/** Chooses one image of a store: by its tag, and by the platform that suits an enclave. */
import { EnclaveError } from '../base/error.ts'
import { type Descriptor, DIGEST, pathOf, readWhole } from './blobs.ts'
import {
  type ImageConfig,
  type Listed,
  readConfig,
  readIndex,
  readManifest,
  readSaved,
  type SavedImage,
} from './documents.ts'
import type { OciLimits } from './limits.ts'
import { INDEX, imagesIn, isNamed, named, noneNamed, ofPlatform, severalImages } from './listed.ts'
import { leadsOut, partsOf } from './paths.ts'
import type { Reference } from './reference.ts'
import { malformed, shown, tooMuch } from './refusal.ts'
import type { Store } from './store.ts'

/** A layer, lowest first. */
export interface Layer {
  readonly path: string
  readonly item: string
  /** Of its compressed form, if the image says it. */
  readonly size: number | undefined
  readonly digest: string | undefined
  /** Of its decompressed form. */
  readonly diffId: string
}

export interface ChosenImage {
  readonly config: ImageConfig
  /** The digest of the config, by which Docker names an image. */
  readonly id: string | undefined
  readonly layers: readonly Layer[]
}

const LAYER = /^application\/vnd\.(?:oci\.image\.layer\.|docker\.image\.rootfs\.)/
/** An index may list indexes. */
const MAX_NESTING = 4

/** What is needed to read an image of a store. */
interface Place {
  readonly store: Store
  readonly limits: OciLimits
  readonly tag: string | undefined
  /** Reads the other description of the images, if there is one, in place of an index that is not complete. */
  readonly otherwise: (() => Promise<ChosenImage>) | undefined
}

/** @throws {EnclaveError} E_OCI_REFERENCE, E_OCI_PLATFORM, E_OCI_DOCUMENT, E_OCI_DIGEST, E_OCI_LIMIT */
export async function chooseImage(
  store: Store,
  { path, form, tag }: Reference,
  limits: OciLimits,
): Promise<ChosenImage> {
  const has = async (name: string) => (await store.size(name)) !== undefined
  const isSaved = form !== 'oci' && (await has('manifest.json'))
  const otherwise = isSaved ? () => chooseSaved(store, tag, limits) : undefined
  // What docker save writes today has both; only OCI's documents name each layer by its digest.
  if (form !== 'docker' && (await has('index.json'))) {
    const bytes = await readWhole(store, 'index.json', 'index.json', limits.document)
    return chooseListed(readIndex(bytes, 'index.json'), { store, limits, tag, otherwise })
  }
  if (otherwise) return otherwise()
  throw new EnclaveError('E_OCI_REFERENCE', {
    what: `${path} is not a container image`,
    expected: form === 'docker' ? 'a manifest.json in it' : 'an index.json or a manifest.json in it',
    got: 'neither',
    hint: 'docker save and skopeo copy make such files; docker export does not: it leaves out the entry point',
  })
}

async function chooseListed(listed: readonly Listed[], place: Place): Promise<ChosenImage> {
  const { store, limits, tag, otherwise } = place
  const images = imagesIn(listed)
  if (images.length === 0) {
    if (otherwise) return otherwise()
    throw malformed('index.json contains no image', 'the manifest of one', 'none')
  }
  let entries = named(images, tag)
  for (let depth = 0; depth < MAX_NESTING; depth++) {
    const chosen = await ofPlatform(store, entries)
    const isIndex = INDEX.test(chosen.mediaType)
    const item = `the ${isIndex ? 'index' : 'manifest'}`
    const bytes = await readWhole(store, pathOf(chosen), item, limits.document, chosen)
    if (!isIndex) return ofManifest(bytes, place)
    entries = imagesIn(readIndex(bytes, item))
  }
  throw tooMuch('an index lists an index, and so on', `${MAX_NESTING} of them`)
}

async function ofManifest(bytes: Uint8Array, { store, limits, otherwise }: Place): Promise<ChosenImage> {
  const { config, layers } = readManifest(bytes, 'the manifest')
  const stranger = layers.find(({ mediaType }) => !LAYER.test(mediaType))
  if (stranger) {
    throw new EnclaveError('E_OCI_LAYER', {
      what: 'the manifest has a layer that is not a file system',
      expected: 'layers of type application/vnd.oci.image.layer.v1.tar, or tar+gzip',
      got: shown(stranger.mediaType),
      hint: 'for a module by itself, pass the .wasm file with --app',
    })
  }
  const read = readConfig(
    await readWhole(store, pathOf(config), 'the config', limits.document, config),
    limits,
  )
  // Some releases of docker save list only the layers that they have not written before.
  if (otherwise && layers.length < read.diffIds.length) return otherwise()
  const found = layers.map((layer: Descriptor) => ({ ...layer, path: pathOf(layer) }))
  return { config: read, id: config.digest, layers: numbered(found, read, limits) }
}

async function chooseSaved(store: Store, tag: string | undefined, limits: OciLimits): Promise<ChosenImage> {
  const saved = readSaved(await readWhole(store, 'manifest.json', 'manifest.json', limits.document))
  if (saved.length === 0) throw malformed('manifest.json contains no image', 'one', 'none')
  const wanted = saved.filter(({ names }) => tag === undefined || names.some((name) => isNamed(name, tag)))
  const [image] = wanted
  const names = (images: readonly SavedImage[]) => images.flatMap((each) => each.names)
  if (!image) throw noneNamed(names(saved), tag)
  const distinct = new Set(wanted.map(({ config, layers }) => JSON.stringify([config, layers])))
  if (distinct.size > 1) throw severalImages(names(wanted))
  // The name of the config is its digest, and the config has the digests of the layers.
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(image.config)?.[1]
  const digest = hex === undefined ? undefined : `sha256:${hex}`
  const path = (name: string) => placeIn(name, limits)
  const bytes = await readWhole(store, path(image.config), 'the config', limits.document, { digest })
  const config = readConfig(bytes, limits)
  const layers = image.layers.map((name) => ({ path: path(name), size: undefined, digest: undefined }))
  return { config, id: digest, layers: numbered(layers, config, limits) }
}

function numbered(
  layers: readonly Omit<Layer, 'item' | 'diffId'>[],
  { diffIds }: ImageConfig,
  limits: OciLimits,
): Layer[] {
  if (layers.length > limits.layers)
    throw tooMuch('the image has too many layers', limits.layers, layers.length)
  if (layers.length !== diffIds.length || !diffIds.every((id) => DIGEST.test(id)))
    throw malformed('the config: diff_ids are invalid', `${layers.length} digests`, `${diffIds.length}`)
  return layers.map(({ path, size, digest }, at) => ({
    ...{ path, size, digest },
    item: `layer ${at + 1} of ${layers.length}`,
    diffId: diffIds[at]!,
  }))
}

/** A path that manifest.json says; none may lead out of the image. */
function placeIn(name: string, limits: OciLimits): string {
  if (!leadsOut(name)) return partsOf(name, 'manifest.json', limits).join('/')
  throw malformed('manifest.json names a file outside of the image', 'a path in it', shown(name))
}
