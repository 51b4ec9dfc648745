/** Receives a secret: its owner encrypts it for the public key in this enclave's document. */
import { attest, serve, sha256, toHex } from 'webclave/sdk'

const RSA = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
const keys = crypto.subtle.generateKey(RSA, false, ['encrypt', 'decrypt'])

const handlers = {
  /** A document with the public key. */
  async offer({ nonce }: { nonce: Uint8Array }) {
    const { publicKey } = (await keys) as { publicKey: CryptoKey }
    return attest({ nonce, publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)) })
  },

  /** Decrypts, and tells the SHA-256 of what it got. */
  async receive({ ciphertext }: { ciphertext: Uint8Array<ArrayBuffer> }) {
    const { privateKey } = (await keys) as { privateKey: CryptoKey }
    const secret = await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, privateKey, ciphertext)
    return toHex(sha256(new Uint8Array(secret)))
  },
}

export default async function main(): Promise<void> {
  await serve(handlers)
}
