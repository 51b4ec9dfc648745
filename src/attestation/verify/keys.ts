/**
 * Imports public keys of certificates into WebCrypto. Documents of one host share all certificates but two, and an
 * import checks that the point is on its curve, so recent keys are cached. Points are hostile input.
 */

import type { Certificate } from '../../encoding/x509/certificate.ts'
import { BoundedCache } from './bounded-cache.ts'

const P384 = { name: 'ECDSA', namedCurve: 'P-384' }

const kept = new BoundedCache<Promise<CryptoKey | undefined>>()

/** The certificate's key for verification, or `undefined` if it is not a valid key on P-384. */
export function verificationKey({ publicPoint }: Certificate): Promise<CryptoKey | undefined> {
  // A point of another curve has another length, which the import rejects.
  return kept.get(publicPoint, () =>
    crypto.subtle.importKey('raw', publicPoint, P384, false, ['verify']).catch(() => undefined),
  )
}
