/**
 * The enclave: replaces card numbers with tokens. The KMS releases the key only to this image.
 *
 * The image's environment, which is measured: KMS_IDENTITY (SHA-256 of the KMS's public key) and KMS_KEY (the key's ID).
 */
import { type Credentials, createKmsClient, env, serve } from 'webclave/sdk'
import { tokenOf } from './tokens.ts'

let key: Uint8Array | undefined

export const handlers = {
  /** Has the KMS decrypt the key in `wrapped`, or make a new one. The host stores the result for the next start. */
  async open({
    credentials,
    wrapped,
  }: {
    credentials: Credentials
    wrapped?: Uint8Array
  }): Promise<Uint8Array> {
    const { KMS_IDENTITY: identity = '', KMS_KEY: keyId = '' } = env()
    const kms = createKmsClient({ identity, credentials })
    const encryptionContext = { service: 'tokenizer' }
    if (wrapped) {
      key = await kms.decryptDataKey(wrapped, { encryptionContext, keyId })
      return wrapped
    }
    const { plaintext, ciphertext } = await kms.generateDataKey(keyId, { encryptionContext })
    key = plaintext
    return ciphertext
  },

  /** The token of a card number. */
  tokenize({ card }: { card: string }): string {
    if (key) return tokenOf(key, card)
    throw Object.assign(new Error('the tokenizer has no key yet: open it'), { code: 'E_CLOSED' })
  },
}

export default (): Promise<void> => serve(handlers)
