/**
 * `webclave/sdk/x-wing`: keys of X-Wing for `attestedChannel` (draft-connolly-cfrg-xwing-kem), which hold if either X25519
 * or ML-KEM-768 does. ML-KEM is from `@noble/post-quantum`, which has to be installed; X25519 is the compiled one. It is
 * not constant-time in an interpreter, as no JavaScript is.
 *
 * @example
 * import { attestedChannel, serveHttp } from 'webclave/sdk'
 * import { xWing } from 'webclave/sdk/x-wing'
 *
 * const handler = (request) => new Response('hello')
 * export default () => serveHttp(attestedChannel(handler, { kems: [xWing] }))
 *
 * @module
 */

import { x25519 } from 'webclave:crypto'
import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { concatBytes } from '../../base/bytes.ts'
import { malformed } from '../../channel/wire/error.ts'
import { X_WING_KEM } from '../../channel/wire/names.ts'
import { randomBytes } from '../qtsm.ts'
import type { Kem, KemKey } from './kem.ts'

export type { Kem, KemKey } from './kem.ts'

/** Lengths in bytes: a seed, what it is expanded to, the part of it for ML-KEM, and ML-KEM's ciphertext. */
const SEED_LENGTH = 32
const EXPANDED_LENGTH = 96
const ML_KEM_SEED_LENGTH = 64
const ML_KEM_LENGTH = 1088
const BASE_POINT = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 9 : 0))
/** `\.//^\`, which ends what is hashed. */
const LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c)

/** The key of a seed of 32 bytes. @internal */
export function xWingKey(seed: Uint8Array): KemKey {
  const expanded = shake256(seed, { dkLen: EXPANDED_LENGTH })
  const lattice = ml_kem768.keygen(expanded.subarray(0, ML_KEM_SEED_LENGTH))
  const curve = expanded.slice(ML_KEM_SEED_LENGTH)
  const curvePublic = x25519(curve, BASE_POINT)!
  return {
    publicKey: concatBytes(lattice.publicKey, curvePublic),
    open(enc) {
      const [latticeEnc, curveEnc] = [enc.subarray(0, ML_KEM_LENGTH), enc.subarray(ML_KEM_LENGTH)]
      const secret = x25519(curve, curveEnc)
      if (!secret)
        throw malformed('the encapsulated key is of small order', 'a key of X-Wing', `${enc.length} bytes`)
      const latticeSecret = ml_kem768.decapsulate(latticeEnc, lattice.secretKey)
      return Uint8Array.from(sha3_256(concatBytes(latticeSecret, secret, curveEnc, curvePublic, LABEL)))
    },
    forget() {
      for (const bytes of [expanded, lattice.secretKey, curve]) bytes.fill(0)
    },
  }
}

/** The mechanism X-Wing: 1216 bytes of public key, 1120 of each encapsulated key. */
export const xWing: Kem = { id: X_WING_KEM, generate: () => xWingKey(randomBytes(SEED_LENGTH)) }
