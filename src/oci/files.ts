/** Which files of an image become files of the enclave, under the same paths. */

import { checkName } from '../image/eif/cpio.ts'
import { Turns } from '../platform/yield.ts'
import type { OciLimits } from './limits.ts'
import type { Program } from './program.ts'
import { shown, tooMuch } from './refusal.ts'
import type { Content, FileNode, FolderNode, Found, Tree } from './tree.ts'
import { MODULES, walk } from './walk.ts'

/** Files by their paths in the image, without a leading `/`. */
export interface TakenFiles {
  readonly files: ReadonlyMap<string, Content>
  readonly warnings: readonly string[]
}

/** What the bundler reads, or what only development needs. */
const OF_BUNDLER =
  /(?:\.(?:[cm]?[jt]sx?|map)|^(?:package(?:-lock)?|tsconfig)\.json|^yarn\.lock|^pnpm-lock\.yaml)$/
/** How many of the largest files an error lists. */
const LARGEST = 5

/**
 * For WebAssembly all files but the program. For JavaScript those in the program's folder that are not part of the
 * bundle; none if that folder is the root, which has the whole system.
 *
 * @throws {EnclaveError} E_OCI_LIMIT with the largest files; E_OCI_LINK; E_ARCHIVE_NAME.
 */
export async function filesToTake(
  tree: Tree,
  { kind, file }: Program,
  limits: OciLimits,
): Promise<TakenFiles> {
  const files = new Map<string, Content>()
  const own = file.path.join('/')
  const folder = file.path.slice(0, -1)
  let folderLinks = 0
  const start = kind === 'module' ? { node: tree.root, path: [] } : (tree.find(folder) as Found<FolderNode>)
  const isSkipped = (_: Found, name: string) =>
    kind === 'script' && (name === MODULES || OF_BUNDLER.test(name))
  if (kind === 'module' || folder.length > 0) {
    for await (const { node, path } of walk(start, isSkipped, new Turns())) {
      if (node.kind === 'folder') continue
      // An enclave's files have no links: a link to a file becomes a copy.
      const found = node.kind === 'file' ? { node, path } : tree.find(path)
      if (found?.node.kind === 'folder') folderLinks++
      if (found?.node.kind !== 'file' || found.path.join('/') === own) continue
      checkName(path.join('/'), 'the container image has a file with a name that no enclave can have')
      files.set(path.join('/'), (found.node as FileNode).content)
      if (files.size > limits.files) throw tooMuch('the image has too many files', limits.files)
    }
  }
  assertSize(files, limits)
  const links = folderLinks === 1 ? 'a link to a folder is' : `${folderLinks} links to folders are`
  return { files, warnings: folderLinks > 0 ? [`${links} left out: an enclave’s files have no links`] : [] }
}

function assertSize(files: ReadonlyMap<string, Content>, { taken }: OciLimits): void {
  const total = [...files.values()].reduce((sum, { size }) => sum + size, 0)
  if (total <= taken) return
  const largest = [...files].sort(([, a], [, b]) => b.size - a.size).slice(0, LARGEST)
  const list = largest.map(([path, { size }]) => `\n  ${size} bytes: ${shown(path)}`).join('')
  throw tooMuch(
    'the files of the image are too large for an enclave',
    `${taken} bytes`,
    `${total}; the largest:${list}\n`,
  )
}
