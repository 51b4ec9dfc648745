/**
 * Where a root of attestation is kept between runs: a private file of this user in Node, a database of this origin in
 * a tab. What a root is, the room above knows; here it is something that is made, and in Node written as text.
 */
import { isNode } from './environment.ts'
import { RootDatabase } from './root-database.ts'
import { RootFile } from './root-file.ts'

/** How a root is made, and its two forms in a file. */
export interface RootForms<Root> {
  /** A new one. One that goes into a file must be extractable. */
  make(extractable: boolean): Promise<Root>
  toText(root: Root): Promise<string>
  fromText(text: string): Promise<Root>
}

/** One root, kept. */
export interface RootStore<Root> {
  /** The root that is kept, and a new one where there is none: of several who ask at once, all get the same. */
  load(): Promise<Root>
  /** Puts a new one in the place of the one that is kept, whatever that is. */
  rotate(): Promise<Root>
}

/**
 * The store of this home.
 *
 * @example
 * const store = openRootStore({
 *   make: async () => ({ name: 'a root' }),
 *   toText: async (root) => JSON.stringify(root),
 *   fromText: async (text) => JSON.parse(text),
 * })
 */
export function openRootStore<Root>(forms: RootForms<Root>): RootStore<Root> {
  return isNode ? new RootFile(forms) : new RootDatabase(forms)
}
