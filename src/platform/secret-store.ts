/**
 * Where a secret is kept between runs: a private file of this user in Node, a database of this origin in a tab. What the
 * secret is, the room above knows; here it is something that is made, and in Node written as text.
 */
import { isNode } from './environment.ts'
import { SecretDatabase } from './secret-database.ts'
import { SecretFile } from './secret-file.ts'

/** How a secret is made, and its two forms in a file. */
export interface SecretForms<Secret> {
  /** A new one. One that goes into a file must be extractable. */
  make(extractable: boolean): Promise<Secret>
  toText(secret: Secret): Promise<string>
  fromText(text: string): Promise<Secret>
}

/** Where it lies, and what errors about it say. */
export interface SecretPlace {
  /** The file's name. */
  readonly file: string
  /** The folder, made where it is missing. @default webclave in the state folder of this user */
  readonly folder?: string
  /** In a tab: the database, its object store, and the record. */
  readonly database: readonly [name: string, store: string, record: string]
  /** What it is called, and how the codes of its errors begin. */
  readonly called: string
  readonly code: string
  /** What a person does whose secret is lost or may be known to others. */
  readonly renew: string
  /** What a tab without a database does instead. */
  readonly without: string
}

/** One secret, kept. */
export interface SecretStore<Secret> {
  /** The one that is kept, and a new one where there is none: of several who ask at once, all get the same. */
  load(): Promise<Secret>
  /** Puts a new one in the place of the one that is kept, whatever that is. */
  rotate(): Promise<Secret>
}

/**
 * The store of this home.
 *
 * @example
 * const store = openSecretStore(
 *   {
 *     make: async () => ({ name: 'a root' }),
 *     toText: async (root) => JSON.stringify(root),
 *     fromText: async (text) => JSON.parse(text),
 *   },
 *   {
 *     file: 'example.json',
 *     database: ['example', 'secrets', 'root'],
 *     called: 'example',
 *     code: 'E_EXAMPLE',
 *     renew: 'remove it',
 *     without: 'do without',
 *   },
 * )
 */
export function openSecretStore<Secret>(forms: SecretForms<Secret>, place: SecretPlace): SecretStore<Secret> {
  return isNode ? new SecretFile(forms, place) : new SecretDatabase(forms, place)
}
