/**
 * Nonces for attestation documents, so that none serves twice: asked for, put into a document, spent. A nonce carries its
 * own time and a MAC, so that giving one out keeps nothing and nobody can crowd out another's. Those that are spent are
 * kept in the store, and so is the key of the MAC: a nonce is spent in every process that shares the store, and after a
 * restart. Which of 256 records keeps it tells the part of the MAC that nobody is shown.
 *
 * 32 bytes: milliseconds since 1970 (8, big-endian), random (8), HMAC-SHA-256 of both, cut to 16.
 */

import { fromBase64, toBase64 } from '../../base/base64.ts'
import { type Bytes, concatBytes, toHex } from '../../base/bytes.ts'
import { KmsError } from '../core/error.ts'
import type { SealedStore } from '../core/sealed-store.ts'

/** Milliseconds that a nonce is good for. */
export const NONCE_LIFETIME: number = 5 * 60 * 1000

/** How many a record keeps: about 100,000 in all within their lifetime, for they come to records by chance. */
export const SPENT_MAX = 512

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const KEY_NAME = 'nonces/key'
const KEY_BYTES = 32
const TIME_BYTES = 8
const BODY_BYTES = 16
const NONCE_BYTES = 32

/** A nonce of this KMS that has not expired. */
export interface OwnNonce {
  /** The record that keeps it once it is spent, 0 to 255. */
  readonly shard: number
  /** Its time and its random bytes, in hexadecimal. */
  readonly body: string
}

/** What is kept: the nonces that are spent, and the time before which all others have expired. */
interface SpentRecord {
  readonly horizon: number
  readonly spent: readonly string[]
}

/** The nonces of all KMSs that share a store. */
export class Nonces {
  readonly #store: SealedStore
  readonly #now: () => number
  #key: Promise<CryptoKey> | undefined

  constructor(store: SealedStore, now: () => number) {
    this.#store = store
    this.#now = now
  }

  /** A new one. 32 bytes. @throws {KmsError} E_KMS_STORE, E_KMS_SEALED */
  async issue(): Promise<Bytes> {
    const body = crypto.getRandomValues(new Uint8Array(BODY_BYTES))
    new DataView(body.buffer).setBigUint64(0, BigInt(this.#now()))
    return concatBytes(body, (await this.#mac(body)).subarray(0, NONCE_BYTES - BODY_BYTES))
  }

  /** What a nonce of a document is. Nothing is kept of it. */
  async read(nonce: Bytes | undefined): Promise<OwnNonce | 'foreign' | 'expired'> {
    if (nonce?.byteLength !== NONCE_BYTES) return 'foreign'
    const bytes = nonce.subarray(0, BODY_BYTES)
    const mac = await this.#mac(bytes)
    // The MAC is cut, which WebCrypto's verify does not take; every byte is looked at, whatever the others are.
    let difference = 0
    for (let at = BODY_BYTES; at < NONCE_BYTES; at++) difference |= nonce[at]! ^ mac[at - BODY_BYTES]!
    if (difference !== 0) return 'foreign'
    const body = toHex(bytes)
    if (issuedAt(body) < this.#now() - NONCE_LIFETIME) return 'expired'
    return { shard: mac[NONCE_BYTES - BODY_BYTES]!, body }
  }

  /** Spends a nonce, once and for all. @throws {KmsError} E_KMS_LIMIT where more were spent than are kept. */
  async spend({ shard, body }: OwnNonce): Promise<'spent' | 'repeated' | 'expired'> {
    const name = `nonces/${shard.toString(16).padStart(2, '0')}`
    return this.#store.update([name], ([found]) => {
      const before = (found ?? { horizon: 0, spent: [] }) as SpentRecord
      // It never goes back, whatever the clock does: what is forgotten here has expired for good.
      const horizon = Math.max(before.horizon, this.#now() - NONCE_LIFETIME)
      if (issuedAt(body) < horizon) return { drafts: [], result: 'expired' as const }
      if (before.spent.includes(body)) return { drafts: [], result: 'repeated' as const }
      const spent = before.spent.filter((one) => issuedAt(one) >= horizon)
      if (spent.length >= SPENT_MAX) {
        throw new KmsError('E_KMS_LIMIT', {
          what: 'too many nonces were spent in a short time',
          expected: `at most ${SPENT_MAX} of a 256th in ${NONCE_LIFETIME / 60_000} minutes`,
        })
      }
      return { drafts: [{ name, value: { horizon, spent: [...spent, body] } }], result: 'spent' as const }
    })
  }

  async #mac(body: Bytes): Promise<Bytes> {
    this.#key ??= this.#openKey().catch((error: unknown) => {
      this.#key = undefined
      throw error
    })
    return new Uint8Array(await crypto.subtle.sign(HMAC, await this.#key, body))
  }

  /** The key that is kept, made the first time. */
  async #openKey(): Promise<CryptoKey> {
    const made = { key: toBase64(crypto.getRandomValues(new Uint8Array(KEY_BYTES))) }
    const { key } = await this.#store.update([KEY_NAME], ([found]) => ({
      drafts: found === undefined ? [{ name: KEY_NAME, value: made }] : [],
      result: (found ?? made) as typeof made,
    }))
    return crypto.subtle.importKey('raw', fromBase64(key), HMAC, false, ['sign'])
  }
}

/** Milliseconds since 1970. */
function issuedAt(body: string): number {
  return Number.parseInt(body.slice(0, 2 * TIME_BYTES), 16)
}
