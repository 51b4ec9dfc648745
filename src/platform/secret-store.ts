/**
 * Where a secret is kept between runs: a private file of this user in Node, a database of this origin in a tab. What the
 * secret is, the room above knows; here it is something that is made, and in Node written as text.
 */
import { isNode } from './environment.ts'
import type { SecretForms, SecretPlace, SecretStore } from './secret.ts'
import { SecretDatabase } from './secret-database.ts'
import { SecretFile } from './secret-file.ts'

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
 *     code: 'E_ROOT',
 *     renew: 'remove it',
 *     without: 'do without',
 *   },
 * )
 */
export function openSecretStore<Secret>(forms: SecretForms<Secret>, place: SecretPlace): SecretStore<Secret> {
  return isNode ? new SecretFile(forms, place) : new SecretDatabase(forms, place)
}
