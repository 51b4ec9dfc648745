/**
 * Bundles a program in JavaScript from an image. The bundler reads files, so what it may need is written into a folder that
 * only this user can read, and removed again. Nothing outside of that folder can get into the bundle.
 */
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Bytes } from '../base/bytes.ts'
import { type LoadedPath, loadPath } from '../image/build/bundle.ts'
import type { BundlerChoices } from '../image/eif/manifest.ts'
import type { ModuleFiles } from './modules.ts'
import type { Content } from './tree.ts'

/** What a program in JavaScript is loaded as: its name says that it is no component. */
type BundledPath = Extract<LoadedPath, { source: string }>

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * The bundle of the program at `entry`, a path from the image's root: the same as that of its folder on a disk.
 *
 * @throws {EnclaveError} those of `loadPath`; E_APP_IMPORT if it imports a file that is not in the image.
 */
export async function bundleScript(
  entry: string,
  { files, links }: ModuleFiles,
  contents: ReadonlyMap<Content, Bytes>,
  choices: BundlerChoices,
): Promise<BundledPath> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'webclave-oci-')))
  const remove = () => rmSync(root, { recursive: true, force: true })
  const onSignal = (signal: NodeJS.Signals) => {
    remove()
    stopListening()
    process.kill(process.pid, signal)
  }
  const stopListening = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
    process.off('exit', remove)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.on('exit', remove)
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(root, path)), { recursive: true, mode: 0o700 })
      await writeFile(join(root, path), contents.get(content)!, { flag: 'wx', mode: 0o600 })
    }
    // Only now, so that no file is written through a link. They lead to where they do in the image.
    for (const [path, target] of links) {
      const place = join(root, path)
      await mkdir(dirname(place), { recursive: true, mode: 0o700 })
      await symlink(relative(dirname(place), join(root, target)) || '.', place)
    }
    return (await loadPath(join(root, entry), { choices, within: root })) as BundledPath
  } finally {
    stopListening()
    await rm(root, { recursive: true, force: true })
  }
}
