/**
 * Refuses a bundle into which a package brings files from outside: those of the machine that builds, such as its
 * configuration or keys, would become part of the image. A package may import files of its own folder, other packages and
 * the application. What the application itself imports is its author's choice. Node only.
 */
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { Metafile } from 'esbuild'
import { EnclaveError } from '../../base/error.ts'
import { fileOfInput, isInNodeModules, type ModuleNames } from './module-names.ts'

/** @throws {EnclaveError} E_APP_IMPORT with the package, and its file and line. */
export function assertInside({ inputs }: Metafile, root: string, names: ModuleNames): void {
  for (const [importer, { imports }] of Object.entries(inputs)) {
    const from = fileOfInput(importer, root)
    if (from === undefined) continue
    for (const { path, original = path, external } of imports) {
      const file = external ? undefined : fileOfInput(path, root)
      if (file === undefined || names.isOwn(file) || isPackaged(file, names)) continue
      if (mayReach(from, original, file, names)) continue
      throw new EnclaveError('E_APP_IMPORT', {
        what: `${names.of(from)}:${lineOf(from, original)}: ${JSON.stringify(original)} is outside of the package`,
        expected: 'a file of the package, another package, or a file of the application',
        got: file,
      })
    }
  }
}

/** Whether `file` belongs to a package in a folder of packages, below which the application itself may be. */
const isPackaged = (file: string, names: ModuleNames) => isInNodeModules(file) && names.isInstalled(file)

/** Whether the module `from` may import `original`, which was found at `file`, outside of the application. */
function mayReach(from: string, original: string, file: string, names: ModuleNames): boolean {
  const isAuthors = !isPackaged(from, names)
  if (/^[./#]/.test(original)) return isAuthors
  // A link in a folder of packages is its author's choice too, but only the folder that it leads to.
  const linked = linkedFolder(dirname(from), original)
  return linked === undefined ? isAuthors : file.startsWith(linked + sep)
}

/** The real folder of the package in `specifier`, as it is found from `folder`. */
function linkedFolder(folder: string, specifier: string): string | undefined {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  for (let at = folder; ; at = dirname(at)) {
    try {
      return realpathSync(join(at, 'node_modules', name))
    } catch {
      if (at === dirname(at)) return undefined
    }
  }
}

/** The line in which `file` names `original`. */
function lineOf(file: string, original: string): number {
  const text = readFileSync(file, 'utf8')
  return text.slice(0, Math.max(0, text.indexOf(original))).split('\n').length
}
