/**
 * Nonces for attestation documents, so that each document is used once: a nonce is issued, put into a document, and
 * spent. It carries its time and a MAC, so that issuing stores nothing and nobody can displace another's nonces. Spent
 * nonces are stored, and so is the MAC key: a nonce is spent in every process that shares the store, and also after a
 * restart. A part of the MAC that is not revealed selects one of 256 records for it.
 *
 * 32 bytes: milliseconds since 1970 (8, big-endian), random (8), HMAC-SHA-256 of both, cut to 16.
 */

import { fromBase64, toBase64 } from '../../base/base64.ts'
import { type Bytes, concatBytes, equalSecrets, toHex } from '../../base/bytes.ts'
import { loadOnce } from '../../base/load-once.ts'
import { KmsError } from '../core/error.ts'
import type { SealedStore } from '../core/sealed-store.ts'

/** The lifetime of a nonce in milliseconds. */
export const NONCE_LIFETIME: number = 5 * 60 * 1000

/** Spent nonces per record. Because they are spread randomly, about 100,000 fit in total within their lifetime. */
export const SPENT_MAX = 512

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const KEY_NAME = 'nonces/key'
const KEY_BYTES = 32
const TIME_BYTES = 8
const BODY_BYTES = 16
const NONCE_BYTES = 32

/** A nonce of this KMS that has not expired. */
export interface OwnNonce {
  /** The record for it once it is spent, 0 to 255. */
  readonly shard: number
  /** Its time and its random bytes, in hexadecimal. */
  readonly body: string
}

/** The spent nonces, and the time before which all nonces have expired. */
interface SpentRecord {
  readonly horizon: number
  readonly spent: readonly string[]
}

/** The nonces of all KMSs that share a store. */
export class Nonces {
  readonly #store: SealedStore
  readonly #now: () => number
  readonly #key = loadOnce(() => this.#openKey())

  constructor(store: SealedStore, now: () => number) {
    this.#store = store
    this.#now = now
  }

  /** A new nonce, 32 bytes. @throws {KmsError} E_KMS_STORE, E_KMS_SEALED */
  async issue(): Promise<Bytes> {
    const body = crypto.getRandomValues(new Uint8Array(BODY_BYTES))
    new DataView(body.buffer).setBigUint64(0, BigInt(this.#now()))
    return concatBytes(body, (await this.#mac(body)).subarray(0, NONCE_BYTES - BODY_BYTES))
  }

  /** Checks the nonce of a document, without spending it. */
  async read(nonce: Bytes | undefined): Promise<OwnNonce | 'foreign' | 'expired'> {
    if (nonce?.byteLength !== NONCE_BYTES) return 'foreign'
    const bytes = nonce.subarray(0, BODY_BYTES)
    const mac = await this.#mac(bytes)
    // WebCrypto's verify does not accept a truncated MAC, so it is compared here.
    if (!equalSecrets(nonce.subarray(BODY_BYTES), mac.subarray(0, NONCE_BYTES - BODY_BYTES))) return 'foreign'
    const body = toHex(bytes)
    if (issuedAt(body) < this.#now() - NONCE_LIFETIME) return 'expired'
    return { shard: mac[NONCE_BYTES - BODY_BYTES]!, body }
  }

  /** Spends a nonce. @throws {KmsError} E_KMS_LIMIT if its record is full. */
  async spend({ shard, body }: OwnNonce): Promise<'spent' | 'repeated' | 'expired'> {
    const name = `nonces/${shard.toString(16).padStart(2, '0')}`
    return this.#store.update([name], ([found]) => {
      const before = (found ?? { horizon: 0, spent: [] }) as SpentRecord
      // The horizon never moves back, even if the clock does: forgotten nonces stay expired.
      const horizon = Math.max(before.horizon, this.#now() - NONCE_LIFETIME)
      if (issuedAt(body) < horizon) return { drafts: [], result: 'expired' as const }
      if (before.spent.includes(body)) return { drafts: [], result: 'repeated' as const }
      const spent = before.spent.filter((one) => issuedAt(one) >= horizon)
      if (spent.length >= SPENT_MAX) {
        throw new KmsError('E_KMS_LIMIT', {
          what: 'too many nonces were used in a short time',
          expected: `at most ${SPENT_MAX} per record (of 256) in ${NONCE_LIFETIME / 60_000} minutes`,
        })
      }
      return { drafts: [{ name, value: { horizon, spent: [...spent, body] } }], result: 'spent' as const }
    })
  }

  async #mac(body: Bytes): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.sign(HMAC, await this.#key(), body))
  }

  /** The stored MAC key, created on first use. */
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
