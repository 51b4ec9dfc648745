/**
 * The JSON documents of container images: OCI's index, manifest and config (image-spec 1.1), and the manifest.json of
 * `docker save`. Hostile input: members have the right types, or the image is refused. Others are ignored, as the
 * specification demands.
 */
import { typeName } from '../base/type-name.ts'
import { readJson } from '../encoding/json.ts'
import { ENV_NAME } from '../image/eif/manifest.ts'
import { type Descriptor, DIGEST } from './blobs.ts'
import type { OciLimits } from './limits.ts'
import { malformed, shown, tooMuch } from './refusal.ts'

/** An entry of an index. */
export interface Listed extends Descriptor {
  /** Such as `linux/amd64`; undefined if the index does not say it. */
  readonly platform: string | undefined
  /** The names that it has, the most complete one first: Docker's `ref.name` is the tag alone. */
  readonly names: readonly string[]
}

export interface ManifestDocument {
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

/** What an image says about how it is run. */
export interface ImageConfig {
  readonly os: string
  readonly architecture: string
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** Pairs; their values are nobody's business in errors. */
  readonly env: Readonly<Record<string, string>>
  readonly user: string
  readonly workingDir: string
  /** The digests of the layers, decompressed. */
  readonly diffIds: readonly string[]
}

/** An image of `docker save`. */
export interface SavedImage {
  readonly config: string
  readonly names: readonly string[]
  readonly layers: readonly string[]
}

type Members = Readonly<Record<string, unknown>>

/** The documents of an index. @throws {EnclaveError} E_OCI_DOCUMENT */
export function readIndex(bytes: Uint8Array, item: string): Listed[] {
  return listIn(objectIn(bytes, item)['manifests'], `${item}: manifests`).map((value) => {
    const entry = membersOf(value, `${item}: manifests`)
    const platform = entry['platform'] == null ? undefined : platformOf(entry['platform'], item)
    const notes = entry['annotations'] == null ? {} : membersOf(entry['annotations'], item)
    const names = ['io.containerd.image.name', 'org.opencontainers.image.ref.name']
    return {
      ...descriptorOf(entry, item),
      platform,
      names: names.map((name) => notes[name]).filter((name) => typeof name === 'string'),
    }
  })
}

/** @throws {EnclaveError} E_OCI_DOCUMENT */
export function readManifest(bytes: Uint8Array, item: string): ManifestDocument {
  const { config, layers } = objectIn(bytes, item)
  return {
    config: descriptorOf(membersOf(config, `${item}: config`), item),
    layers: listIn(layers, `${item}: layers`).map((layer) => descriptorOf(membersOf(layer, item), item)),
  }
}

/** @throws {EnclaveError} E_OCI_DOCUMENT, E_OCI_LIMIT */
export function readConfig(bytes: Uint8Array, limits: OciLimits): ImageConfig {
  const item = 'the config'
  const whole = objectIn(bytes, item)
  const run = whole['config'] == null ? {} : membersOf(whole['config'], `${item}: config`)
  const rootfs = membersOf(whole['rootfs'], `${item}: rootfs`)
  const text = (name: string, from: Members = run) => textOf(from[name] ?? '', `${item}: ${name}`)
  const texts = (name: string, from: Members = run) =>
    listIn(from[name] ?? [], `${item}: ${name}`).map((each) => textOf(each, `${item}: ${name}`))
  const short = (name: string, from?: Members) => {
    const found = text(name, from)
    if (Buffer.byteLength(found) <= limits.path) return found
    throw tooMuch(`${item}: ${name} is too long`, `${limits.path} bytes`, Buffer.byteLength(found))
  }
  const entrypoint = texts('Entrypoint')
  const cmd = texts('Cmd')
  assertCommand([...entrypoint, ...cmd], limits)
  return {
    os: short('os', whole),
    architecture: short('architecture', whole),
    entrypoint,
    cmd,
    env: environmentOf(texts('Env')),
    user: short('User'),
    workingDir: short('WorkingDir'),
    diffIds: texts('diff_ids', rootfs),
  }
}

/** @throws {EnclaveError} E_OCI_DOCUMENT */
export function readSaved(bytes: Uint8Array): SavedImage[] {
  const item = 'manifest.json'
  return listIn(parse(bytes, item), item).map((value) => {
    const image = membersOf(value, item)
    const texts = (name: string) =>
      listIn(image[name] ?? [], `${item}: ${name}`).map((each) => textOf(each, `${item}: ${name}`))
    return {
      config: textOf(image['Config'], `${item}: Config`),
      names: texts('RepoTags'),
      layers: texts('Layers'),
    }
  })
}

/** Such as `linux/arm/v7`. */
function platformOf(value: unknown, item: string): string {
  const { os, architecture, variant } = membersOf(value, `${item}: platform`)
  const parts = [os, architecture, ...(variant == null || variant === '' ? [] : [variant])]
  return parts.map((part) => textOf(part, `${item}: platform`)).join('/')
}

function assertCommand(words: readonly string[], { words: most, command }: OciLimits): void {
  const what = 'the config: Entrypoint and Cmd are too long'
  if (words.length > most) throw tooMuch(what, `${most} words`, words.length)
  const length = words.reduce((sum, word) => sum + Buffer.byteLength(word), 0)
  if (length > command) throw tooMuch(what, `${command} bytes`, length)
}

/** Of a name that occurs twice the last one counts, as for Docker. An error has the name only: a value may be a secret. */
function environmentOf(pairs: readonly string[]): Record<string, string> {
  const env = new Map<string, string>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, at))
    if (!ENV_NAME.test(name)) {
      const found = at < 1 ? 'a pair without a name' : `the name ${shown(name)}`
      const expected = 'NAME=VALUE, with a name of letters, digits and "_"'
      throw malformed('the config: Env is malformed', expected, found, 'change ENV in the Dockerfile')
    }
    env.set(name, pair.slice(at + 1))
  }
  return Object.fromEntries(env)
}

/** A text or a number as it is. Other values may have no text at all, and only their type is named. */
const got = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? shown(`${value}`) : typeName(value)

function descriptorOf({ mediaType, digest, size }: Members, item: string): Descriptor {
  if (typeof digest !== 'string' || !DIGEST.test(digest))
    throw malformed(`${item}: a digest is invalid`, 'sha256 and 64 hexadecimal digits', got(digest))
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw malformed(`${item}: a size is invalid`, 'a whole number', got(size))
  return { mediaType: textOf(mediaType ?? '', `${item}: mediaType`), digest, size }
}

const parse = (bytes: Uint8Array, item: string) =>
  readJson(bytes, (expected, got) => malformed(`${item} is not valid JSON`, expected, got))

const objectIn = (bytes: Uint8Array, item: string) => membersOf(parse(bytes, item), item)

function membersOf(value: unknown, item: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  throw malformed(`${item} has the wrong type`, 'an object', typeName(value))
}

function listIn(value: unknown, item: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  // Go writes an empty list as null.
  if (value === null) return []
  throw malformed(`${item} has the wrong type`, 'a list', typeName(value))
}

function textOf(value: unknown, item: string): string {
  if (typeof value !== 'string') throw malformed(`${item} has the wrong type`, 'a text', typeName(value))
  if (!value.includes('\0')) return value
  throw malformed(`${item} is malformed`, 'a text without NUL', 'one with NUL')
}
