/**
 * The KMS's identity: an ECDSA P-384 key, stored sealed, with which it signs its answers. An
 * enclave has no TLS to authenticate its KMS, and the parent relays every byte between them; so an image pins this key.
 */

import { fromBase64, toBase64 } from '../../base/base64.ts'
import { type Bytes, toHex } from '../../base/bytes.ts'
import type { SealedStore } from './sealed-store.ts'

const P384 = { name: 'ECDSA', namedCurve: 'P-384' }
const ES384 = { name: 'ECDSA', hash: 'SHA-384' }
const NAME = 'identity'

interface IdentityRecord {
  readonly pkcs8: string
  readonly spki: string
}

/** The signing key of one KMS. */
export interface Identity {
  /** The public key: SubjectPublicKeyInfo in DER, 120 bytes. */
  readonly spki: Bytes
  /** SHA-256 of `spki`, 64 lower-case hexadecimal digits. */
  readonly keyId: string
  /** `r || s`, 96 bytes, over SHA-384 of `message` (RFC 9421 section 3.3.5). */
  sign(message: Bytes): Promise<Bytes>
}

/** The stored identity, created on first use. @throws {KmsError} E_KMS_SEALED */
export async function openIdentity(store: SealedStore): Promise<Identity> {
  const made = await createRecord()
  const { pkcs8, spki } = await store.update([NAME], ([found]) => ({
    drafts: found === undefined ? [{ name: NAME, value: made }] : [],
    result: (found ?? made) as IdentityRecord,
  }))
  const key = await crypto.subtle.importKey('pkcs8', fromBase64(pkcs8), P384, false, ['sign'])
  const publicKey = fromBase64(spki)
  return {
    spki: publicKey,
    keyId: toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', publicKey))),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(ES384, key, message)),
  }
}

async function createRecord(): Promise<IdentityRecord> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(P384, true, ['sign', 'verify'])
  const [pkcs8, spki] = await Promise.all([
    crypto.subtle.exportKey('pkcs8', privateKey),
    crypto.subtle.exportKey('spki', publicKey),
  ])
  return { pkcs8: toBase64(new Uint8Array(pkcs8)), spki: toBase64(new Uint8Array(spki)) }
}
