/**
 * The records of the KMS: JSON, sealed with AES-256-GCM under the master key. A record is bound to its name, so
 * that one cannot replace another; a record that was changed without the key is rejected (E_KMS_SEALED). This cannot
 * detect an older copy of the same record, restored whole.
 *
 * Sealed: version 0x01, IV (12 bytes), ciphertext and tag (16 bytes). Additional authenticated data: the string
 * `webclave kms record 1 ` and the record's name.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import type { CryptoKey } from '../../base/crypto-key.ts'
import { same } from '../store/memory.ts'
import type { KmsStore } from '../store/store.ts'
import { KmsError } from './error.ts'

const VERSION = 1
const IV_BYTES = 12
const HEAD_BYTES = 1 + IV_BYTES
const KEPT_MAX = 1024
/** Attempts at a change, in case other writers change the same records. */
const ATTEMPTS = 64

const text = new TextEncoder()

/** A record and the bytes it was read from. */
interface Held<Value> {
  readonly sealed: Bytes
  readonly value: Value
}

/** A change of a record: its new value, or `undefined` to delete it. */
export interface Draft {
  readonly name: string
  readonly value: object | undefined
}

/** Sealed records in a store; see the file comment. */
export class SealedStore {
  readonly #store: KmsStore
  readonly #master: CryptoKey
  /** A cache of opened records: a record stays the same object as long as its bytes are the same. */
  readonly #kept = new Map<string, Held<unknown>>()

  constructor(store: KmsStore, master: CryptoKey) {
    this.#store = store
    this.#master = master
  }

  /** The record under `name`, or undefined. @throws {KmsError} E_KMS_SEALED if it was tampered with. */
  async read<Value>(name: string): Promise<Value | undefined> {
    return (await this.#hold<Value>(name))?.value
  }

  /** @see KmsStore.names */
  names(prefix: string, limit: number, after?: string): Promise<readonly string[]> {
    return this.#store.names(prefix, limit, after)
  }

  /**
   * Reads the records `names`, and writes the result of `change` atomically. If another writer changes one
   * meanwhile, `change` is called again. If `change` throws, nothing is written.
   */
  async update<Result>(
    names: readonly string[],
    change: (found: readonly unknown[]) => { drafts: readonly Draft[]; result: Result },
  ): Promise<Result> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const held = await Promise.all(names.map((name) => this.#hold(name)))
      const { drafts, result } = change(held.map((one) => one?.value))
      const changes = await Promise.all(
        drafts.map(async ({ name, value }) => ({
          name,
          from: held[names.indexOf(name)]?.sealed,
          to: value && (await this.#seal(name, value)),
        })),
      )
      if (await this.#store.write(changes)) return result
    }
    throw new KmsError('E_KMS_STORE', {
      what: 'other writers kept changing the same record',
      hint: 'try again',
    })
  }

  async #hold<Value>(name: string): Promise<Held<Value> | undefined> {
    const sealed = await this.#store.get(name)
    if (sealed === undefined) return undefined
    const kept = this.#kept.get(name)
    if (kept && same(kept.sealed, sealed)) return kept as Held<Value>
    const held = { sealed, value: await this.#open<Value>(name, sealed) }
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear()
    this.#kept.set(name, held)
    return held
  }

  async #seal(name: string, value: object): Promise<Bytes> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
    const plain = text.encode(JSON.stringify(value))
    const sealed = await crypto.subtle.encrypt(this.#algorithm(name, iv), this.#master, plain)
    return concatBytes(Uint8Array.of(VERSION), iv, new Uint8Array(sealed))
  }

  async #open<Value>(name: string, sealed: Bytes): Promise<Value> {
    try {
      if (sealed[0] !== VERSION) throw new Error(`version ${sealed[0]}`)
      const iv = sealed.subarray(1, HEAD_BYTES)
      const algorithm = this.#algorithm(name, iv)
      const plain = await crypto.subtle.decrypt(algorithm, this.#master, sealed.subarray(HEAD_BYTES))
      return JSON.parse(new TextDecoder().decode(plain)) as Value
    } catch (cause) {
      throw new KmsError('E_KMS_SEALED', {
        what: `the record ${name} cannot be decrypted: it was changed, or sealed under another master key`,
        expected: 'a record as this KMS wrote it',
        hint: 'restore the store together with its master key',
        cause,
      })
    }
  }

  #algorithm(name: string, iv: Bytes): AesGcmParams {
    return { name: 'AES-GCM', iv, additionalData: text.encode(`webclave kms record ${VERSION} ${name}`) }
  }
}
