/** Where the keys and serial numbers of certificates come from. */
import type { Bytes } from '../../base/bytes.ts'
import type { SigningKey } from '../../encoding/ecdsa.ts'

/** A new key on P-384. */
export interface CertificateKey {
  readonly privateKey: SigningKey
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Bytes
}

/** Makes keys and serial numbers. `name` is that of the certificate's subject. */
export interface KeySource {
  key(name: string): Promise<CertificateKey>
  /** 16 bytes. */
  serial(name: string): Bytes
}

/** New random ones for every certificate. */
export const RANDOM_KEYS: KeySource = {
  async key() {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-384' }
    const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
    return { privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)) }
  },
  serial: () => crypto.getRandomValues(new Uint8Array(16)),
}
