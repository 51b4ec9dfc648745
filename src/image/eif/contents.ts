/**
 * The content of the sections of webclave's own images, writer and reader:
 *
 *     kernel     the kernel descriptor
 *     cmdline    arguments and environment
 *     ramdisk 0  `engine.wasm`, the JavaScript runtime, and `crypto.wasm`, the compiled cryptography beside it, where the
 *                application is source; else an empty archive
 *     ramdisk 1  `app.js` or `app.wasm`, `manifest.json`, read-only files under `files/`
 *
 * Images built for a real cloud can be described and measured, but not booted here.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { yieldToTasks } from '../../platform/yield.ts'
import { type Container, readContainer, type Section } from './container.ts'
import { type ArchiveEntry, readArchive, writeArchive } from './cpio.ts'
import type { SectionData } from './eif.ts'
import { SMALL_SECTION_LIMIT } from './layout.ts'
import {
  type CommandLine,
  type KernelDescriptor,
  type Manifest,
  readCommandLine,
  readDescriptor,
  readManifest,
  writeCommandLine,
  writeDescriptor,
  writeManifest,
} from './manifest.ts'
import { type ImageInput, type ImageSource, openSource, sliceSource } from './source.ts'

/** The application itself: a component, or JavaScript source that the engine evaluates. */
export interface Application {
  readonly kind: 'component' | 'source'
  readonly bytes: Bytes
}

/** Everything that decides what an enclave does. */
export interface BootContents {
  readonly kernel: KernelDescriptor
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The engine component; present if and only if the application is source. */
  readonly engine: Bytes | undefined
  /** The crypto module; present if and only if the engine is. */
  readonly crypto: Bytes | undefined
  readonly app: Application
  /** Read-only files by path, without the leading `files/`. */
  readonly files: ReadonlyMap<string, Bytes>
  readonly manifest: Manifest
}

const ENGINE = 'engine.wasm'
const CRYPTO = 'crypto.wasm'
const APP_FILES: Readonly<Record<Application['kind'], string>> = { component: 'app.wasm', source: 'app.js' }
const MANIFEST = 'manifest.json'
const FILES = 'files/'
/** Number of files that are read before yielding to other tasks. */
const TURN = 128

export interface ContentsToWrite extends CommandLine {
  readonly kernel: { readonly version: string; readonly sha384: string }
  /** Engine and crypto module, if the application is source. */
  readonly runtime: { readonly engine: Uint8Array; readonly crypto: Uint8Array } | undefined
  readonly app: { readonly kind: Application['kind']; readonly bytes: Uint8Array }
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly manifest: Manifest
}

/** Encodes the measured sections of an image, in their order. */
export function writeContents(contents: ContentsToWrite): Record<'boot' | 'application', SectionData[]> {
  const { runtime } = contents
  const boot = new Map(
    runtime && [
      [ENGINE, runtime.engine],
      [CRYPTO, runtime.crypto],
    ],
  )
  const application = new Map<string, Uint8Array>([
    [APP_FILES[contents.app.kind], contents.app.bytes],
    [MANIFEST, writeManifest(contents.manifest)],
    ...[...contents.files].map(([path, bytes]) => [FILES + path, bytes] as const),
  ])
  return {
    boot: [
      { type: 'kernel', data: writeDescriptor(contents.kernel) },
      { type: 'cmdline', data: writeCommandLine(contents) },
    ],
    application: [
      { type: 'ramdisk', data: writeArchive(boot) },
      { type: 'ramdisk', data: writeArchive(application) },
    ],
  }
}

/** The small parts of an image: everything except the contents of files. */
export interface ContentsOutline extends CommandLine {
  readonly kernel: KernelDescriptor
  readonly manifest: Manifest
  readonly boot: readonly ArchiveEntry[]
  readonly application: readonly ArchiveEntry[]
}

/**
 * Reads everything that boots from one of webclave's images. The caller has checked CRC, measurement and signature;
 * this function checks the format.
 *
 * @param container the section table of the same input, if it has already been read.
 * @throws {EnclaveError} E_IMAGE_FOREIGN for an image that was not built for webclave, E_IMAGE_CONTENT, E_ARCHIVE,
 *   E_ARCHIVE_NAME.
 * @example
 * const { app, args } = await readBootContents(eif)
 * app.kind // 'source'
 */
export async function readBootContents(input: ImageInput, container?: Container): Promise<BootContents> {
  const source = await openSource(input)
  return readContents(source, container ?? (await readContainer(source)))
}

