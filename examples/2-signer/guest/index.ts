/** Signs with a key that this enclave makes at its start. No function returns it. */
import { attest, ecdsa, serve, sha256 } from 'webclave/sdk'

const CURVE = 'P-256'
const privateKey = ecdsa.generateKey(CURVE)
const publicKey = ecdsa.publicKey(CURVE, privateKey)

export interface Signed {
  /** ECDSA with SHA-256, DER. */
  signature: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
  /** An attestation document, if a nonce was given: its user data is the SHA-256 of the public key. */
  document: Uint8Array | undefined
}

export const handlers = {
  sign({ message, nonce }: { message: Uint8Array; nonce?: Uint8Array }): Signed {
    // The host checks its own types, but the enclave cannot rely on that.
    if (!(message instanceof Uint8Array))
      throw Object.assign(new TypeError('the message must be bytes'), { code: 'E_BYTES' })
    const document = nonce && attest({ nonce, userData: sha256(publicKey) })
    return { signature: ecdsa.sign(CURVE, privateKey, message), publicKey, document }
  },
}

export default (): Promise<void> => serve(handlers)
