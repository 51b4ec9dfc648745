/** PostgreSQL that restarts, stalls or loses answers: every call ends, what was acknowledged is kept, nothing is made twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAttestationAuthority } from '../../../src/attestation/issue/authority.ts'
import type { Bytes } from '../../../src/base/bytes.ts'
import { createKms, createMasterKey, type Kms } from '../../../src/kms/index.ts'
import { PostgresStore } from '../../../src/kms/store/postgres.ts'
import { patience } from '../../support/patience.ts'
import { hasPostgres, Postgres } from '../../support/postgres.ts'
import { FakeEnclave, PROFILE, random, refused } from '../support.ts'
import { checkStore } from './crash.ts'
import { Load } from './load.ts'
import { Relay } from './relay.ts'

const isWithPostgres = hasPostgres('the store in it, when it restarts or stalls')
const folder = mkdtempSync(join(tmpdir(), 'webclave-outages-'))
let postgres: Postgres
beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
})
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const some = (): Bytes => random(100)

describe.skipIf(!isWithPostgres)('a connection that stalls', () => {
  /** Milliseconds; short, because the calls of these tests wait so long. */
  const TIMEOUT = patience(400)
  let relay: Relay
  let store: PostgresStore
  let direct: PostgresStore
  let first: Bytes
  beforeEach(async () => {
    relay = await Relay.start(postgres.socket)
    const schema = postgres.newSchema()
    direct = await PostgresStore.open({ connection: postgres.settings, schema })
    const connection = { ...postgres.settings, host: '127.0.0.1', port: relay.port }
    store = await PostgresStore.open({ connection, schema, timeout: TIMEOUT, connections: 4 })
    first = some()
    await store.write([{ name: 'a', from: undefined, to: first }])
    return async () => {
      relay.cut()
      await store.close()
      await direct.close()
      await relay[Symbol.asyncDispose]()
    }
  })

  test('ends every call with E_KMS_STORE, and the next calls are answered when it goes on', async () => {
    relay.hold('both', 'both')
    const calls = Array.from({ length: 20 }, (_, at) =>
      at % 3 > 0 ? store.get('a') : store.write([{ name: 'a', from: first, to: some() }]),
    )
    const outcomes = await Promise.allSettled(calls)
    for (const outcome of outcomes)
      expect(outcome).toEqual({ status: 'rejected', reason: refused('E_KMS_STORE') })
    relay.hold('nothing', 'nothing')
    // A write that was held may have been made now: the answers say that it is unknown.
    expect((await store.get('a'))?.byteLength).toBe(100)
    expect(await store.names('', 5)).toEqual(['a'])
  })

  test('refuses at once what would wait behind too many others', async () => {
    relay.hold('both', 'both')
    const calls = await Promise.allSettled(Array.from({ length: 10_050 }, () => store.names('', 5)))
    const reasons = calls.map((call) => (call.status === 'rejected' ? String(call.reason.message) : ''))
    expect(reasons.every((reason) => reason.startsWith('E_KMS_STORE'))).toBe(true)
    expect(reasons.filter((reason) => reason.includes('other calls wait')).length).toBeGreaterThan(10)
  })

  test('does not keep the store from closing', async () => {
    relay.hold('both', 'both')
    const call = store.get('a').catch((error: unknown) => error)
    await store.close()
    expect(await call).toEqual(refused('E_KMS_STORE'))
    expect(await store.get('a').catch((error: unknown) => error)).toEqual(refused('E_KMS_STORE'))
  })

  test('after a write was made: it is found and acknowledged', async () => {
    const [second, added] = [some(), some()]
    relay.hold('answers', 'nothing')
    expect(await store.write([{ name: 'a', from: first, to: second }])).toBe(true)
    relay.hold('answers', 'nothing')
    expect(await store.write([{ name: 'b', from: undefined, to: added }])).toBe(true)
    expect([await direct.get('a'), await direct.get('b')]).toEqual([second, added])
  })

  test('after a write was made, and then ends with an error: it is found and acknowledged', async () => {
    const [second, added] = [some(), some()]
    for (const change of [
      { name: 'a', from: first, to: second },
      { name: 'b', from: undefined, to: added },
    ]) {
      relay.hold('answers', 'nothing')
      const writing = store.write([change])
      await expect.poll(() => direct.get(change.name)).toEqual(change.to)
      relay.crash()
      expect(await writing).toBe(true)
    }
  })

  test('before a change arrived: it is made by the next connection, and not again when it arrives late', async () => {
    const second = some()
    relay.hold('requests', 'nothing')
    expect(await store.write([{ name: 'a', from: first, to: second }])).toBe(true)
    const third = some()
    expect(await direct.write([{ name: 'a', from: second, to: third }])).toBe(true)
    relay.hold('nothing', 'nothing')
    await quiet()
    expect(await direct.get('a')).toEqual(third)
  })

  test('before a new record arrived: that it is unknown is said, because it may still arrive', async () => {
    const added = some()
    relay.hold('requests', 'nothing')
    await expect(store.write([{ name: 'b', from: undefined, to: added }])).rejects.toEqual(
      refused('E_KMS_STORE', /whether it was made is unknown/),
    )
    expect(await direct.get('b')).toBeUndefined()
    relay.hold('nothing', 'nothing')
    await expect.poll(() => direct.get('b')).toEqual(added)
  })

  test('with a change that another writer has replaced: that it is unknown is said', async () => {
    relay.hold('answers', 'both')
    const writing = store.write([{ name: 'a', from: first, to: some() }]).catch((error: unknown) => error)
    await expect.poll(() => direct.get('a')).not.toEqual(first)
    expect(await direct.write([{ name: 'a', from: await direct.get('a'), to: some() }])).toBe(true)
    relay.hold('answers', 'nothing')
    expect(await writing).toEqual(refused('E_KMS_STORE', /whether it was made is unknown/))
  })

  test('with a deletion whose answer is lost: another may have deleted it, and that is said', async () => {
    relay.hold('answers', 'nothing')
    await expect(store.write([{ name: 'a', from: first, to: undefined }])).rejects.toEqual(
      refused('E_KMS_STORE', /whether it was made is unknown/),
    )
    expect(await direct.get('a')).toBeUndefined()
  })

  /** Waits until the server executes nothing. */
  async function quiet(): Promise<void> {
    const text = `SELECT count(*)::int AS busy FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()`
    await expect.poll(async () => (await postgres.query(text))[0]!['busy']).toBe(0)
  }
})

