/** Each enclave makes a key of its own when it starts. No function returns the private key. */
import { attest, ecdsa, sha256 } from 'webclave/sdk'

const CURVE = 'P-256'
const privateKey = ecdsa.generateKey(CURVE)
const publicKey = ecdsa.publicKey(CURVE, privateKey)

export interface Signed {
  /** ECDSA with SHA-256, DER. */
  signature: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
  /** An attestation document: its user data is the SHA-256 of the public key. */
  document: Uint8Array
}

/** Signs `message`. The host checks its own types, but the enclave cannot rely on that. */
export function sign(message: unknown, nonce: unknown): Signed {
  if (!(message instanceof Uint8Array) || !(nonce instanceof Uint8Array))
    throw Object.assign(new TypeError('message and nonce must be bytes'), { code: 'E_BYTES' })
  const signature = ecdsa.sign(CURVE, privateKey, message)
  return { signature, publicKey, document: attest({ nonce, userData: sha256(publicKey) }) }
}
