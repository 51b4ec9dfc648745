/** Visits the nodes of a tree without keeping other tasks of this thread waiting. */
import type { Turns } from '../platform/yield.ts'
import type { FolderNode, Found } from './tree.ts'

/** What programs in JavaScript have beside them. */
export const MODULES = 'node_modules'

/**
 * All that is in a folder and in the folders below, apart from what `isSkipped`. A folder comes before its content, and is
 * entered only after the caller has seen it.
 */
export async function* walk(
  start: Found<FolderNode>,
  isSkipped: (found: Found, name: string) => boolean,
  turns: Turns,
): AsyncGenerator<Found> {
  const within = ({ node, path }: Found<FolderNode>) => ({ path, entries: node.entries.entries() })
  const stack = [within(start)]
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    await turns.next()
    const { done, value } = top.entries.next()
    if (done) {
      stack.pop()
      continue
    }
    const [name, node] = value
    const found: Found = { node, path: [...top.path, name] }
    if (isSkipped(found, name)) continue
    yield found
    if (node.kind === 'folder') stack.push(within(found as Found<FolderNode>))
  }
}
