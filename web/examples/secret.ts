/**
 * Opens a secret that the KMS releases only to this image. The parent instance carries the ciphertext in, and never sees
 * what is in it: only what this code answers.
 */
import { attest, type Credentials, createKmsClient, serve, sha256, toHex } from 'webclave/sdk'

interface Request {
  /** SHA-256 of the KMS's public key: the KMS that answers must have that key. */
  identity: string
  credentials: Credentials
  ciphertext: Uint8Array
}

const handlers = {
  /** Decrypts inside the enclave. It tells how long the secret is and its SHA-256, and not the secret. */
  async open({ identity, credentials, ciphertext }: Request) {
    const kms = createKmsClient({ identity, credentials })
    const secret = await kms.decrypt(ciphertext)
    return { length: secret.length, sha256: toHex(sha256(secret)) }
  },

  prove({ nonce }: { nonce: Uint8Array }) {
    return attest({ nonce })
  },
}

export default async function main(): Promise<void> {
  console.log('secret serves on port 5000')
  await serve(handlers)
}
