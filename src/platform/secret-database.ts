/**
 * A secret in a tab: an IndexedDB record, for its keys survive structured clone without ever being readable. It is the
 * origin's: whatever script runs there can use it, none can take it away.
 */
import { EnclaveError } from '../base/error.ts'
import type { SecretForms, SecretPlace, SecretStore } from './secret.ts'

/** See above. */
export class SecretDatabase<Secret> implements SecretStore<Secret> {
  readonly #forms: SecretForms<Secret>
  readonly #place: SecretPlace

  constructor(forms: SecretForms<Secret>, place: SecretPlace) {
    this.#forms = forms
    this.#place = place
  }

  /** @throws {EnclaveError} ..._DATABASE where the browser keeps nothing. */
  async load(): Promise<Secret> {
    const found = await this.#inStore('readonly', (store, record) => store.get(record))
    return found ?? this.#put((other) => other)
  }

  /** @throws {EnclaveError} ..._DATABASE where the browser keeps nothing. */
  rotate(): Promise<Secret> {
    return this.#put(() => undefined)
  }

  /** Puts a new root where `instead` gives nothing for the one that is found, and gives the one that is there then. */
  async #put(instead: (found: Secret | undefined) => Secret | undefined): Promise<Secret> {
    // Made beforehand: a transaction ends by itself as soon as it has nothing to do.
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

  /** One transaction; resolves with what `work` asked for once all of it is kept. */
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
        what: `the browser keeps no ${called}`,
        expected: 'IndexedDB, which private windows and some frames have not',
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
