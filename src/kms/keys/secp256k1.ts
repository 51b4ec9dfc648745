/** Keys on secp256k1, which WebCrypto does not have: PKCS #8 and SubjectPublicKeyInfo (RFC 5208, RFC 5480, SEC 2). */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { element } from '../../encoding/der/writer.ts'

const SEQUENCE = 0x30
const INTEGER = 0x02
const OCTETS = 0x04
const BITS = 0x03
const PUBLIC_KEY = 0xa1
const SECRET_LENGTH = 32
const POINT_LENGTH = 65

/** id-ecPublicKey, 1.2.840.10045.2.1, and secp256k1, 1.3.132.0.10, as object identifiers. */
const ALGORITHM: Bytes = element(
  SEQUENCE,
  [0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1],
  [0x06, 5, 0x2b, 0x81, 4, 0, 10],
)

/** A new key pair in DER. */
export function createSecp256k1(): { readonly privateKey: Bytes; readonly publicKey: Bytes } {
  const { secretKey } = secp256k1.keygen()
  const point = element(BITS, [0], secp256k1.getPublicKey(secretKey, false))
  const own = element(SEQUENCE, element(INTEGER, [1]), element(OCTETS, secretKey), element(PUBLIC_KEY, point))
  return {
    privateKey: element(SEQUENCE, element(INTEGER, [0]), ALGORITHM, element(OCTETS, own)),
    publicKey: element(SEQUENCE, ALGORITHM, point),
  }
}

const BEFORE_SECRET = concatBytes(
  Uint8Array.of(SEQUENCE, 0x81, 0x84, INTEGER, 1, 0),
  ALGORITHM,
  Uint8Array.of(OCTETS, 0x6d, SEQUENCE, 0x6b, INTEGER, 1, 1, OCTETS, SECRET_LENGTH),
).byteLength

/** The secret number in a private key that `createSecp256k1` has made, big-endian. */
export const secretOf = (privateKey: Bytes): Bytes =>
  privateKey.subarray(BEFORE_SECRET, BEFORE_SECRET + SECRET_LENGTH)

/** The uncompressed point at the end of a public key. */
export const pointOf = (publicKey: Bytes): Bytes => publicKey.subarray(-POINT_LENGTH)
