/**
 * Reads the private key that signs images: PKCS #8 (RFC 5958), or SEC 1 (RFC 5915), the output of `openssl ecparam
 * -genkey`, which is wrapped in PKCS #8 for WebCrypto. Errors never contain bytes of a key.
 */

import { fromBase64 } from '../../base/base64.ts'
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { TAG } from '../../encoding/der/reader.ts'
import { element } from '../../encoding/der/writer.ts'
import type { CurveName } from '../../encoding/ecdsa.ts'

const BLOCK = /-----BEGIN (EC )?PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END \1PRIVATE KEY-----/

const VERSION_0 = element(TAG.integer, [0])

/** AlgorithmIdentifier { id-ecPublicKey, the curve } in DER. */
const ALGORITHMS: Readonly<Record<CurveName, readonly number[]>> = {
  'P-256': [0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
  'P-384': [0x30, 16, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 34],
  'P-521': [0x30, 16, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 35],
}

/**
 * Reads the key in `pem`, which must be on `curve`, the curve of the certificate's key.
 * @throws {EnclaveError} E_IMAGE_KEY
 */
export async function readSigningKey(pem: string, curve: CurveName): Promise<CryptoKey> {
  const [, sec1, base64 = ''] = BLOCK.exec(pem) ?? []
  try {
    const bytes = fromBase64(base64.replace(/\s/g, ''))
    const pkcs8 = sec1 ? wrap(bytes, curve) : bytes
    return await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'ECDSA', namedCurve: curve }, false, [
      'sign',
    ])
  } catch (cause) {
    throw new EnclaveError('E_IMAGE_KEY', {
      what: 'the private key is malformed or does not match the signing certificate',
      expected: `an unencrypted PEM "PRIVATE KEY" or "EC PRIVATE KEY" on ${curve}`,
      got: base64 ? 'another key type or curve' : 'no such PEM block',
      cause,
    })
  }
}

function wrap(sec1: Bytes, curve: CurveName): Bytes {
  return element(TAG.sequence, VERSION_0, ALGORITHMS[curve], element(TAG.octetString, sec1))
}
