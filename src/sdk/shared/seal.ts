/**
 * Seals a secret for the key of another enclave, and opens it there: HPKE in base mode (RFC 9180), DHKEM(X25519,
 * HKDF-SHA256). The key for AES-256-GCM is a secret that the context exports (section 5.3), and it is used once, because
 * every sealing begins a context of its own.
 */
import { aesGcmOpen, aesGcmSeal, hkdf, x25519 } from 'webclave:crypto'
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { kemSuite, labelled, Schedule, suiteOf } from '../../channel/wire/hpke.ts'
import { KEY_LENGTH, TAG_LENGTH, X25519_KEM } from '../../channel/wire/names.ts'
import { compiled } from '../channel/hpke.ts'
import { type KemKey, x25519Kem } from '../channel/kem.ts'
import { randomBytes } from '../qtsm.ts'

/** Bytes of a key of X25519, public or private, and of an encapsulated key. */
export const X25519_LENGTH = 32

const EXPORT_LABEL = 'webclave shared secret key'
const BASE_POINT = Uint8Array.from({ length: X25519_LENGTH }, (_, at) => (at === 0 ? 9 : 0))
const KEM = kemSuite(X25519_KEM)
const NONE = new Uint8Array(0)
/** A key is used once, so that its nonce need not differ. */
const NONCE = new Uint8Array(12)

/** A key pair for one exchange. */
export const newKey = (): KemKey => x25519Kem.generate()

/** The key for AES of the context that `info` and a shared secret begin. */
const keyOf = (shared: Uint8Array, info: Uint8Array): Bytes =>
  new Schedule(compiled, suiteOf(X25519_KEM), info).begin(shared).exported(EXPORT_LABEL, KEY_LENGTH)

/** The encapsulated key, and the sealed secret; undefined if `publicKey` is of small order or has another length. */
export function seal(publicKey: Uint8Array, info: Uint8Array, secret: Uint8Array): Bytes | undefined {
  if (publicKey.length !== X25519_LENGTH) return undefined
  const privateKey = randomBytes(X25519_LENGTH)
  const enc = x25519(privateKey, BASE_POINT)!
  const agreed = x25519(privateKey, publicKey)
  privateKey.fill(0)
  // With a point of small order the agreed secret would be zero (RFC 9180, section 7.1.4).
  if (!agreed) return undefined
  const length = Uint8Array.of(0, X25519_LENGTH)
  const shared = hkdf(
    'sha256',
    X25519_LENGTH,
    concatBytes(labelled(KEM, 'eae_prk'), agreed),
    NONE,
    concatBytes(length, labelled(KEM, 'shared_secret'), enc, publicKey),
  )!
  return concatBytes(enc, aesGcmSeal(keyOf(shared, info), NONCE, NONE, secret)!)
}

/** The secret in `sealed`; undefined if it was not sealed for this key and this `info`. */
export function open(key: KemKey, info: Uint8Array, sealed: Uint8Array): Bytes | undefined {
  if (sealed.length < X25519_LENGTH + TAG_LENGTH) return undefined
  let shared: Bytes
  try {
    shared = key.open(sealed.slice(0, X25519_LENGTH))
  } catch {
    return undefined
  }
  return aesGcmOpen(keyOf(shared, info), NONCE, NONE, sealed.subarray(X25519_LENGTH)) ?? undefined
}
