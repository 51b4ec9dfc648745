/**
 * Public keys of certificates, imported into WebCrypto. Documents of one host share all certificates but two,
 * and importing checks that the point is on its curve, so the last keys are kept. Points are hostile input: a
 * key is kept under the whole of its point, and the number kept is bounded, so that nothing but time can be
 * won or lost by filling the store.
 */
import type { Certificate } from './certificate.ts'

const KEPT_MAX = 64
const P384 = { name: 'ECDSA', namedCurve: 'P-384' }

const kept = new Map<string, CryptoKey>()

/** The certificate's key for verification, or `undefined` if it is none on P-384. */
export async function verificationKey(certificate: Certificate): Promise<CryptoKey | undefined> {
  const { curve, publicPoint } = certificate
  if (curve !== 'P-384') return undefined
  const identity = String.fromCharCode(...publicPoint)
  const known = kept.get(identity)
  if (known !== undefined) return known
  try {
    const key = await crypto.subtle.importKey('raw', publicPoint, P384, false, ['verify'])
    if (kept.size >= KEPT_MAX) kept.clear()
    kept.set(identity, key)
    return key
  } catch {
    return undefined
  }
}
