/** Keeps a secret that was made inside: it tells the secret's SHA-256, and the secret itself only when it is asked. */
import { attest, randomBytes, serve, sha256, toHex } from 'webclave/sdk'

// The random bytes themselves come from the security module, outside.
const secret = sha256(randomBytes(32))

const handlers = {
  fingerprint() {
    return toHex(sha256(secret))
  },

  reveal() {
    return secret
  },

  prove({ nonce }: { nonce: Uint8Array }) {
    return attest({ nonce })
  },
}

export default async function main(): Promise<void> {
  await serve(handlers)
}
