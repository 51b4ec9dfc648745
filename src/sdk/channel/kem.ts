/** Mechanisms that agree on a secret (RFC 9180, section 4): X25519. X-Wing is in `x-wing.ts`. */
import { hkdf, x25519 } from 'webclave:crypto'
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { malformed } from '../../channel/wire/error.ts'
import { kemSuite, labelled } from '../../channel/wire/hpke.ts'
import { X25519_KEM } from '../../channel/wire/names.ts'
import { randomBytes } from '../qtsm.ts'

/** A key pair of a mechanism, whose private part stays inside. */
export interface KemKey {
  readonly publicKey: Bytes
  /** The secret that `enc`, of the mechanism's length, encapsulates. @throws {EnclaveError} E_CHANNEL_MESSAGE */
  open(enc: Uint8Array): Bytes
  /** Forgets the private part. */
  forget(): void
}

/** A mechanism of which an enclave makes keys. */
export interface Kem {
  /** Its number in IANA's registry of HPKE. */
  readonly id: number
  generate(): KemKey
}

const LENGTH = 32
const BASE_POINT = Uint8Array.from({ length: LENGTH }, (_, at) => (at === 0 ? 9 : 0))
const SUITE = kemSuite(X25519_KEM)
const NONE = new Uint8Array(0)

/** The key of 32 private bytes, which it takes over. */
export function x25519Key(privateKey: Bytes): KemKey {
  const publicKey = x25519(privateKey, BASE_POINT)!
  const ikm = labelled(SUITE, 'eae_prk')
  const info = concatBytes(Uint8Array.of(0, LENGTH), labelled(SUITE, 'shared_secret'))
  return {
    publicKey,
    open(enc) {
      // Undefined for a point of small order, with which the secret would be zero (RFC 9180, section 7.1.4).
      const secret = x25519(privateKey, enc)
      if (!secret)
        throw malformed('the encapsulated key is of small order', 'a key of X25519', `${LENGTH} bytes`)
      return hkdf('sha256', LENGTH, concatBytes(ikm, secret), NONE, concatBytes(info, enc, publicKey))!
    },
    forget: () => privateKey.fill(0),
  }
}

/** DHKEM(X25519, HKDF-SHA256). */
export const x25519Kem: Kem = { id: X25519_KEM, generate: () => x25519Key(randomBytes(LENGTH)) }
