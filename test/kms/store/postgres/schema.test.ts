/** The tables in PostgreSQL: made, migrated, and left alone where they are not ours. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIGRATIONS } from '../../../../src/kms/store/postgres/schema.ts'
import { type PostgresOptions, PostgresStore } from '../../../../src/kms/store/postgres.ts'
import { hasPostgres, Postgres } from '../../../support/postgres.ts'
import { refused } from '../../support.ts'

const isWithPostgres = hasPostgres('the tables of the store in it')
let postgres: Postgres
beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
})
afterAll(() => postgres?.[Symbol.asyncDispose]())

const one = (name: string) => ({ name, from: undefined, to: Uint8Array.of(1) })
const open = (options: PostgresOptions = {}) =>
  PostgresStore.open({ connection: postgres.settings, schema: postgres.newSchema(), ...options })
describe.skipIf(!isWithPostgres)('the tables', () => {
  test('are made once by processes that begin at the same moment', async () => {
    const schema = postgres.newSchema()
    const stores = await Promise.all(Array.from({ length: 12 }, () => open({ schema, connections: 1 })))
    const outcomes = await Promise.all(stores.map((store) => store.write([one('a')])))
    expect(outcomes.filter(Boolean)).toHaveLength(1)
    for (const store of stores) await store.close()
  })

  test('of each earlier version are brought to this one, with their records, also with a strict isolation', async () => {
    await postgres.query(`CREATE ROLE strict LOGIN; GRANT CREATE ON DATABASE postgres TO strict;
      ALTER ROLE strict SET default_transaction_isolation = serializable`)
    expect(MIGRATIONS.length).toBeGreaterThan(1)
    for (let version = 1; version < MIGRATIONS.length; version++) {
      const schema = postgres.newSchema()
      await postgres.query(`SET ROLE strict; CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.version (version integer NOT NULL);
        INSERT INTO ${schema}.version VALUES (${version})`)
      for (const statements of MIGRATIONS.slice(0, version))
        await postgres.query(`SET ROLE strict; ${statements(schema)}`)
      await postgres.query(`INSERT INTO ${schema}.records VALUES ('a', '\\x01')`)
      const connection = { ...postgres.settings, user: 'strict' }
      const both = await Promise.all([open({ schema, connection }), open({ schema, connection })])
      for (const store of both) {
        expect(await store.get('a')).toEqual(Uint8Array.of(1))
        expect(await store.write([{ ...one('a'), from: Uint8Array.of(1) }])).toBe(true)
        await store.close()
      }
      expect(await postgres.query(`SELECT version FROM ${schema}.version`)).toEqual([
        { version: MIGRATIONS.length },
      ])
    }
  })

  test('of a newer version are refused, and stay as they are', async () => {
    const schema = postgres.newSchema()
    await (await open({ schema })).close()
    const newer = MIGRATIONS.length + 1
    await postgres.query(`UPDATE ${schema}.version SET version = ${newer}`)
    await expect(open({ schema })).rejects.toEqual(
      refused(
        'E_KMS_STORE',
        new RegExp(`expected at most ${MIGRATIONS.length}; got ${newer}; a newer release`),
      ),
    )
    expect(await postgres.query(`SELECT version FROM ${schema}.version`)).toEqual([{ version: newer }])
  })

  test('of another program in the same schema are left alone', async () => {
    const schema = postgres.newSchema()
    await postgres.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.records (mine text)`)
    await expect(open({ schema })).rejects.toEqual(refused('E_KMS_STORE', /name another one/))
    expect(await postgres.query(`SELECT to_regclass('${schema}.version') AS at`)).toEqual([{ at: null }])
  })

  test('that are removed under a KMS are missed, and said to be', async () => {
    const schema = postgres.newSchema()
    const store = await open({ schema })
    await postgres.query(`DROP SCHEMA ${schema} CASCADE`)
    await expect(store.get('a')).rejects.toEqual(refused('E_KMS_STORE', /tables have been removed/))
    await expect(store.write([one('a')])).rejects.toEqual(refused('E_KMS_STORE', /tables have been removed/))
    await store.close()
  })
})
