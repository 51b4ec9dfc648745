/**
 * The master key, under which everything that a KMS keeps is sealed: in Node a private file of this user (0600), in a
 * tab a key of this origin that nothing can read out.
 */

import { fromBase64, toBase64 } from '../../base/base64.ts'
import { EnclaveError } from '../../base/error.ts'
import type { SecretPlace } from '../../platform/secret.ts'
import { openSecretStore } from '../../platform/secret-store.ts'

const AES_256 = { name: 'AES-GCM', length: 256 }
const USES: readonly KeyUsage[] = ['encrypt', 'decrypt']
const KEY_BYTES = 32

const PLACE: SecretPlace = {
  file: 'kms-master.key',
  database: ['webclave-kms-master', 'keys', 'master'],
  called: 'master key of the KMS',
  code: 'E_KMS_MASTER',
  renew: 'remove it and the store, for what is sealed under it is lost without it',
  without: 'give the KMS a master key of createMasterKey, which ends with the page',
}

/** A new master key, in memory only. */
export function createMasterKey(): Promise<CryptoKey> {
  return makeKey(false)
}

/**
 * The master key that is kept, made the first time.
 *
 * @param folder where its file lies. Default: webclave in the state folder of this user. Node only.
 * @throws {EnclaveError} E_KMS_MASTER_FILE, _MODE, _OWNER, _TEXT in Node, E_KMS_MASTER_DATABASE in a tab.
 */
export function persistentMasterKey(folder?: string): Promise<CryptoKey> {
  const forms = { make: makeKey, toText, fromText }
  return openSecretStore(forms, folder === undefined ? PLACE : { ...PLACE, folder }).load()
}

async function makeKey(extractable: boolean): Promise<CryptoKey> {
  return (await crypto.subtle.generateKey(AES_256, extractable, USES)) as CryptoKey
}

async function toText(key: CryptoKey): Promise<string> {
  return `${toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', key)))}\n`
}

async function fromText(text: string): Promise<CryptoKey> {
  const raw = /^[A-Za-z0-9+/]{43}=\n?$/.test(text) ? fromBase64(text) : undefined
  if (raw?.byteLength !== KEY_BYTES) {
    throw new EnclaveError('E_KMS_MASTER_TEXT', {
      what: 'what is kept is no master key of the KMS',
      expected: `${KEY_BYTES} bytes in base64`,
      got: `a text of ${text.length} characters`,
      hint: PLACE.renew,
    })
  }
  return crypto.subtle.importKey('raw', raw, AES_256, false, USES)
}
