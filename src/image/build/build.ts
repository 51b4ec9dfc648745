/** Builds an enclave image from an application. Builds are reproducible: the same input gives the same bytes. */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { Pcrs } from '../../base/pcrs.ts'
import type { ProfileName } from '../../base/profile.ts'
import { unknownOption } from '../../base/unknown-option.ts'
import type { Json } from '../eif/canonical-json.ts'
import { writeContents } from '../eif/contents.ts'
import { writeEif } from '../eif/eif.ts'
import { assertManifest, type Manifest } from '../eif/manifest.ts'
import { writeMetadata } from '../eif/metadata.ts'
import { measure } from '../measure/measure.ts'
import { type Signer, signImage } from '../sign/sign.ts'
import { checkComponent, loadApplication } from './application.ts'
import type { ApplicationInput } from './application-input.ts'
import { shippedArtefacts } from './artefacts.ts'
import { assertRoots } from './roots.ts'

/** What to build. Only `app` is required. */
export interface BuildOptions {
  readonly app: ApplicationInput
  /** Name and version for display; not measured. */
  readonly name?: string
  readonly version?: string
  /** The arguments. WebAssembly gets its name, `/app.wasm`, before them; JavaScript has them alone in `args()`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Read-only files for the application, by relative path. */
  readonly files?: ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>>
  readonly manifest?: Manifest
  /** Which cloud's PCRs to report. The bytes of the image do not depend on it. @default 'qingtian' */
  readonly profile?: ProfileName
  /** The kernel that may boot the image. @default the shipped one */
  readonly kernel?: { readonly version: string; readonly sha384: string }
  /** The engine component for an application that is source. @default the shipped one */
  readonly engine?: Uint8Array
  /** The crypto module that the engine uses. @default the shipped one */
  readonly crypto?: Uint8Array
  /** Written into the metadata unchanged; absent by default, so that builds are reproducible. */
  readonly buildTime?: string
  /** Written into the metadata as `CustomMetadata`; not measured. @default {} */
  readonly customMetadata?: Json
  /** Written into the metadata as `DockerInfo`, for a program of a container image; not measured. @default {} */
  readonly dockerInfo?: Json
  /** Key and certificate to sign with. @default no signature */
  readonly signing?: Signer
}

const NAMES = {
  ...{ app: true, name: true, version: true, args: true, env: true, files: true, manifest: true },
  ...{ profile: true, kernel: true, engine: true, crypto: true, buildTime: true, customMetadata: true },
  ...{ dockerInfo: true, signing: true },
} satisfies Record<keyof BuildOptions, true>

export interface BuiltImage {
  readonly eif: Bytes
  readonly profile: ProfileName
  /** PCR0, PCR1, PCR2 and PCR8, as `verifyAttestation` takes them; those that the profile does not use are zero. */
  readonly pcrs: Pcrs
  /** What the author should know: uses of `Intl` that fail in an enclave, with file and line. */
  readonly warnings: readonly string[]
}

const MIB = 1024n * 1024n

/** The first argument of a program in WebAssembly, by convention its name: the same for every file and folder. */
const PROGRAM_NAME = '/app.wasm'

/**
 * Builds an enclave image of `options.app`.
 *
 * @throws {EnclaveError} E_APP_… for an invalid application, E_IMAGE_CONTENT for arguments, environment, manifest or an unknown option,
 *   E_ARCHIVE_NAME for an invalid file name, E_ARTEFACT if kernel or engine are missing, and what `signImage` throws.
 * @example
 * const { eif, pcrs } = await buildImage({ app: { source: 'console.log("hello")' } })
 * pcrHex(pcrs, 0) // 96 hexadecimal digits
 */
export async function buildImage(options: BuildOptions): Promise<BuiltImage> {
  const unknown = unknownOption(options, NAMES)
  // A text has an option for each character; what it lacks is an application.
  if (unknown !== undefined && typeof options === 'object')
    throw new EnclaveError('E_IMAGE_CONTENT', {
      what: 'there is no such option of buildImage',
      expected: `only ${Object.keys(NAMES).join(', ')}`,
      got: JSON.stringify(unknown),
      ...(unknown === 'path' && { hint: 'the path is that of the application: app: { path }' }),
    })
  const { manifest = {}, args = [] } = options
  const { app, warnings } = await loadApplication(options.app, assertManifest(manifest))
  const files = fileMap(options.files)
  assertRoots(manifest, files)
  const kernel = options.kernel ?? (await shippedArtefacts()).kernel
  const contents = writeContents({
    kernel,
    app,
    runtime: app.kind === 'source' ? await runtimeOf(options) : undefined,
    args: app.kind === 'source' ? args : [PROGRAM_NAME, ...args],
    env: options.env ?? {},
    files,
    manifest,
  })
  const metadata = writeMetadata({
    name: options.name ?? 'enclave',
    version: options.version ?? '1.0',
    kernelVersion: kernel.version,
    buildTime: options.buildTime,
    custom: options.customMetadata ?? {},
    docker: options.dockerInfo ?? {},
  })
  const unsigned = writeEif(
    [...contents.boot, { type: 'metadata', data: metadata }, ...contents.application],
    {
      defaultMemory: BigInt(manifest.memoryMiB ?? 0) * MIB,
    },
  )
  const eif = options.signing ? await signImage(unsigned, options.signing) : unsigned
  const { profile, pcrs } = await measure(eif, { profile: options.profile ?? 'qingtian' })
  return { eif, profile, pcrs, warnings }
}

async function runtimeOf({ engine, crypto }: BuildOptions): Promise<{ engine: Bytes; crypto: Uint8Array }> {
  const shipped = engine && crypto ? undefined : await shippedArtefacts()
  return {
    engine: checkComponent(engine ?? shipped!.engine),
    crypto: crypto ?? shipped!.crypto,
  }
}

function fileMap(files: BuildOptions['files'] = {}): ReadonlyMap<string, Uint8Array> {
  const map = files instanceof Map ? files : new Map(Object.entries(files))
  for (const [path, bytes] of map) {
    if (bytes instanceof Uint8Array) continue
    throw new EnclaveError('E_IMAGE_CONTENT', {
      what: `the content of the file ${JSON.stringify(path)} is not bytes`,
      expected: 'a Uint8Array',
      got: typeof bytes,
    })
  }
  return map
}
