/**
 * A store in a PostgreSQL database (`pg`, which is not installed with webclave), for several KMSs on several machines.
 * They must have the same master key. A write is acknowledged when the database has it on its disk, and on those of its
 * synchronous standbys. A call ends in bounded time, with E_KMS_STORE if the database cannot be reached; a server that
 * restarts is waited for. Node only.
 *
 * @example
 * import { createKms, createMasterKey } from 'webclave/kms'
 * import { PostgresStore } from 'webclave/kms/postgres'
 *
 * const store = await PostgresStore.open({ connection: url })
 * // What is kept can be read again only with the same master key: see `persistentMasterKey`.
 * const masterKey = await createMasterKey()
 * await using kms = await createKms({ store, masterKey })
 * const { keyMetadata } = await kms.owner.createKey({})
 * keyMetadata.keyState // 'Enabled'
 *
 * @module
 */
import type { PoolConfig } from 'pg'
import type { Bytes } from '../../base/bytes.ts'
import { ownOptions } from '../../base/own-options.ts'
import { KmsError } from '../core/error.ts'
import { Connections, type Pg, type Statement } from './postgres/connections.ts'
import { codeOf, LostAnswer, storeFault } from './postgres/fault.ts'
import { migrate } from './postgres/schema.ts'
import { Together } from './postgres/together.ts'
import type { Change, KmsStore } from './store.ts'

/** Options of PostgresStore.open. */
export interface PostgresOptions {
  /**
   * The database: a URL, `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE.pem`, or an
   * object of `pg`'s own settings (`host`, `user`, `password`, `ssl`, …), of which a password may be a function. What is
   * absent is read from PGHOST, PGUSER, PGPASSWORD and the like, and from ~/.pgpass.
   */
  readonly connection?: string | Readonly<Record<string, unknown>>
  /** The schema of the tables, made if it is missing: small letters, digits and _, at most 60. @default 'webclave_kms' */
  readonly schema?: string
  /** Connections that are open at the same time, 1 to 1000. @default 10 */
  readonly connections?: number
  /**
   * Milliseconds after which a call fails if the database does not answer; a write whose answer was lost may take twice
   * that, to find out whether it was made. 100 to 600,000. @default 10_000
   */
  readonly timeout?: number
}

const NAME = /^[\x20-\x7e]*$/
const SCHEMA = /^[a-z_][a-z0-9_]{0,59}$/
/** Records that are read together. */
const TOGETHER_MAX = 100
/** serialization_failure, deadlock_detected, unique_violation: another writer was there first, and nothing was changed. */
const TOO_LATE = /^(?:40001|40P01|23505)$/
const READING = 'the store in PostgreSQL cannot be read'

/** A store in PostgreSQL; see the file comment. */
export class PostgresStore implements KmsStore {
  readonly #connections: Connections
  readonly #schema: string
  readonly #together: Together<Bytes> = new Together(TOGETHER_MAX, (names) => this.#records(names))

  private constructor(connections: Connections, schema: string) {
    this.#connections = connections
    this.#schema = schema
  }

  /**
   * Opens the database, and makes the tables or brings them to the version of this release.
   * @throws {KmsError} E_KMS_CONFIG for an invalid option; E_KMS_STORE if `pg` is not installed, if the database cannot
   * be reached, only read or not be written by this role, or if its tables are of a newer release.
   */
  static async open(options: PostgresOptions = {}): Promise<PostgresStore> {
    const {
      connection = {},
      schema = 'webclave_kms',
      connections: max = 10,
      timeout = 10_000,
    } = ownOptions(options)
    requireOption(SCHEMA.test(schema), 'schema', 'small letters, digits and _, at most 60')
    requireOption(Number.isInteger(max) && max >= 1 && max <= 1000, 'connections', '1 to 1000')
    requireOption(timeout >= 100 && timeout <= 600_000, 'timeout', '100 to 600,000 milliseconds')
    const settings: PoolConfig =
      typeof connection === 'string' ? { connectionString: connection } : { ...connection }
    const connections = new Connections(await loadPg(), settings, max, timeout)
    try {
      await connections.session(connections.deadline(), (ask) => migrate(ask, schema))
    } catch (error) {
      await connections.close()
      throw storeFault('the store in PostgreSQL cannot be opened', error)
    }
    return new PostgresStore(connections, schema)
  }

  async get(name: string): Promise<Bytes | undefined> {
    // No record has another name, and not every database could compare it.
    const found = NAME.test(name) ? await this.#together.get(name) : undefined
    return found && Uint8Array.from(found)
  }