describe.skipIf(!isWithPostgres)('a server that restarts', () => {
  const RESTARTS = process.env['WEBCLAVE_LONG'] ? 40 : 3

  test('while no call is made, ends neither the process nor the store', async () => {
    const store = await PostgresStore.open({ connection: postgres.settings, schema: postgres.newSchema() })
    await store.write([{ name: 'a', from: undefined, to: some() }])
    await Promise.all(Array.from({ length: 10 }, () => store.names('', 5)))
    await postgres.crash()
    const waiting = store.get('a')
    await postgres.run()
    expect((await waiting)?.byteLength).toBe(100)
    await store.close()
  })

  test('and does not come back, ends calls with E_KMS_STORE', async () => {
    const options = { connection: postgres.settings, schema: postgres.newSchema(), timeout: 300 }
    const store = await PostgresStore.open(options)
    await postgres.crash()
    try {
      const calls = await Promise.allSettled([
        store.get('a'),
        store.write([{ name: 'a', from: undefined, to: some() }]),
        PostgresStore.open(options),
      ])
      const reason = refused('E_KMS_STORE', /check that the database server runs/)
      for (const call of calls) expect(call).toEqual({ status: 'rejected', reason })
    } finally {
      await postgres.run()
      await store.close()
    }
  })

  test(`${RESTARTS} times under load: nothing acknowledged is lost, no nonce is spent twice`, {
    timeout: 600_000,
  }, async () => {
    const schema = postgres.newSchema()
    const authority = await createAttestationAuthority({ instanceId: crypto.randomUUID() })
    const attestation = { profile: PROFILE, roots: authority.rootPem }
    const masterKey = await createMasterKey()
    const both: Kms[] = []
    for (let count = 0; count < 2; count++) {
      const store = await PostgresStore.open({
        connection: postgres.settings,
        schema,
        timeout: 600_000,
      })
      both.push(await createKms({ store, masterKey, attestation }))
    }
    const load = new Load(both as [Kms, Kms], new FakeEnclave(authority, 1))
    const working = load.run()
    for (let count = 0; count < RESTARTS; count++) {
      const before = load.facts.length
      await expect.poll(() => load.facts.length).toBeGreaterThan(before + 20)
      // At a random moment of what is done all the time.
      await pause(Math.random() * 20)
      await postgres.crash()
      await postgres.run()
    }
    load.stop()
    await working
    const counts = await checkStore(both[0]!, load.facts)
    console.log(`${RESTARTS} restarts under load:`, { ...counts, 'outcomes unknown': load.unknown })
    for (const kms of both) await kms.close()
  })
})
