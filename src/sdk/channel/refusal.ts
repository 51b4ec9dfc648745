/**
 * The refusal of a request under a key that has taken as many as it may: with a statement of the enclave, in an attestation
 * document, that it has not taken this request and never will. So its caller may repeat it under a new key, although the
 * refusal came through a parent that nobody trusts.
 */
import { refusalStatement } from '../../channel/wire/binding.ts'
import { KEY_PROBLEM } from '../../channel/wire/names.ts'
import { problemAnswer } from '../../channel/wire/problem.ts'
import { sha256 } from '../hash.ts'
import { attest } from '../qtsm.ts'
import type { KeyRing } from './keys.ts'

/** Of a request with the encapsulated key `enc`, which was not taken, under a key that takes no more. */
export function refusalOf(keys: KeyRing, enc: Uint8Array, headers: HeadersInit): Response {
  const digest = sha256(enc)
  const document = attest({
    nonce: digest,
    publicKey: keys.current().publicKey,
    userData: refusalStatement(digest),
  })
  const refusal = btoa(String.fromCharCode(...document))
  return problemAnswer(400, { type: KEY_PROBLEM, title: 'the key takes no more requests', refusal }, headers)
}
