/**
 * Opens the envelope that a KMS creates for the public key of an attestation document (`read-envelope.ts`), with
 * WebCrypto. Input is hostile; an error of the decryption reveals only that it failed.
 */
import type { Bytes } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'
import { readEnvelope } from '../../src/encoding/cms/read-envelope.ts'

/**
 * The plaintext in an envelope, for the owner of the recipient's key.
 * @param key an RSA-OAEP private key with SHA-256, usable for `decrypt`.
 * @throws {EnclaveError} E_CMS if it is not a valid envelope; E_CMS_DECRYPT if the key cannot decrypt it.
 * @see RFC 5652 section 6; AWS KMS, "Recipient"
 */
export async function openEnvelope(bytes: Bytes, key: CryptoKey): Promise<Bytes> {
  const { encryptedKey, iv, ciphertext } = readEnvelope(bytes)
  try {
    const raw = await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, key, encryptedKey)
    const aes = await crypto.subtle.importKey('raw', raw, 'AES-CBC', false, ['decrypt'])
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, aes, ciphertext))
  } catch {
    throw new EnclaveError('E_CMS_DECRYPT', {
      what: 'the envelope cannot be opened with this key',
      hint: 'was it made for the public key of this very document?',
    })
  }
}
