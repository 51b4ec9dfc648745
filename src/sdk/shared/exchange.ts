/**
 * The exchange in which one enclave gives its secret to another. Both prove what they are: the one that asks by a document
 * with the other's challenge, its own nonce and a key that exists for this exchange only; the one that gives by a document
 * with that nonce, which names the other's document and what it has sealed. So what carries the messages can neither read
 * the secret nor put another in its place, and a message of another exchange, of the other role or of another secret is
 * refused. Everything received is hostile until its document is verified.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { KemKey } from '../channel/kem.ts'
import { attest, randomBytes } from '../qtsm.ts'
import { newKey, open, seal } from './seal.ts'
import { askStatement, giveStatement, NONCE_LENGTH, nonceIn, sealInfo } from './statements.ts'
import { type Trust, verified } from './trust.ts'

/** What both ends of an exchange must have in common. */
export interface Terms {
  /** The SHA-256 of the secret's name. */
  readonly name: Bytes
  readonly trust: Trust
}

const LENGTH_BYTES = 2

/** The side that asks; one for each exchange. */
export class Question {
  readonly #terms: Terms
  readonly #nonce = randomBytes(NONCE_LENGTH)
  readonly #key: KemKey = newKey()
  /** The attestation document to send. */
  readonly request: Bytes

  constructor(terms: Terms, challenge: Uint8Array) {
    this.#terms = terms
    this.request = attest({
      nonce: challenge,
      publicKey: this.#key.publicKey,
      userData: askStatement(terms.name, this.#nonce),
    })
  }

  /** The secret in an answer. @throws {EnclaveError} E_SHARED_ANSWER */
  async open(answer: Uint8Array): Promise<Bytes> {
    const { name, trust } = this.#terms
    const end = LENGTH_BYTES + ((answer[0]! << 8) | answer[1]!)
    const sealed = answer.slice(LENGTH_BYTES, end)
    const info = sealInfo(name, this.request)
    const userData = giveStatement(info, sealed)
    const verdict = await verified(trust, answer.slice(end), { nonce: this.#nonce, userData })
    if ('fault' in verdict) throw badAnswer(verdict.fault, verdict.expected, verdict.found)
    const secret = open(this.#key, info, sealed)
    if (secret) return secret
    throw badAnswer('it cannot be decrypted', 'a secret that is sealed for this exchange')
  }

  /** Forgets the key. */
  forget(): void {
    this.#key.forget()
  }
}

/**
 * The answer of an enclave that has the secret. A challenge may be used for one request only.
 * @throws {EnclaveError} E_SHARED_REQUEST
 */
export async function answerTo(
  { name, trust }: Terms,
  challenge: Uint8Array,
  request: Bytes,
  secret: Uint8Array,
): Promise<Bytes> {
  const verdict = await verified(trust, request, { nonce: challenge })
  if ('fault' in verdict) throw badRequest(verdict.fault, verdict.expected, verdict.found)
  const { userData, publicKey } = verdict.document
  const nonce = nonceIn(userData, name)
  if (!nonce)
    throw badRequest('its user data are not those of a request', 'a request for the secret of this name')
  const info = sealInfo(name, request)
  const sealed = publicKey && seal(publicKey, info, secret)
  if (!sealed) throw badRequest('its public key is not valid', 'a key of X25519, not of small order')
  const document = attest({ nonce, userData: giveStatement(info, sealed) })
  return concatBytes(Uint8Array.of(sealed.length >> 8, sealed.length & 255), sealed, document)
}

function badAnswer(why: string, expected: string | undefined, got?: string): EnclaveError {
  return new EnclaveError('E_SHARED_ANSWER', {
    what: `the answer with the shared secret is not accepted: ${why}`,
    ...(expected !== undefined && { expected }),
    ...(got !== undefined && { got }),
    hint: 'what answered is not an enclave that this one trusts, or its answer was changed on the way',
  })
}

function badRequest(why: string, expected: string | undefined, got?: string): EnclaveError {
  return new EnclaveError('E_SHARED_REQUEST', {
    what: `the request for the shared secret is refused: ${why}`,
    ...(expected !== undefined && { expected }),
    ...(got !== undefined && { got }),
  })
}
