/**
 * Stores a secret between runs: in a private file of this user in Node, in a database of this origin in a tab. The
 * caller decides what the secret is, and provides functions that make it and convert it to text and back.
 */
import { isNode } from './environment.ts'
import type { SecretForms, SecretPlace, SecretStore } from './secret.ts'
import { SecretDatabase } from './secret-database.ts'
import { SecretFile } from './secret-file.ts'

/**
 * The secret store of this environment, Node or a browser.
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
