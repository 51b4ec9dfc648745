/**
 * A root in a tab: an IndexedDB record, for its key survives structured clone without ever being readable. It is the
 * origin's: whatever script runs there can sign with it, none can take it away.
 */
import { EnclaveError } from '../base/error.ts'
import type { RootForms, RootStore } from './root-store.ts'

const DATABASE = 'webclave'
const STORE = 'attestation'
const KEY = 'root'

/** See above. */
export class RootDatabase<Root> implements RootStore<Root> {
  readonly #forms: RootForms<Root>

  constructor(forms: RootForms<Root>) {
    this.#forms = forms
  }

  /** @throws {EnclaveError} E_ROOT_DATABASE where the browser keeps nothing. */
  async load(): Promise<Root> {
    return (await inStore<Root>('readonly', (store) => store.get(KEY))) ?? this.#put((found) => found)
  }

  /** @throws {EnclaveError} E_ROOT_DATABASE where the browser keeps nothing. */
  rotate(): Promise<Root> {
    return this.#put(() => undefined)
  }

  /** Puts a new root where `instead` gives nothing for the one that is found, and gives the one that is there then. */
  async #put(instead: (found: Root | undefined) => Root | undefined): Promise<Root> {
    // Made beforehand: a transaction ends by itself as soon as it has nothing to do.
    const made = await this.#forms.make(false)
    let kept: Root = made
    await inStore<Root>('readwrite', (store) => {
      const request: IDBRequest<Root | undefined> = store.get(KEY)
      request.onsuccess = () => {
        const other = instead(request.result)
        if (other === undefined) store.put(made, KEY)
        else kept = other
      }
      return request
    })
    return kept
  }
}

/** One transaction; resolves with what `work` asked for once all of it is kept. */
async function inStore<Value>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Value | undefined>,
): Promise<Value | undefined> {
  let database: IDBDatabase | undefined
  try {
    database = await open()
    const transaction = database.transaction(STORE, mode, { durability: 'strict' })
    const request = work(transaction.objectStore(STORE))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    return request.result
  } catch (cause) {
    throw new EnclaveError('E_ROOT_DATABASE', {
      what: 'the browser keeps no attestation root',
      expected: 'IndexedDB, which private windows and some frames have not',
      hint: 'create the parent without root: a root in memory is then its own',
      cause,
    })
  } finally {
    database?.close()
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
