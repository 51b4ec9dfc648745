/**
 * A store in one SQLite file (Node's own `node:sqlite`). WAL with `synchronous = FULL` syncs the log before a write is
 * acknowledged, so that it survives a crash of the process or the machine; several processes may share the
 * file. Node only, so it has its own entry point.
 *
 * @example
 * import { createKms, createMasterKey } from 'webclave/kms'
 * import { SqliteStore } from 'webclave/kms/sqlite'
 *
 * // What is kept can be read again only with the same master key: see `persistentMasterKey`.
 * const masterKey = await createMasterKey()
 * await using kms = await createKms({ store: new SqliteStore(path), masterKey })
 * const { keyMetadata } = await kms.owner.createKey({})
 * keyMetadata.keyState // 'Enabled'
 *
 * @module
 */
import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Bytes } from '../../base/bytes.ts'
import { KmsError } from '../core/error.ts'
import { same } from './memory.ts'
import type { Change, KmsStore } from './store.ts'

/** Milliseconds to wait for another process's transaction. */
const BUSY_TIMEOUT = 10_000

const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS records (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
`

/** The first string after all that begin with `prefix`: every name is ASCII. */
const after = (prefix: string) => `${prefix}\u{7f}`

/** A store in one SQLite file. */
export class SqliteStore implements KmsStore {
  readonly #database: DatabaseSync
  readonly #get: StatementSync
  readonly #names: StatementSync
  readonly #put: StatementSync
  readonly #delete: StatementSync

  /**
   * Opens `path`, and creates it, readable only by this user, if it is missing.
   * @throws {KmsError} E_KMS_STORE if it is not an SQLite file or cannot be opened.
   */
  constructor(path: string) {
    try {
      // SQLite gives its log and index the file's own permissions.
      closeSync(openSync(path, 'a', 0o600))
      chmodSync(path, 0o600)
      this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
      this.#database.exec(SETTINGS)
      this.#get = this.#database.prepare('SELECT sealed FROM records WHERE name = ?')
      this.#names = this.#database.prepare(
        'SELECT name FROM records WHERE name >= ? AND name < ? AND name > ? ORDER BY name LIMIT ?',
      )
      this.#put = this.#database.prepare('INSERT OR REPLACE INTO records (name, sealed) VALUES (?, ?)')
      this.#delete = this.#database.prepare('DELETE FROM records WHERE name = ?')
    } catch (cause) {
      throw new KmsError('E_KMS_STORE', {
        what: `the store ${path} cannot be opened`,
        got: cause instanceof Error ? cause.message : String(cause),
        cause,
      })
    }
  }

  async get(name: string): Promise<Bytes | undefined> {
    return this.#read(name)
  }

  async names(prefix: string, limit: number, from = ''): Promise<readonly string[]> {
    return this.#names.all(prefix, after(prefix), from, limit).map((row) => String(row['name']))
  }

  async write(changes: readonly Change[]): Promise<boolean> {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const isCurrent = changes.every(({ name, from }) => same(this.#read(name), from))
      if (isCurrent) for (const change of changes) this.#apply(change)
      this.#database.exec(isCurrent ? 'COMMIT' : 'ROLLBACK')
      return isCurrent
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw new KmsError('E_KMS_STORE', {
        what: 'the write to the store failed; nothing was changed',
        got: cause instanceof Error ? cause.message : String(cause),
        cause,
      })
    }
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close()
  }

  #read(name: string): Bytes | undefined {
    const found = this.#get.get(name)?.['sealed']
    return found instanceof Uint8Array ? new Uint8Array(found) : undefined
  }

  #apply({ name, to }: Change): void {
    if (to === undefined) this.#delete.run(name)
    else this.#put.run(name, to)
  }
}
