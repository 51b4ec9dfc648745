/**
 * Nonces for attestation documents, so that none serves twice: asked for, put into a document, spent. A nonce carries its
 * own time and a MAC, so that giving one out costs no memory and nobody can crowd out another's; only those of good
 * documents are remembered, for as long as they could come back.
 *
 * 32 bytes: milliseconds since 1970 (8, big-endian), random (8), HMAC-SHA-256 of both, cut to 16.
 */
import { type Bytes, concatBytes, toHex } from '../../base/bytes.ts'
import { KmsError } from '../error.ts'

/** Milliseconds that a nonce is good for. */
export const NONCE_LIFETIME: number = 5 * 60 * 1000

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const BODY_BYTES = 16
const NONCE_BYTES = 32
const SPENT_MAX = 65_536

/** What came of a nonce. */
export type Spending = 'spent' | 'foreign' | 'expired' | 'repeated'

/** The nonces of one KMS. They end with it. */
export class Nonces {
  readonly #now: () => number
  readonly #key = crypto.subtle.generateKey(HMAC, false, ['sign']) as Promise<CryptoKey>
  /** In the order of spending; with each the time from which it is expired anyhow. */
  readonly #spent = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** A new one. 32 bytes. */
  async issue(): Promise<Bytes> {
    const body = crypto.getRandomValues(new Uint8Array(BODY_BYTES))
    new DataView(body.buffer).setBigUint64(0, BigInt(this.#now()))
    const mac = await crypto.subtle.sign(HMAC, await this.#key, body)
    return concatBytes(body, new Uint8Array(mac, 0, NONCE_BYTES - BODY_BYTES))
  }

  /**
   * Spends the nonce of a document that verifies. `foreign`: no nonce of ours.
   * @throws {KmsError} E_KMS_LIMIT where more have been spent than are remembered.
   */
  async spend(nonce: Bytes | undefined): Promise<Spending> {
    if (nonce === undefined || !(await this.#isOurs(nonce))) return 'foreign'
    const issued = Number(new DataView(nonce.buffer, nonce.byteOffset).getBigUint64(0))
    const now = this.#now()
    const end = issued + NONCE_LIFETIME
    if (now > end) return 'expired'
    const name = toHex(nonce)
    if (this.#spent.has(name)) return 'repeated'
    this.#forget(now)
    if (this.#spent.size >= SPENT_MAX) {
      throw new KmsError('E_KMS_LIMIT', {
        what: 'too many nonces were spent in a short time',
        expected: `at most ${SPENT_MAX} in ${NONCE_LIFETIME / 60_000} minutes`,
      })
    }
    this.#spent.set(name, end)
    return 'spent'
  }

  async #isOurs(nonce: Bytes): Promise<boolean> {
    if (nonce.byteLength !== NONCE_BYTES) return false
    const mac = new Uint8Array(await crypto.subtle.sign(HMAC, await this.#key, nonce.subarray(0, BODY_BYTES)))
    // The MAC is cut, which WebCrypto's verify does not take; every byte is looked at, whatever the others are.
    let difference = 0
    for (let at = BODY_BYTES; at < NONCE_BYTES; at++) difference |= nonce[at]! ^ mac[at - BODY_BYTES]!
    return difference === 0
  }

  /** Forgets those that are expired. The oldest stand first, though not strictly: a pass ends at the first that stays. */
  #forget(now: number): void {
    for (const [name, end] of this.#spent) {
      if (end >= now) break
      this.#spent.delete(name)
    }
  }
}
