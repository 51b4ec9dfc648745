/** Processes killed at any moment (SIGKILL): all changes acknowledged before persist, and no change is half made. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PostgresStore } from '../../../src/kms/store/postgres.ts'
import { SqliteStore } from '../../../src/kms/store/sqlite.ts'
import { hasPostgres, Postgres } from '../../support/postgres.ts'
import { checkStore, killWriters, prepareWriters } from './crash.ts'

const LONG = Boolean(process.env['WEBCLAVE_LONG'])
const folders: string[] = []
const isWithPostgres = hasPostgres('the KMS on it, killed')
let postgres: Postgres
beforeAll(async () => {
  if (isWithPostgres) postgres = await Postgres.start()
})
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'webclave-crash-'))
  folders.push(folder)
  return folder
}

async function kill(kms: Awaited<ReturnType<typeof prepareWriters>>, folder: string, kills: number) {
  const { facts, signals } = await killWriters(folder, kills)
  expect(signals).toEqual(Array(kills).fill('SIGKILL'))
  // Every process acknowledged a change, and most of them several.
  expect(facts.length).toBeGreaterThan(kills)
  expect(facts.filter(({ kind }) => kind === 'released').length).toBeGreaterThan(kills / 5)
  const counts = await checkStore(kms, facts)
  console.log(`${kills} kills:`, counts)
  await kms.close()
}

describe('kills of two processes lose nothing that was acknowledged', () => {
  const kills = LONG ? 1000 : 20
  const postgresKills = LONG ? 200 : 20
  test(`SQLite, ${kills} kills`, { timeout: 600_000 }, async () => {
    const folder = newFolder()
    const kms = await prepareWriters(folder, new SqliteStore(join(folder, 'kms.sqlite')))
    await kill(kms, folder, kills)
  })

  test.skipIf(!isWithPostgres)(`PostgreSQL, ${postgresKills} kills`, { timeout: 600_000 }, async () => {
    const folder = newFolder()
    const options = { connection: postgres.settings, schema: postgres.newSchema() }
    const kms = await prepareWriters(folder, await PostgresStore.open(options), options)
    await kill(kms, folder, postgresKills)
  })
})
