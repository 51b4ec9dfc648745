/** The store in PostgreSQL with databases, roles and options that are wrong, and what an operator is told. */
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKms } from '../../../src/kms/index.ts'
import { type PostgresOptions, PostgresStore } from '../../../src/kms/store/postgres.ts'
import { patience } from '../../support/patience.ts'
import { hasPostgres, Postgres } from '../../support/postgres.ts'
import { refused } from '../support.ts'

const isWithPostgres = hasPostgres('the store in it, with wrong databases and roles')
let postgres: Postgres
beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
})
afterAll(() => postgres?.[Symbol.asyncDispose]())

const one = (name: string) => ({ name, from: undefined, to: Uint8Array.of(1) })
const open = (options: PostgresOptions = {}) =>
  PostgresStore.open({ connection: postgres.settings, schema: postgres.newSchema(), ...options })
/** The error of a call that fails. */
const failure = async (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => expect.unreachable(),
    (error: Error) => error,
  )

test.each<[string, PostgresOptions]>([
  ['schema', { schema: 'x; DROP SCHEMA public' }],
  ['schema', { schema: 'X' }],
  ['schema', { schema: 'x'.repeat(61) }],
  ['connections', { connections: 0 }],
  ['connections', { connections: 1.5 }],
  ['timeout', { timeout: 0 }],
  ['timeout', { timeout: Number.NaN }],
])('the option %s of %j is refused', async (name, options) => {
  await expect(PostgresStore.open(options)).rejects.toEqual(refused('E_KMS_CONFIG', `the option ${name}`))
})

describe.skipIf(!isWithPostgres)('a role', () => {
  test('that may not make tables is told what it needs, and then needs no more', async () => {
    const schema = postgres.newSchema()
    await postgres.query('CREATE ROLE clerk LOGIN')
    const connection = { ...postgres.settings, user: 'clerk' }
    await expect(open({ schema, connection })).rejects.toEqual(
      refused('E_KMS_STORE', /permission denied.*the role needs CREATE on the database/),
    )
    await (await open({ schema })).close()
    await expect(open({ schema, connection })).rejects.toEqual(
      refused('E_KMS_STORE', /USAGE on their schema/),
    )
    await postgres.query(
      `GRANT USAGE ON SCHEMA ${schema} TO clerk; GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO clerk`,
    )
    const reader = await open({ schema, connection })
    await expect(reader.write([one('a')])).rejects.toEqual(
      refused('E_KMS_STORE', /nothing was changed.*SELECT, INSERT, UPDATE and DELETE/),
    )
    await postgres.query(`GRANT INSERT, UPDATE, DELETE ON ${schema}.records TO clerk`)
    expect(await reader.write([one('a')])).toBe(true)
    await reader.close()
  })

  test('that may only read, or a standby, is refused when it connects', async () => {
    await postgres.query(
      'CREATE ROLE visitor LOGIN; ALTER ROLE visitor SET default_transaction_read_only = on',
    )
    await expect(open({ connection: { ...postgres.settings, user: 'visitor' } })).rejects.toEqual(
      refused('E_KMS_STORE', /can only be read.*connect to the primary/),
    )
  })

  test('that does not exist, a database that does not, and a wrong host are told apart', async () => {
    const { settings } = postgres
    const missing = open({ connection: { ...settings, user: 'nobody' } })
    await expect(missing).rejects.toEqual(
      refused('E_KMS_STORE', /"nobody" does not exist.*check user and password/),
    )
    const empty = open({ connection: { ...settings, database: 'none' } })
    await expect(empty).rejects.toEqual(refused('E_KMS_STORE', /"none" does not exist.*CREATE DATABASE/))
    const host = open({ connection: { ...settings, host: 'nowhere.invalid' }, timeout: 500 })
    await expect(host).rejects.toEqual(refused('E_KMS_STORE', /nowhere\.invalid.*check the name of the host/))
  })

  test('whose password is wrong, or whose URL is no URL, never shows it', async () => {
    await postgres.query("CREATE ROLE keeper LOGIN PASSWORD 'right-hush'")
    const at = `127.0.0.1:${postgres.port}/postgres`
    const good = await open({ connection: `postgres://keeper:right-hush@${at}`, schema: 'none' }).catch(
      (error: Error) => error,
    )
    // The password is right: what is missing is the permission to make tables.
    expect(good).toEqual(refused('E_KMS_STORE', /permission denied/))
    for (const connection of [
      `postgres://keeper:wrong-hush@${at}`,
      `postgres://nobody:wrong-hush@${at}`,
      'postgres://keeper:wrong-hush@[bad/postgres',
      'postgres://keeper:wrong-hush@127.0.0.1:1/postgres',
      'postgres://keeper:wrong-hush@nowhere.invalid/postgres',
      {
        host: '127.0.0.1',
        port: postgres.port,
        user: 'keeper',
        password: () => Promise.reject(new Error('no hush today')),
      },
    ]) {
      const error = await failure(open({ connection, timeout: 500 }))
      expect(error).toEqual(refused('E_KMS_STORE'))
      if (typeof connection === 'string')
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hush')
    }
    const without = open({ connection: { ...postgres.settings, host: '127.0.0.1', user: 'keeper' } })
    await expect(without).rejects.toEqual(refused('E_KMS_STORE', /password/))
  })
})

