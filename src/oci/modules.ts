/** Which files of an image the bundler may read for a program in JavaScript, and which links lead to them. */
import { Turns } from '../platform/yield.ts'
import type { OciLimits } from './limits.ts'
import type { Program } from './program.ts'
import { tooMuch } from './refusal.ts'
import type { Content, FolderNode, Found, Node, Tree } from './tree.ts'
import { MODULES, walk } from './walk.ts'

/** What is written into a folder for the bundler: paths from the image's root. */
export interface ModuleFiles {
  readonly files: ReadonlyMap<string, Content>
  /** Links, and the paths without links that they lead to. */
  readonly links: ReadonlyMap<string, string>
}

/** Files that can be part of a bundle. A tsconfig.json is not read by Node, so it may not change what is built. */
const BUNDLED = /(?<!\.d)\.(?:[cm]?[jt]sx?|json|txt|css)$/
const CONFIG = 'tsconfig.json'
/** Folders of the system, which a program in the root does not import from. */
const SYSTEM: ReadonlySet<string> = new Set([
  ...['bin', 'boot', 'dev', 'etc', 'home', 'lib', 'lib64', 'media', 'mnt', 'opt'],
  ...['proc', 'root', 'run', 'sbin', 'sys', 'tmp', 'usr', 'var'],
])

/**
 * The modules in the program's folder and the working directory, in the node_modules of the folders above, and where links
 * of these lead.
 * @throws {EnclaveError} E_OCI_LINK, E_OCI_LIMIT
 */
export async function modulesOf(
  tree: Tree,
  { file }: Program,
  workingDir: string,
  limits: OciLimits,
): Promise<ModuleFiles> {
  const files = new Map([[file.path.join('/'), file.node.content]])
  const links = new Map<string, string>()
  const folder = file.path.slice(0, -1)
  const todo: (Found | undefined)[] = [tree.find(folder), tree.find([...folder, 'package.json'])]
  const work = tree.find(workingDir)
  if (work && isAbove(work.path, folder)) todo.push(work)
  for (let depth = folder.length; depth >= 0; depth--)
    todo.push(
      at(tree, [...folder.slice(0, depth), MODULES]),
      at(tree, [...folder.slice(0, depth), 'package.json']),
    )

  const seen = new Set<Node>()
  const visit = ({ node, path }: Found) => {
    const name = path.at(-1) ?? ''
    if (node.kind === 'file') {
      if (BUNDLED.test(name) && name !== CONFIG) files.set(path.join('/'), node.content)
    } else if (node.kind === 'link') {
      const end = tree.find(path)
      if (!end) return
      links.set(path.join('/'), end.path.join('/'))
      if (links.size > limits.links)
        throw tooMuch('the modules of the image have too many links', limits.links)
      // Beyond the folders so far only what a link names, never the whole system.
      if (end.path.length > 1 || end.node.kind === 'file') todo.push(end)
    } else seen.add(node)
  }
  const isSkipped = ({ node, path }: Found, name: string) =>
    seen.has(node) || (path.length === 1 && SYSTEM.has(name))
  const turns = new Turns()
  for (let next = 0; next < todo.length; next++) {
    const found = todo[next]
    if (!found || seen.has(found.node)) continue
    visit(found)
    if (found.node.kind !== 'folder') await turns.next()
    else for await (const inner of walk(found as Found<FolderNode>, isSkipped, turns)) visit(inner)
  }
  return { files, links }
}

/** What is at a path, without following a link there. */
const at = (tree: Tree, path: readonly string[]) => tree.find(path, false)

const isAbove = (above: readonly string[], path: readonly string[]) =>
  above.length > 0 && above.every((step, index) => step === path[index])