async function readContents(source: ImageSource, container: Container): Promise<BootContents> {
  if (container.strayBytes > 0) {
    throw content('the image has bytes outside its sections', 'none', `${container.strayBytes}`)
  }
  const { kernel, args, env, manifest, boot, application } = await readOutline(source, container)
  const [bootDisk, appDisk] = ramdisks(source, container)
  const load = (disk: ImageSource | undefined, entry: ArchiveEntry) => disk!.read(entry.offset, entry.size)

  const kind = application.some(({ name }) => name === APP_FILES.source) ? 'source' : 'component'
  const appEntry = application.find(({ name }) => name === APP_FILES[kind])!
  const app = await load(appDisk, appEntry)
  if (kind === 'source') assertText(app)
  const inBoot = async (name: string) => {
    const entry = boot.find((each) => each.name === name)
    return entry && load(bootDisk, entry)
  }
  const files = new Map<string, Bytes>()
  for (const entry of application) {
    if (!entry.name.startsWith(FILES)) continue
    files.set(entry.name.slice(FILES.length), await load(appDisk, entry))
    if (files.size % TURN === 0) await yieldToTasks()
  }
  return {
    kernel,
    args,
    env,
    manifest,
    engine: await inBoot(ENGINE),
    crypto: await inBoot(CRYPTO),
    app: { kind, bytes: app },
    files,
  }
}

/**
 * Reads descriptor, command line, manifest and file lists of one of webclave's images.
 * @throws {EnclaveError} as `readBootContents`
 */
export async function readOutline(source: ImageSource, container: Container): Promise<ContentsOutline> {
  const kernel = await readKernel(source, container)
  const commandLine = readCommandLine(
    await readSmall(source, container.sections[1]!, SMALL_SECTION_LIMIT.cmdline),
  )
  const disks = ramdisks(source, container)
  if (disks.length !== 2) throw content('the image has the wrong number of ramdisks', '2', `${disks.length}`)
  const boot = await readArchive(disks[0]!, 'ramdisk 0')
  const application = await readArchive(disks[1]!, 'ramdisk 1')
  checkFiles(boot, application)
  const manifestEntry = application.find(({ name }) => name === MANIFEST)!
  if (manifestEntry.size > SMALL_SECTION_LIMIT.metadata) {
    throw content(
      'the manifest is too large',
      `${SMALL_SECTION_LIMIT.metadata} bytes or fewer`,
      `${manifestEntry.size}`,
    )
  }
  const manifest = readManifest(await disks[1]!.read(manifestEntry.offset, manifestEntry.size))
  return { kernel, ...commandLine, manifest, boot, application }
}

/** @throws {EnclaveError} E_IMAGE_FOREIGN if the kernel section is not a descriptor of webclave's kernel. */
export async function readKernel(source: ImageSource, container: Container): Promise<KernelDescriptor> {
  const section = container.sections[0]!
  try {
    return readDescriptor(await readSmall(source, section, SMALL_SECTION_LIMIT.descriptor))
  } catch (cause) {
    throw new EnclaveError('E_IMAGE_FOREIGN', {
      what: 'the image was not built for webclave',
      expected: 'a kernel section that names the webclave kernel',
      got: `a kernel of ${section.dataSize} bytes`,
      hint: 'it can be described and measured, but not started here',
      cause,
    })
  }
}

/** Reads the data of a section that must be small. @throws {EnclaveError} E_IMAGE_CONTENT */
export async function readSmall(source: ImageSource, section: Section, limit: number): Promise<Bytes> {
  if (section.dataSize > limit) {
    throw content(
      `the ${section.type} section is too large`,
      `${limit} bytes or fewer`,
      `${section.dataSize}`,
    )
  }
  return source.read(section.dataOffset, section.dataSize)
}

function ramdisks(source: ImageSource, container: Container): ImageSource[] {
  return container.sections
    .filter(({ type }) => type === 'ramdisk')
    .map((section) => sliceSource(source, section.dataOffset, section.dataSize))
}

function checkFiles(boot: readonly ArchiveEntry[], application: readonly ArchiveEntry[]): void {
  const names = application.map(({ name }) => name)
  const own = names.filter((name) => !name.startsWith(FILES)).join(', ')
  const bootNames = boot.map(({ name }) => name).join(', ')
  const source = own === `${APP_FILES.source}, ${MANIFEST}` && bootNames === `${CRYPTO}, ${ENGINE}`
  const component = own === `${APP_FILES.component}, ${MANIFEST}` && bootNames === ''
  if (source || component) return
  throw content(
    'the ramdisks do not contain exactly one application',
    `${CRYPTO}, ${ENGINE} and ${APP_FILES.source}, or ${APP_FILES.component} alone, with ${MANIFEST}`,
    `boot [${bootNames}], application [${own.slice(0, 200)}]`,
  )
}

/** The engine relies on the source being UTF-8. */
function assertText(source: Bytes): void {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(source)
  } catch {
    throw content(`the application ${APP_FILES.source} is not text`, 'UTF-8', 'other bytes')
  }
}

function content(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_IMAGE_CONTENT', { what, expected, got })
}
