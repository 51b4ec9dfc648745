/** The contract of every store, on memory, SQLite and PostgreSQL; on IndexedDB in a browser (test/e2e/kms.test.ts). */
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MemoryStore } from '../../../src/kms/index.ts'
import { PostgresStore } from '../../../src/kms/store/postgres.ts'
import { SqliteStore } from '../../../src/kms/store/sqlite.ts'
import type { KmsStore } from '../../../src/kms/store/store.ts'
import { hasPostgres, Postgres } from '../../support/postgres.ts'
import { refused } from '../support.ts'
import { CONTRACT, type OpenBoth } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'webclave-stores-'))
const isWithPostgres = hasPostgres('the contract of the store in it')
let postgres: Postgres
beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
})
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})
let count = 0
const path = () => join(folder, `${count++}.sqlite`)

const STORES: [string, OpenBoth][] = [
  [
    'memory',
    async () => {
      const store = new MemoryStore()
      return [store, store]
    },
  ],
  [
    'SQLite',
    async () => {
      const file = path()
      return [new SqliteStore(file), new SqliteStore(file)]
    },
  ],
]
/** Also for databases whose default is the strictest isolation, in which a write fails where others would wait. */
for (const isolation of isWithPostgres ? ['read committed', 'serializable'] : []) {
  const openBoth: OpenBoth = async () => {
    const words = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
    const options = { connection: { ...postgres.settings, options: words }, schema: postgres.newSchema() }
    return [await PostgresStore.open(options), await PostgresStore.open(options)]
  }
  STORES.push([`PostgreSQL, ${isolation}`, openBoth])
}

describe.each(STORES)('%s', (_, openBoth) => {
  test.each(Object.keys(CONTRACT))('%s', async (name) => {
    const opened: KmsStore[] = []
    const findings = await CONTRACT[name]!(async () => {
      const both = await openBoth()
      opened.push(...both)
      return both
    })
    for (const store of opened) await store.close()
    expect(findings.length).toBeGreaterThan(0)
    for (const [found, expected] of findings) expect(found).toEqual(expected)
  })
})

describe('SQLite', () => {
  test('is accessible only to this user, even if the file had other permissions before', async () => {
    const file = path()
    writeFileSync(file, '')
    chmodSync(file, 0o644)
    const store = new SqliteStore(file)
    await store.write([{ name: 'a', from: undefined, to: Uint8Array.of(1) }])
    for (const name of [file, `${file}-wal`]) expect((statSync(name).mode & 0o777).toString(8)).toBe('600')
    await store.close()
    await store.close()
  })

  test('rejects a file that is not a database', () => {
    const file = path()
    writeFileSync(file, 'this is not a database, despite its name '.repeat(100))
    expect(() => new SqliteStore(file)).toThrow(refused('E_KMS_STORE') as Error)
    expect(() => new SqliteStore(join(folder, 'no/such/folder'))).toThrow(refused('E_KMS_STORE') as Error)
  })
})