  async names(prefix: string, limit: number, after = ''): Promise<readonly string[]> {
    const text = `SELECT name FROM ${this.#schema}.records
      WHERE name >= $1 AND name < $2 AND name > $3 ORDER BY name LIMIT $4`
    const rows = await this.#read({
      name: 'names',
      text,
      values: [prefix, `${prefix}\u{7f}`, bound(after), limit],
    })
    return rows.map((row) => String(row['name']))
  }

  async write(changes: readonly Change[]): Promise<boolean> {
    if (changes.length === 0) return true
    if (!changes.every(({ name }) => NAME.test(name)))
      throw new KmsError('E_KMS_INTERNAL', { what: 'a record has a name that is not printable ASCII' })
    try {
      return await this.#swap(changes, this.#connections.deadline(), 'fail')
    } catch (error) {
      if (error instanceof LostAnswer) return this.#settle(changes, error)
      throw storeFault('the write to PostgreSQL failed; nothing was changed', error)
    }
  }

  async close(): Promise<void> {
    await this.#connections.close()
  }

  async #records(names: readonly string[]): Promise<ReadonlyMap<string, Bytes>> {
    // As text, because pg decodes every column as UTF-8.
    const text = `SELECT name, encode(sealed, 'hex') AS sealed FROM ${this.#schema}.records WHERE name = `
    const rows = await this.#read(
      names.length === 1
        ? { name: 'get', text: `${text}$1`, values: names }
        : { name: 'get together', text: `${text}ANY ($1)`, values: [names] },
    )
    return new Map(
      rows.map((row) => [String(row['name']), new Uint8Array(Buffer.from(String(row['sealed']), 'hex'))]),
    )
  }

  async #read(statement: Statement) {
    try {
      return await this.#connections.run(statement, this.#connections.deadline(), 'again')
    } catch (error) {
      throw storeFault(READING, error)
    }
  }

  async #swap(changes: readonly Change[], deadline: number, lost: 'again' | 'fail'): Promise<boolean> {
    const columns = (['name', 'from', 'to'] as const).map((member) =>
      changes.map((one) => one[member] ?? null),
    )
    let count = 0
    // Separate parameters, because pg would send an array of bytes as text.
    const lists = columns.map((column) => `ARRAY[${column.map(() => `$${++count}`).join()}]`)
    const text = `SELECT ${this.#schema}.swap(${lists[0]}::text[], ${lists[1]}::bytea[], ${lists[2]}::bytea[]) AS done`
    try {
      const statement = { name: `swap of ${changes.length}`, text, values: columns.flat() }
      const [row] = await this.#connections.run(statement, deadline, lost)
      return row?.['done'] === true
    } catch (error) {
      if (TOO_LATE.test(codeOf(error))) return false
      throw error
    }
  }

  /**
   * Finds out whether a write was made whose answer was lost. All sealed bytes are unique. So a write that replaces or
   * deletes some can be sent again: of the two only one can find the bytes that it expects. One that only adds is not:
   * it could arrive late, after what it added was deleted. And if the new bytes are there, the write was made.
   */
  async #settle(changes: readonly Change[], lost: LostAnswer): Promise<boolean> {
    const deadline = this.#connections.deadline()
    const isSafeTwice = changes.some(({ from }) => from !== undefined)
    const unknown = 'the connection to PostgreSQL was lost during a write; whether it was made is unknown'
    try {
      if (isSafeTwice && (await this.#swap(changes, deadline, 'again'))) return true
      // A write of the same bytes: it waits for others, and its answer means that they are kept.
      for (const { name, to } of changes)
        if (to && (await this.#swap([{ name, from: to, to }], deadline, 'again'))) return true
    } catch (error) {
      throw storeFault(unknown, error)
    }
    throw storeFault(unknown, lost)
  }
}

/** The greatest name that can be stored and is not after `name`. */
function bound(name: string): string {
  const end = /[^\x20-\x7e]/.exec(name)
  if (end === null) return name
  return name.slice(0, end.index) + (end[0] > '~' ? '\u{7f}' : '')
}

async function loadPg(): Promise<Pg> {
  try {
    const { Pool, Client } = await import('pg')
    return { Pool, Client }
  } catch (cause) {
    throw new KmsError('E_KMS_STORE', {
      what: 'the package pg is not installed, which a store in PostgreSQL needs',
      hint: 'npm install pg@8, where webclave is installed',
      cause,
    })
  }
}

function requireOption(holds: boolean, name: string, expected: string): void {
  if (!holds)
    throw new KmsError('E_KMS_CONFIG', {
      what: `the option ${name} of PostgresStore.open is invalid`,
      expected,
    })
}
