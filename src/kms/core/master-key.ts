/**
 * The master key, under which a KMS seals everything that it stores: in Node a file with mode 0600, in a
 * tab a non-extractable key of this origin.
 */
import { fromBase64, toBase64 } from '../../base/base64.ts'
import type { CryptoKey } from '../../base/crypto-key.ts'
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
  renew:
    'restore it from a backup, or remove it and the store: keys that were sealed under it are lost without it',
  without: 'pass a masterKey of createMasterKey, which is lost when the page closes',
}

/** A new master key, in memory only. */
export function createMasterKey(): Promise<CryptoKey> {
  return makeKey(false)
}

/**
 * The stored master key, created on first use.
 *
 * @param folder the folder of its file. Default: webclave's folder in this user's state directory. Node only.
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
      what: 'the stored master key of the KMS is malformed',
      expected: `${KEY_BYTES} bytes in base64`,
      got: `${text.length} characters`,
      hint: PLACE.renew,
    })
  }
  return crypto.subtle.importKey('raw', raw, AES_256, false, USES)
}
