/**
 * Finds the one image that is meant among those an index lists: by its name, and by the platform that suits an enclave.
 * Several names of a digest are one image; two digests of which neither is preferred are refused, never guessed.
 */
import { EnclaveError } from '../base/error.ts'
import { pathOf } from './blobs.ts'
import type { Listed } from './documents.ts'
import { shown } from './refusal.ts'
import type { Store } from './store.ts'

export const INDEX: RegExp =
  /^application\/vnd\.(?:oci\.image\.index\.v1|docker\.distribution\.manifest\.list\.v2)\+json$/
const MANIFEST = /^application\/vnd\.(?:oci\.image\.manifest\.v1|docker\.distribution\.manifest\.v2)\+json$/
/** Platforms by preference; JavaScript is the same for all of them. */
const PLATFORMS = [/\/wasm(?:32)?$/, /^linux\/amd64$/]

/** The entries that can be images. Attestations of the build have the platform unknown/unknown. */
export const imagesIn = (listed: readonly Listed[]): Listed[] =>
  listed.filter(
    ({ mediaType, platform }) =>
      (INDEX.test(mediaType) || MANIFEST.test(mediaType)) && !platform?.includes('unknown'),
  )

/**
 * The entries of the one image that is meant, which differ in their platforms.
 * @throws {EnclaveError} E_OCI_REFERENCE
 */
export function named(images: readonly Listed[], tag: string | undefined): Listed[] {
  const wanted = images.filter(({ names }) => tag === undefined || names.some((name) => isNamed(name, tag)))
  const all = (entries: readonly Listed[]) => [...new Set(entries.map(({ names }) => names[0] ?? ''))]
  if (wanted.length === 0) throw noneNamed(all(images), tag)
  const digests = new Map<string, Set<string>>()
  for (const { digest, names } of wanted) {
    const known = digests.get(digest)
    if (known) known.add(names[0] ?? '')
    else digests.set(digest, new Set([names[0] ?? '']))
  }
  const [first, ...others] = digests.values()
  const isOne = [...first!].some((name) => others.every((each) => each.has(name)))
  if (!isOne) throw severalImages(all(wanted))
  return distinct(wanted)
}

/** The entry for the best platform, among those whose bytes are there. @throws {EnclaveError} */
export async function ofPlatform(store: Store, entries: readonly Listed[]): Promise<Listed> {
  const there: Listed[] = []
  for (const entry of distinct(entries))
    if ((await store.size(pathOf(entry))) !== undefined) there.push(entry)
  for (const platform of PLATFORMS) {
    const found = there.filter((entry) => platform.test(entry.platform ?? ''))
    if (found.length > 1) throw severalFor(found)
    if (found[0]) return found[0]
  }
  if (there.length === 1) return there[0]!
  const platforms = new Set(there.map((entry) => entry.platform))
  if (platforms.size < there.length) throw severalFor(there)
  const seen = entries.map(({ mediaType, platform }) => shown(platform ?? mediaType)).join(', ')
  throw new EnclaveError('E_OCI_PLATFORM', {
    what: there.length === 0 ? 'the image has no usable platform' : 'the image has several platforms',
    expected: 'wasi/wasm, linux/amd64, or only one',
    got: seen.slice(0, 300) || 'none',
    hint: 'save one of them: docker save --platform, or skopeo copy --override-os and --override-arch',
  })
}

/** `hello:1` is named by itself, by `1`, and by `docker.io/library/hello:1` too. */
export const isNamed = (name: string, tag: string): boolean =>
  name === tag || name.endsWith(`/${tag}`) || name.endsWith(`:${tag}`)

export const noneNamed = (names: readonly string[], tag: string | undefined): EnclaveError =>
  new EnclaveError('E_OCI_REFERENCE', {
    what: `the file has no image ${shown(tag ?? '')}`,
    expected: '--docker-uri PATH:TAG with one of its images',
    got: listOf(names),
  })

export const severalImages = (names: readonly string[]): EnclaveError =>
  new EnclaveError('E_OCI_REFERENCE', {
    what: 'the file contains several images',
    expected: '--docker-uri PATH:NAME:TAG with one of them',
    got: listOf(names),
    hint: 'or save only one image',
  })

function severalFor(entries: readonly Listed[]): EnclaveError {
  const platforms = [...new Set(entries.map(({ platform }) => (platform ? shown(platform) : 'none')))]
  return new EnclaveError('E_OCI_REFERENCE', {
    what: 'the file contains several images for the same platform, and nothing says which one is meant',
    expected: 'one image for a platform',
    got: `${entries.length}, for the platform ${platforms.join(', ').slice(0, 300)}`,
    hint: 'save only one image',
  })
}

const listOf = (names: readonly string[]) =>
  names
    .map((name) => (name === '' ? 'one without a name' : shown(name)))
    .join(', ')
    .slice(0, 300) || 'only images without a name'

/** One entry of each digest. */
const distinct = (entries: readonly Listed[]) =>
  [...new Map(entries.toReversed().map((entry) => [entry.digest, entry])).values()].reverse()
