/** Chooses one image of a store: by its tag, and by the platform that suits an enclave. */
import { EnclaveError } from '../base/error.ts'
import { type Descriptor, DIGEST, pathOf, readWhole } from './blobs.ts'
import { type ImageConfig, type Listed, readConfig, readIndex, readManifest, readSaved } from './documents.ts'
import type { OciLimits } from './limits.ts'
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

const INDEX = /^application\/vnd\.(?:oci\.image\.index\.v1|docker\.distribution\.manifest\.list\.v2)\+json$/
const MANIFEST = /^application\/vnd\.(?:oci\.image\.manifest\.v1|docker\.distribution\.manifest\.v2)\+json$/
const LAYER = /^application\/vnd\.(?:oci\.image\.layer\.|docker\.image\.rootfs\.)/
/** Platforms by preference; JavaScript is the same for all of them. */
const PLATFORMS = [/\/wasm(?:32)?$/, /^linux\/amd64$/]
/** An index may list indexes. */
const MAX_NESTING = 4

/** @throws {EnclaveError} E_OCI_REFERENCE, E_OCI_PLATFORM, E_OCI_DOCUMENT, E_OCI_DIGEST, E_OCI_LIMIT */
export async function chooseImage(
  store: Store,
  { path, form, tag }: Reference,
  limits: OciLimits,
): Promise<ChosenImage> {
  // What docker save writes today has both; only OCI's documents name each layer by its digest.
  if (form !== 'docker' && (await store.size('index.json')) !== undefined) {
    const bytes = await readWhole(store, 'index.json', 'index.json', limits.document)
    return chooseListed(store, readIndex(bytes, 'index.json'), tag, limits)
  }
  if (form !== 'oci' && (await store.size('manifest.json')) !== undefined)
    return chooseSaved(store, tag, limits)
  throw new EnclaveError('E_OCI_REFERENCE', {
    what: `${path} is not a container image`,
    expected: form === 'docker' ? 'a manifest.json in it' : 'an index.json or a manifest.json in it',
    got: 'neither',
    hint: 'docker save and skopeo copy make such files; docker export does not: it leaves out the entry point',
  })
}

async function chooseListed(
  store: Store,
  listed: readonly Listed[],
  tag: string | undefined,
  limits: OciLimits,
): Promise<ChosenImage> {
  const isWanted = ({ names }: Listed) => tag === undefined || names.some((name) => isNamed(name, tag))
  let entries = listed.filter(isWanted)
  const names = new Set(entries.map((entry) => entry.names[0]))
  if (entries.length === 0 || (tag === undefined && names.size > 1))
    throw whichOne(
      listed.flatMap((each) => each.names),
      tag,
    )
  for (let depth = 0; depth < MAX_NESTING; depth++) {
    const chosen = await ofPlatform(store, entries)
    const item = `the ${INDEX.test(chosen.mediaType) ? 'index' : 'manifest'}`
    const bytes = await readWhole(store, pathOf(chosen), item, limits.document, chosen)
    if (!INDEX.test(chosen.mediaType)) return ofManifest(store, bytes, limits)
    entries = readIndex(bytes, item)
  }
  throw tooMuch('an index lists an index, and so on', `${MAX_NESTING} of them`)
}

/** The entry for the best platform, among those whose bytes are there. */
async function ofPlatform(store: Store, entries: readonly Listed[]): Promise<Listed> {
  const known = entries.filter(
    // Attestations of the build have the platform unknown/unknown.
    ({ mediaType, platform }) =>
      (INDEX.test(mediaType) || MANIFEST.test(mediaType)) && !platform?.includes('unknown'),
  )
  const there: Listed[] = []
  for (const entry of known) if ((await store.size(pathOf(entry))) !== undefined) there.push(entry)
  for (const platform of PLATFORMS) {
    const found = there.find((entry) => platform.test(entry.platform ?? ''))
    if (found) return found
  }
  if (there.length === 1) return there[0]!
  const platforms = entries.map(({ mediaType, platform }) => shown(platform ?? mediaType)).join(', ')
  throw new EnclaveError('E_OCI_PLATFORM', {
    what: there.length === 0 ? 'the image has no usable platform' : 'the image has several platforms',
    expected: 'wasi/wasm, linux/amd64, or only one',
    got: platforms.slice(0, 300) || 'none',
    hint: 'save one of them: docker save --platform, or skopeo copy --override-os and --override-arch',
  })
}

async function ofManifest(store: Store, bytes: Uint8Array, limits: OciLimits): Promise<ChosenImage> {
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
  const read = readConfig(await readWhole(store, pathOf(config), 'the config', limits.document, config))
  const found = layers.map((layer: Descriptor) => ({ ...layer, path: pathOf(layer) }))
  return { config: read, id: config.digest, layers: numbered(found, read, limits) }
}

async function chooseSaved(store: Store, tag: string | undefined, limits: OciLimits): Promise<ChosenImage> {
  const saved = readSaved(await readWhole(store, 'manifest.json', 'manifest.json', limits.document))
  const wanted = saved.filter(({ names }) => tag === undefined || names.some((name) => isNamed(name, tag)))
  const [image] = wanted
  if (!image || wanted.length > 1)
    throw whichOne(
      saved.flatMap(({ names }) => names),
      tag,
    )
  // The name of the config is its digest, and the config has the digests of the layers.
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(image.config)?.[1]
  const digest = hex === undefined ? undefined : `sha256:${hex}`
  const config = readConfig(await readWhole(store, image.config, 'the config', limits.document, { digest }))
  const layers = image.layers.map((path) => ({ path, size: undefined, digest: undefined }))
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

/** `hello:1` is named by itself, by `1`, and by `docker.io/library/hello:1` too. */
const isNamed = (name: string, tag: string) =>
  name === tag || name.endsWith(`/${tag}`) || name.endsWith(`:${tag}`)

function whichOne(names: readonly string[], tag: string | undefined): EnclaveError {
  const all = names.map(shown).join(', ').slice(0, 300) || 'images without a name'
  return new EnclaveError('E_OCI_REFERENCE', {
    what: tag === undefined ? 'the file contains several images' : `the file has no one image ${shown(tag)}`,
    expected: '--docker-uri PATH:TAG with one of them',
    got: all,
  })
}
