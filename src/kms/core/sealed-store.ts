/**
 * Records as the KMS sees them: JSON, sealed with AES-256-GCM under the master key. A record is bound to its name, so
 * that none can take another's place; what was changed without the key is refused (E_KMS_SEALED). What this cannot
 * show is an older copy of the same record, put back whole.
 *
 * Sealed: version 0x01, IV (12 bytes), ciphertext and tag (16 bytes). Authenticated beside it: the text
 * `webclave kms record 1 ` and the record's name.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { same } from '../store/memory.ts'
import type { KmsStore } from '../store/store.ts'
import { KmsError } from './error.ts'

const VERSION = 1
const IV_BYTES = 12
const HEAD_BYTES = 1 + IV_BYTES
const KEPT_MAX = 1024
/** Collisions with other writers before a change is given up. */
const ATTEMPTS = 64

const text = new TextEncoder()

/** A record, and the bytes it was read from. */
interface Held<Value> {
  readonly sealed: Bytes
  readonly value: Value
}

/** What is to become of a record: another value, or `undefined` for its end. */
export interface Draft {
  readonly name: string
  readonly value: object | undefined
}

/** See above. */
export class SealedStore {
  readonly #store: KmsStore
  readonly #master: CryptoKey
  /** What was read last, so that one value stays one object for as long as its bytes stay the same. */
  readonly #kept = new Map<string, Held<unknown>>()

  constructor(store: KmsStore, master: CryptoKey) {
    this.#store = store
    this.#master = master
  }

  /** The record under `name`, or undefined. @throws {KmsError} E_KMS_SEALED where it was tampered with. */
  async read<Value>(name: string): Promise<Value | undefined> {
    return (await this.#hold<Value>(name))?.value
  }

  /** @see KmsStore.names */
  names(prefix: string, limit: number, after?: string): Promise<readonly string[]> {
    return this.#store.names(prefix, limit, after)
  }

  /**
   * Reads the records `names`, and writes what `change` makes of them: all or nothing. Where another writer came
   * between, `change` is asked again. What `change` throws changes nothing.
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
        what: `the record ${name} cannot be opened: it was changed, or sealed under another master key`,
        expected: 'a record as this KMS wrote it',
        hint: 'restore the store and the master key that belong together',
        cause,
      })
    }
  }

  #algorithm(name: string, iv: Bytes): AesGcmParams {
    return { name: 'AES-GCM', iv, additionalData: text.encode(`webclave kms record ${VERSION} ${name}`) }
  }
}
