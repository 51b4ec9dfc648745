/**
 * Stores a secret in a tab: as an IndexedDB record, because structured clone keeps a non-extractable CryptoKey
 * non-extractable. Every script of the origin can use the keys, but none can read them out.
 */
import { EnclaveError } from '../base/error.ts'
import type { SecretForms, SecretPlace, SecretStore } from './secret.ts'

/** A secret in an IndexedDB record. */
export class SecretDatabase<Secret> implements SecretStore<Secret> {
  readonly #forms: SecretForms<Secret>
  readonly #place: SecretPlace

  constructor(forms: SecretForms<Secret>, place: SecretPlace) {
    this.#forms = forms
    this.#place = place
  }

  /** @throws {EnclaveError} ..._DATABASE if the browser cannot store it. */
  async load(): Promise<Secret> {
    const found = await this.#inStore('readonly', (store, record) => store.get(record))
    return found ?? this.#put((other) => other)
  }

  /** @throws {EnclaveError} ..._DATABASE if the browser cannot store it. */
  rotate(): Promise<Secret> {
    return this.#put(() => undefined)
  }

  /** Stores a new secret unless `instead` returns one for the secret that is found. Returns the stored secret. */
  async #put(instead: (found: Secret | undefined) => Secret | undefined): Promise<Secret> {
    // Made before the transaction, which would end by itself while this waits.
    const made = await this.#forms.make(false)
    let kept: Secret = made
    await this.#inStore('readwrite', (store, record) => {
      const request: IDBRequest<Secret | undefined> = store.get(record)
      request.onsuccess = () => {
        const other = instead(request.result)
        if (other === undefined) store.put(made, record)
        else kept = other
      }
      return request
    })
    return kept
  }

  /** Runs `work` in one transaction; resolves with the result of its request once the transaction is complete. */
  async #inStore(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore, record: string) => IDBRequest<Secret | undefined>,
  ): Promise<Secret | undefined> {
    const { called, code, without } = this.#place
    const [name, storeName, record] = this.#place.database
    let database: IDBDatabase | undefined
    try {
      database = await open(name, storeName)
      const transaction = database.transaction(storeName, mode, { durability: 'strict' })
      const request = work(transaction.objectStore(storeName), record)
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error)
      })
      return request.result
    } catch (cause) {
      throw new EnclaveError(`${code}_DATABASE`, {
        what: `the browser cannot store the ${called}`,
        expected: 'IndexedDB, which private windows and some frames do not have',
        hint: without,
        cause,
      })
    } finally {
      database?.close()
    }
  }
}

function open(name: string, store: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(store)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
