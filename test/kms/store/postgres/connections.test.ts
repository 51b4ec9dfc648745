/** Connections to PostgreSQL: how many, to whom, encrypted, and gone in the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresOptions, PostgresStore } from '../../../../src/kms/store/postgres.ts'
import { issue } from '../../../support/certificates.ts'
import { hasPostgres, Postgres } from '../../../support/postgres.ts'
import { refused } from '../../support.ts'

const folder = mkdtempSync(join(tmpdir(), 'webclave-postgres-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

const isWithPostgres = hasPostgres('the connections to it')
let postgres: Postgres
beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
})
afterAll(() => postgres?.[Symbol.asyncDispose]())

const open = (options: PostgresOptions = {}) =>
  PostgresStore.open({ connection: postgres.settings, schema: postgres.newSchema(), ...options })
describe.skipIf(!isWithPostgres)('connections', () => {
  const count = async (name: string) =>
    (
      await postgres.query('SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = $1', [
        name,
      ])
    )[0]!['n']

  test('are at most as many as configured, named, and gone when the store is closed', async () => {
    const store = await open({
      connections: 3,
      connection: { ...postgres.settings, application_name: 'few' },
    })
    await Promise.all(Array.from({ length: 50 }, () => store.names('', 5)))
    expect(await count('few')).toBe(3)
    await store.close()
    await store.close()
    await expect.poll(() => count('few')).toBe(0)
    await expect(store.get('a')).rejects.toEqual(refused('E_KMS_STORE'))
    const other = await open()
    expect(await count('webclave-kms')).toBe(1)
    await other.close()
  })

  test('that the server has no room for are waited for', async () => {
    const store = await open({ connections: 2 })
    await postgres.query(
      'ALTER ROLE postgres CONNECTION LIMIT -1; CREATE ROLE guest LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE postgres TO guest',
    )
    const connection = { ...postgres.settings, user: 'guest' }
    const schema = postgres.newSchema()
    const first = await open({ schema, connection, connections: 1 })
    await expect(open({ schema, connection, connections: 1, timeout: 300 })).rejects.toEqual(
      refused('E_KMS_STORE', /too many connections.*max_connections/),
    )
    const waiting = open({ schema, connection, connections: 1 })
    await first.close()
    await (await waiting).close()
    await store.close()
  })

  test('are encrypted, to a server whose certificate is verified', async () => {
    const authority = issue({ subject: 'authority', isAuthority: true })
    const server = issue({
      subject: 'server',
      names: ['localhost'],
      addresses: ['127.0.0.1'],
      issuer: authority,
    })
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    await postgres.encrypt(server.pem, server.keyPem)
    await postgres.query("CREATE ROLE secret SUPERUSER LOGIN PASSWORD 'hush'")
    const url = `postgres://secret:hush@127.0.0.1:${postgres.port}/postgres?sslmode=verify-full`
    const schema = postgres.newSchema()
    await expect(open({ connection: url, schema })).rejects.toEqual(
      refused('E_KMS_STORE', /sslrootcert=FILE\.pem/),
    )
    const ca = file('root.pem', authority.pem)
    for (const connection of [
      `${url}&sslrootcert=${ca}`,
      {
        host: '127.0.0.1',
        port: postgres.port,
        database: 'postgres',
        user: 'secret',
        password: 'hush',
        ssl: { ca: authority.pem },
      },
    ]) {
      const store = await open({ connection, schema })
      await store.get('a')
      const text = `SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'webclave-kms'`
      expect(await postgres.query(text)).toEqual([{ ssl: true }])
      await store.close()
      await expect.poll(() => count('webclave-kms')).toBe(0)
    }
  })
})