describe.skipIf(!isWithPostgres)('a write', () => {
  test('is synchronous whatever the server’s default is, and stays remote_apply', async () => {
    const schema = postgres.newSchema()
    const store = await open({ schema })
    await postgres.query(`CREATE TABLE ${schema}.seen (value text);
      CREATE FUNCTION ${schema}.look() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO ${schema}.seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
      CREATE TRIGGER look AFTER INSERT OR UPDATE OR DELETE ON ${schema}.records EXECUTE FUNCTION ${schema}.look();
      CREATE ROLE far SUPERUSER LOGIN; ALTER ROLE far SET synchronous_commit = remote_apply`)
    expect(await postgres.query('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'off' }])
    const far = await open({ schema, connection: { ...postgres.settings, user: 'far' } })
    const to = Uint8Array.of(2)
    expect(await store.write([one('a')])).toBe(true)
    expect(await store.write([{ ...one('a'), from: Uint8Array.of(1), to }, one('b')])).toBe(true)
    expect(await far.write([{ name: 'a', from: to, to: undefined }])).toBe(true)
    const seen = await postgres.query(`SELECT DISTINCT value FROM ${schema}.seen ORDER BY value`)
    expect(seen).toEqual([{ value: 'on' }, { value: 'remote_apply' }])
    await store.close()
    await far.close()
  })

  test('to a full disk changes nothing, says so, and succeeds once there is space', async () => {
    const schema = postgres.newSchema()
    const store = await open({ schema })
    await using kms = await createKms({ store })
    // A trigger stands for the disk: the server reports a full one with the same code.
    await postgres.query(`CREATE FUNCTION ${schema}.fill() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE disk_full USING MESSAGE = 'could not extend file "base/5/1": No space left on device'; END $$;
      CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON ${schema}.records FOR EACH ROW EXECUTE FUNCTION ${schema}.fill()`)
    for (const call of [() => kms.owner.createKey({}), () => store.write([one('b'), one('c')])])
      await expect(call()).rejects.toEqual(
        refused('E_KMS_STORE', /nothing was changed.*No space left.*free space there/),
      )
    expect(await store.names('key/', 9)).toEqual([])
    await postgres.query(`DROP TRIGGER fill ON ${schema}.records`)
    expect((await kms.owner.createKey({})).keyMetadata.keyState).toBe('Enabled')
  })

  /** Executes statements in a transaction that stays open until the function that is returned is called. */
  async function holdOpen(statements: string): Promise<() => Promise<unknown>> {
    const mark = crypto.randomUUID()
    const holding = postgres
      .query(`SET application_name = '${mark}'; BEGIN; ${statements}; SELECT pg_sleep(3600)`)
      .catch((error: unknown) => error)
    const holders = `SELECT pid FROM pg_stat_activity WHERE application_name = '${mark}' AND wait_event = 'PgSleep'`
    await expect.poll(() => postgres.query(holders)).toHaveLength(1)
    return async () => {
      await postgres.query(`SELECT pg_terminate_backend(pid) FROM (${holders}) AS found`)
      await holding
    }
  }

  test('behind a lock that is held ends within its time, certain that nothing was changed', async () => {
    const schema = postgres.newSchema()
    const store = await open({ schema, timeout: patience(1000) })
    await store.write([one('a')])
    const release = await holdOpen(`LOCK TABLE ${schema}.records`)
    await expect(store.write([{ ...one('a'), from: Uint8Array.of(1) }])).rejects.toEqual(
      refused('E_KMS_STORE', /nothing was changed.*pg_stat_activity/),
    )
    await release()
    expect(await store.get('a')).toEqual(Uint8Array.of(1))
    await store.close()
  })

  test('of the same records in another order waits for the first one, and neither for ever', async () => {
    const schema = postgres.newSchema()
    const store = await open({ schema, timeout: 600_000 })
    const [from, to] = [Uint8Array.of(1), Uint8Array.of(2)]
    await store.write(['a', 'b', 'c'].map(one))
    const changes = ['a', 'b', 'c'].map((name) => ({ name, from, to }))
    const release = await holdOpen(`UPDATE ${schema}.records SET sealed = '' WHERE name = 'b'`)
    const writing = Promise.all([store.write(changes), store.write(changes.toReversed())])
    await expect.poll(() => postgres.query('SELECT 1 FROM pg_locks WHERE NOT granted')).toHaveLength(2)
    await release()
    expect((await writing).filter(Boolean)).toHaveLength(1)
    await store.close()
    // A connection reports when it ends.
    const others =
      "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    await expect.poll(() => postgres.query(others)).toEqual([])
    const deadlocks = 'SELECT sum(deadlocks)::int AS deadlocks FROM pg_stat_database'
    expect(await postgres.query(deadlocks)).toEqual([{ deadlocks: 0 }])
  })

  test('with a name that no record has is refused', async () => {
    const store = await open()
    for (const name of ['\0', 'é', '\ud800'])
      await expect(store.write([one(name)])).rejects.toEqual(refused('E_KMS_INTERNAL'))
    await store.close()
  })
})
