/**
 * Bundles a program in JavaScript from an image. The bundler reads files, so what it may need is written into a folder that
 * only this user can read, and removed again. Nothing outside of that folder can get into the bundle or change it.
 */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Bytes } from '../base/bytes.ts'
import { type LoadedPath, loadPath } from '../image/build/bundle.ts'
import type { BundlerChoices } from '../image/eif/manifest.ts'
import type { ModuleFiles } from './modules.ts'
import { withTemporaryFolder } from './temporary.ts'
import type { Content } from './tree.ts'
import { MODULES } from './walk.ts'

/** What a program in JavaScript is loaded as: by its name it is not a component. */
type BundledPath = Extract<LoadedPath, { source: string }>

/**
 * The bundle of the program at `entry`, a path from the image's root: the same as that of its folder on a disk.
 *
 * @throws {EnclaveError} those of `loadPath`; E_APP_IMPORT if it imports a file that is not in the image; E_FILE, E_OCI_LIMIT.
 */
export function bundleScript(
  entry: string,
  modules: ModuleFiles,
  contents: ReadonlyMap<Content, Bytes>,
  choices: BundlerChoices,
): Promise<BundledPath> {
  return withTemporaryFolder(async (folder) => {
    await shut(folder)
    const root = join(folder, 'image')
    await mkdir(root, { mode: 0o700 })
    await write(root, modules, contents)
    return (await loadPath(join(root, entry), { choices, within: root })) as BundledPath
  })
}

async function write(
  root: string,
  { files, links }: ModuleFiles,
  contents: ReadonlyMap<Content, Bytes>,
): Promise<void> {
  const made = new Set<string>()
  const place = async (path: string) => {
    const folder = dirname(join(root, path))
    if (!made.has(folder)) await mkdir(folder, { recursive: true, mode: 0o700 })
    made.add(folder)
    return folder
  }
  for (const [path, content] of files) {
    await place(path)
    await writeFile(join(root, path), contents.get(content)!, { flag: 'wx', mode: 0o600 })
  }
  // Only now, so that no file is written through a link. They lead to where they do in the image.
  for (const [path, target] of links)
    await symlink(relative(await place(path), join(root, target)) || '.', join(root, path))
}

/** Ends every search of the bundler for a package.json, and for packages, that would go on above `folder`. */
async function shut(folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{"browser":{}}', { mode: 0o600 })
  for (const name of await packagesAbove(folder)) {
    // A package that exports nothing is not found, and none of that name is looked for above it.
    const place = join(folder, MODULES, name)
    await mkdir(place, { recursive: true, mode: 0o700 })
    await writeFile(join(place, 'package.json'), '{"exports":{}}', { mode: 0o600 })
  }
}

/** The names by which a module in `folder` could import what this machine has above it. */
async function packagesAbove(folder: string): Promise<Set<string>> {
  const names = new Set<string>()
  const namesIn = (place: string) => readdir(place).catch((): string[] => [])
  for (let at = folder; at !== dirname(at); ) {
    at = dirname(at)
    for (const name of await namesIn(join(at, MODULES))) {
      if (!name.startsWith('@')) for (const each of [name, name.replace(/\.\w+$/, '')]) names.add(each)
      else for (const inner of await namesIn(join(at, MODULES, name))) names.add(`${name}/${inner}`)
    }
  }
  names.delete('')
  return names
}
