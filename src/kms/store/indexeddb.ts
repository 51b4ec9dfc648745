/** A store in a tab: one IndexedDB database of this origin, written with strict durability. */
import type { Bytes } from '../../base/bytes.ts'
import { KmsError } from '../core/error.ts'
import { same } from './memory.ts'
import type { Change, KmsStore } from './store.ts'

const RECORDS = 'records'

/** A store in IndexedDB. */
export class IndexedDbStore implements KmsStore {
  readonly #database: IDBDatabase

  private constructor(database: IDBDatabase) {
    this.#database = database
  }

  /**
   * Opens the database `name`, and creates it if it is missing.
   * @throws {KmsError} E_KMS_STORE if the browser offers no IndexedDB, as in private windows and some frames.
   */
  static async open(name = 'webclave-kms'): Promise<IndexedDbStore> {
    try {
      const request = indexedDB.open(name, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(RECORDS)
      return new IndexedDbStore(await done(request))
    } catch (cause) {
      const hint = 'allow storage for this origin, or use a MemoryStore, which is lost when the page closes'
      throw new KmsError('E_KMS_STORE', {
        what: 'the browser offers no database',
        expected: 'IndexedDB',
        hint,
        cause,
      })
    }
  }

  async get(name: string): Promise<Bytes | undefined> {
    return done<Bytes | undefined>(this.#records('readonly').get(name))
  }

  async names(prefix: string, limit: number, after = ''): Promise<readonly string[]> {
    // Every name is ASCII, so that nothing with the prefix comes after this.
    const end = `${prefix}\u{7f}`
    // A caller may have sent `after`, and a range must not end before it begins.
    if (after >= end) return []
    const range = IDBKeyRange.bound(after > prefix ? after : prefix, end, after > prefix, true)
    return (await done(this.#records('readonly').getAllKeys(range, limit))) as string[]
  }

  async write(changes: readonly Change[]): Promise<boolean> {
    const records = this.#records('readwrite')
    const { transaction } = records
    const finished = new Promise<boolean>((resolve, reject) => {
      transaction.oncomplete = () => resolve(true)
      transaction.onabort = () => (transaction.error ? reject(transaction.error) : resolve(false))
    })
    for (const { name, from, to } of changes) {
      const found: IDBRequest<Bytes | undefined> = records.get(name)
      found.onsuccess = () => {
        if (!same(found.result, from)) transaction.abort()
        else if (to === undefined) records.delete(name)
        else records.put(to, name)
      }
    }
    try {
      return await finished
    } catch (cause) {
      throw new KmsError('E_KMS_STORE', {
        what: 'the write to the database failed; nothing was changed',
        cause,
      })
    }
  }

  async close(): Promise<void> {
    this.#database.close()
  }

  #records(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(RECORDS, mode, { durability: 'strict' }).objectStore(RECORDS)
  }
}

function done<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
