/**
 * Builds an application twice, where it is and from a copy in another folder, and says where the two images part and
 * why. The question that users of enclaves ask first is whether anybody else gets the same PCR0. Node only.
 */
import { cp, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { diffImages } from '../diff.ts'

/** Where two builds of the same sources part. */
export interface BuildDifference {
  /** As `diffImages` names it. */
  readonly section: string
  /** The first byte of the image that differs, where bytes were compared. */
  readonly offset: number | undefined
  readonly cause: string
}

const MODULES = 'node_modules'
/** Dependencies are linked, not copied; history is no source. */
const LEFT_BEHIND: ReadonlySet<string> = new Set([MODULES, '.git'])
const TIME = /\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\b1[6-9]\d{8}(?:\d{3})?\b/

/**
 * What differs between `build(path)` and `build` of a copy of `path` elsewhere; nothing where the build is
 * reproducible. The copy finds the same `node_modules`, and nothing else outside the application's folder.
 *
 * @throws {EnclaveError} E_BUILD_COPY where the copy does not build: the application uses something outside.
 * @example
 * await findBuildDifferences('package.json', async () => eif) // []
 */
export async function findBuildDifferences(
  path: string,
  build: (path: string) => Promise<Bytes>,
): Promise<BuildDifference[]> {
  const here = resolve(path)
  const first = await build(here)
  const elsewhere = await mkdtemp(join(tmpdir(), 'webclave-elsewhere-'))
  try {
    const copy = await copyApplication(here, join(elsewhere, 'a/copy'))
    const second = await build(copy).catch((cause: unknown) => {
      throw new EnclaveError('E_BUILD_COPY', {
        what: 'a copy of the application in another folder does not build',
        expected: 'sources that need nothing outside their own folder but node_modules',
        got: cause instanceof Error ? cause.message : String(cause),
        cause,
      })
    })
    const { differences } = await diffImages(first, second)
    return differences.map(({ section, reason, offset }) => ({
      section,
      offset,
      cause: causeOf(reason, [here, copy]),
    }))
  } finally {
    await rm(elsewhere, { recursive: true })
  }
}

/** Copies the application at `path`, with the folder that it is in unless it is compiled already; the copy's path. */
async function copyApplication(path: string, target: string): Promise<string> {
  const isFolder = (await stat(path)).isDirectory()
  const folder = isFolder ? path : dirname(path)
  await mkdir(target, { recursive: true })
  if (extname(path) === '.wasm') await cp(path, join(target, basename(path)))
  else await cp(folder, target, { recursive: true, filter: (source) => !LEFT_BEHIND.has(basename(source)) })
  const modules = await findModules(folder)
  if (modules) await symlink(modules, join(target, MODULES))
  return isFolder ? target : join(target, basename(path))
}

/** The nearest node_modules, as Node looks for it. */
async function findModules(folder: string): Promise<string | undefined> {
  const candidate = join(folder, MODULES)
  if (await stat(candidate).catch(() => undefined)) return candidate
  const above = dirname(folder)
  return above === folder ? undefined : findModules(above)
}

/** The two classic causes, where what stands there shows one. */
function causeOf(reason: string, folders: readonly string[]): string {
  if (reason.includes('../') || folders.some((folder) => namesFolder(reason, folder)))
    return `a path of the machine got in: ${reason}`
  if (TIME.test(reason)) return `a time got in: ${reason}`
  return reason
}

/** An excerpt seldom holds a whole path: two of its steps in a row are enough. */
function namesFolder(text: string, folder: string): boolean {
  const steps = folder.split(/[\\/]/)
  return steps.some((step, at) => step !== '' && at > 0 && text.includes(`${steps[at - 1]}/${step}`))
}
