/**
 * Builds an application twice, in place and from a copy in another folder, and reports where the two images differ and
 * why: a PCR0 is only useful if others can reproduce it. Node only.
 */
import { cp, mkdir, mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { diffImages } from '../diff.ts'

/** A difference between two builds of the same sources. */
export interface BuildDifference {
  /** As `diffImages` names it. */
  readonly section: string
  /** The offset of the first differing byte in the image, if bytes were compared. */
  readonly offset: number | undefined
  readonly cause: string
}

const MODULES = 'node_modules'
/** Not copied: dependencies are linked instead, and history is not needed. */
const LEFT_BEHIND: ReadonlySet<string> = new Set([MODULES, '.git'])
const TIME = /\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\b1[6-9]\d{8}(?:\d{3})?\b/

/**
 * Finds differences between `build(path)` and `build` of a copy of `path` elsewhere; none if the build is reproducible.
 * The copy has access to the same `node_modules` folders, and to nothing else outside the application's folder.
 *
 * @throws {EnclaveError} E_BUILD_COPY if the copy does not build because the application uses something outside its
 *   folder.
 * @example
 * await findBuildDifferences('package.json', async () => eif) // []
 */
export async function findBuildDifferences(
  path: string,
  build: (path: string) => Promise<Bytes>,
): Promise<BuildDifference[]> {
  // Links in the path are followed, because a link cannot be copied for what it points to.
  const here = await realpath(path).catch(() => resolve(path))
  const first = await build(here)
  const elsewhere = await mkdtemp(join(tmpdir(), 'webclave-elsewhere-'))
  try {
    const copy = await copyApplication(here, elsewhere)
    const second = await build(copy).catch((cause: unknown) => {
      throw new EnclaveError('E_BUILD_COPY', {
        what: 'a copy of the application in another folder does not build',
        expected: 'sources that use nothing outside their own folder except node_modules',
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

/** Copies the application at `path`, with its folder unless it is already compiled. Returns the path of the copy. */
async function copyApplication(path: string, elsewhere: string): Promise<string> {
  const isFolder = (await stat(path)).isDirectory()
  const folder = isFolder ? path : dirname(path)
  const modules = await findModules(folder)
  const target = join(elsewhere, ...Array(modules.length).fill('a'), 'copy')
  await mkdir(target, { recursive: true })
  if (extname(path) === '.wasm') await cp(path, join(target, basename(path)))
  else {
    const filter = (source: string) => !LEFT_BEHIND.has(basename(source))
    await cp(folder, target, { recursive: true, verbatimSymlinks: true, filter })
  }
  // Each at its own distance from the application, as Node looks them up.
  for (const [above, found] of modules.entries()) {
    if (found) await symlink(found, join(target, '../'.repeat(above), MODULES))
  }
  return isFolder ? target : join(target, basename(path))
}

/** The node_modules folder in `folder` and in each folder above it; undefined for a folder that has none. */
async function findModules(folder: string): Promise<(string | undefined)[]> {
  const candidate = join(folder, MODULES)
  const found = (await stat(candidate).catch(() => undefined)) ? candidate : undefined
  const above = dirname(folder)
  return above === folder ? [found] : [found, ...(await findModules(above))]
}

/** Names one of the two usual causes if the differing text shows it. */
function causeOf(reason: string, folders: readonly string[]): string {
  if (reason.includes('../') || folders.some((folder) => namesFolder(reason, folder)))
    return `the image contains a path of this machine: ${reason}`
  if (TIME.test(reason)) return `the image contains a time: ${reason}`
  return reason
}

/** An excerpt rarely contains a complete path, so two consecutive parts are enough. */
function namesFolder(text: string, folder: string): boolean {
  const steps = folder.split(/[\\/]/)
  return steps.some((step, at) => step !== '' && at > 0 && text.includes(`${steps[at - 1]}/${step}`))
}
