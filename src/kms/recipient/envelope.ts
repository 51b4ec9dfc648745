/**
 * Encrypts for the public key of an attestation document: an envelope (`encoding/cms/write-envelope.ts`) with a fresh AES-256
 * key, which RSAES-OAEP with SHA-256 encrypts to that key.
 */
import type { Bytes } from '../../base/bytes.ts'
import type { CryptoKey } from '../../base/crypto-key.ts'
import { writeEnvelope } from '../../encoding/cms/write-envelope.ts'
import { KmsError } from '../core/error.ts'

const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' }
const KEY_BYTES = 32
const IV_BYTES = 16
const MODULUS_MIN = 2048
const MODULUS_MAX = 4096

/** The recipient of an envelope. */
export interface Recipient {
  readonly key: CryptoKey
  /** SHA-256 of the key's SubjectPublicKeyInfo. 32 bytes. */
  readonly identifier: Bytes
}

/**
 * The recipient with the `public_key` of a document.
 * @throws {KmsError} E_KMS_DOCUMENT if it is not an RSA key of 2048 to 4096 bits.
 */
export async function readRecipient(spki: Bytes | undefined): Promise<Recipient> {
  const expected = `RSA of ${MODULUS_MIN} to ${MODULUS_MAX} bits as SubjectPublicKeyInfo in DER`
  if (spki === undefined) {
    const hint = 'pass a public key when requesting the document: attest({ publicKey })'
    throw new KmsError('E_KMS_DOCUMENT', { what: 'the document has no public key', expected, hint })
  }
  const [key, digest] = await Promise.all([
    crypto.subtle.importKey('spki', spki, OAEP, false, ['encrypt']).catch(() => undefined),
    crypto.subtle.digest('SHA-256', spki),
  ])
  const bits = (key?.algorithm as RsaHashedKeyAlgorithm | undefined)?.modulusLength ?? 0
  if (!key || bits < MODULUS_MIN || bits > MODULUS_MAX) {
    const got = key ? `${bits} bits` : `${spki.byteLength} bytes that are not such a key`
    throw new KmsError('E_KMS_DOCUMENT', {
      what: 'the public key of the document is invalid',
      expected,
      got,
    })
  }
  return { key, identifier: new Uint8Array(digest) }
}

/**
 * Encrypts `plaintext` so that only `recipient` can decrypt it. At most 48 KiB. A promised plaintext is awaited while
 * the content key is encrypted; if the promise rejects, so does this.
 */
export async function sealFor(
  { key, identifier }: Recipient,
  plaintext: Bytes | Promise<Bytes>,
): Promise<Bytes> {
  const contentKey = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const importing = crypto.subtle.importKey('raw', contentKey, 'AES-CBC', false, ['encrypt'])
  const encrypting = Promise.all([importing, plaintext]).then(([aes, bytes]) =>
    crypto.subtle.encrypt({ name: 'AES-CBC', iv }, aes, bytes),
  )
  const [encryptedKey, ciphertext] = await Promise.all([
    crypto.subtle.encrypt({ name: 'RSA-OAEP' }, key, contentKey),
    encrypting,
  ])
  contentKey.fill(0)
  const sealed = { encryptedKey: new Uint8Array(encryptedKey), iv, ciphertext: new Uint8Array(ciphertext) }
  return writeEnvelope(sealed, identifier)
}
