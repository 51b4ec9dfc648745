/**
 * Public keys of certificates, imported into WebCrypto. Documents of one host share all certificates but two, and
 * importing checks that the point is on its curve, so the last keys are kept. Points are hostile input.
 */

import type { Certificate } from '../../encoding/x509/certificate.ts'
import { BoundedCache } from './bounded-cache.ts'

const P384 = { name: 'ECDSA', namedCurve: 'P-384' }

const kept = new BoundedCache<Promise<CryptoKey | undefined>>()

/** The certificate's key for verification, or `undefined` if it is none on P-384. */
export function verificationKey({ publicPoint }: Certificate): Promise<CryptoKey | undefined> {
  // A point of another curve is of another length, which the import refuses.
  return kept.get(publicPoint, () =>
    crypto.subtle.importKey('raw', publicPoint, P384, false, ['verify']).catch(() => undefined),
  )
}
