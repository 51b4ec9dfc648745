/**
 * What the attestation documents of an exchange state in `user_data`. The labels differ for the two roles, so that no
 * document passes for one of the other role; the digest of the secret's name keeps secrets of one application apart.
 */
import { type Bytes, concatBytes, equalBytes } from '../../base/bytes.ts'
import { sha256 } from '../hash.ts'

const encoder = new TextEncoder()
const ASK_LABEL = encoder.encode('webclave shared secret, requested 1\0')
const GIVE_LABEL = encoder.encode('webclave shared secret, given 1\0')
const SEAL_LABEL = encoder.encode('webclave shared secret, sealed 1\0')

export const NONCE_LENGTH = 32

/** The SHA-256 of a secret's name. */
export const nameDigest = (name: string): Bytes => sha256(encoder.encode(name))

/** `user_data` of the one that asks, whose own nonce is `nonce`. */
export const askStatement = (name: Uint8Array, nonce: Uint8Array): Bytes =>
  concatBytes(ASK_LABEL, name, nonce)

/** The nonce in `user_data` of one that asks for the secret of this name; undefined if it states anything else. */
export function nonceIn(statement: Uint8Array | undefined, name: Uint8Array): Bytes | undefined {
  const nonce = statement?.slice(-NONCE_LENGTH)
  if (!statement || !nonce || statement.length < NONCE_LENGTH) return undefined
  return equalBytes(statement, askStatement(name, nonce)) ? nonce : undefined
}

/** What HPKE binds a sealed secret to: the secret's name, and the document of the one that asks. */
export const sealInfo = (name: Uint8Array, request: Uint8Array): Bytes =>
  concatBytes(SEAL_LABEL, name, sha256(request))

/** `user_data` of the one that gives: what it has sealed, and for which document. Both parts have fixed lengths. */
export const giveStatement = (info: Uint8Array, sealed: Uint8Array): Bytes =>
  concatBytes(GIVE_LABEL, sha256(info), sha256(sealed))
