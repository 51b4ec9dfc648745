/** Builds container images for tests, by hand: the layers, the documents, and the three forms in which they are files. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type ContainerOptions, loadContainerImage } from '../../src/oci/index.ts'
import { tar } from './tar.ts'

/** What an image's config says about how it is run. */
export interface RunConfig {
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Env?: readonly string[]
  readonly WorkingDir?: string
  readonly User?: string
}

export interface TestImage {
  /** Tar archives, lowest first. */
  readonly layers: readonly Uint8Array[]
  readonly run?: RunConfig
  /** @default no compression */
  readonly compress?: (layer: Uint8Array) => Uint8Array
  readonly tag?: string
}

export type Files = Record<string, Uint8Array>

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
export const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes)
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

const configOf = ({ layers, run = {} }: TestImage) =>
  json({
    architecture: 'amd64',
    os: 'linux',
    config: run,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
  })

/** A blob in `files`, and its descriptor. */
export function addBlob(files: Files, bytes: Uint8Array, mediaType: string, more: object = {}): object {
  const hex = sha256(bytes)
  files[`blobs/sha256/${hex}`] = bytes
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length, ...more }
}

/** The manifest of an image, as a descriptor. */
export function addManifest(files: Files, image: TestImage, more: object = {}): object {
  const { layers, compress = (layer) => layer } = image
  const layer = 'application/vnd.oci.image.layer.v1.tar+gzip'
  const manifest = {
    schemaVersion: 2,
    config: addBlob(files, configOf(image), 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map((each) => addBlob(files, compress(each), layer)),
  }
  return addBlob(files, json(manifest), 'application/vnd.oci.image.manifest.v1+json', more)
}

/** The files of an OCI layout with the manifests that `add` adds. */
export function layoutOf(add: (files: Files) => readonly object[]): Files {
  const files: Files = { 'oci-layout': json({ imageLayoutVersion: '1.0.0' }) }
  files['index.json'] = json({ schemaVersion: 2, manifests: add(files) })
  return files
}

/** The files of an OCI layout with one image. */
export function layout(image: TestImage): Files {
  const names = image.tag && { annotations: { 'org.opencontainers.image.ref.name': image.tag } }
  return layoutOf((files) => [addManifest(files, image, { ...names })])
}

/** The files of `docker save` of before release 25. */
export function saved(image: TestImage): Files {
  const config = configOf(image)
  const layers = image.layers.map((layer, at) => [`${at}${'a'.repeat(63)}/layer.tar`, layer] as const)
  return {
    [`${sha256(config)}.json`]: config,
    ...Object.fromEntries(layers),
    'manifest.json': json([
      {
        Config: `${sha256(config)}.json`,
        RepoTags: image.tag ? [`hello:${image.tag}`] : null,
        Layers: layers.map(([path]) => path),
      },
    ]),
  }
}

/** A tar archive of files. */
export const archive = (files: Files): Uint8Array<ArrayBuffer> =>
  tar(...Object.entries(files).map(([name, data]) => ({ name, data })))

/** A folder for the images of a file of tests. */
export class Images implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async create(): Promise<Images> {
    return new Images(await mkdtemp(join(tmpdir(), 'webclave-test-images-')))
  }

  at(name: string): string {
    return join(this.path, name)
  }

  /** Writes an archive, and returns its path. */
  async archive(name: string, files: Files): Promise<string> {
    await writeFile(this.at(name), archive(files))
    return this.at(name)
  }

  /** Writes a folder, and returns its path. */
  async folder(name: string, files: Files): Promise<string> {
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(this.at(name), path)), { recursive: true })
      await writeFile(join(this.at(name), path), bytes)
    }
    return this.at(name)
  }

  /** The message of the error for an image, a path or the files of an archive. */
  async refusal(image: string | Files, options: ContainerOptions & { tag?: string } = {}): Promise<string> {
    const path = typeof image === 'string' ? image : await this.archive('refused.tar', image)
    const uri = options.tag === undefined ? path : `${path}:${options.tag}`
    const outcome = await loadContainerImage(uri, options).then(
      () => 'it was taken',
      (reason: unknown) => reason,
    )
    return outcome instanceof Error ? outcome.message : String(outcome)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}
