/** `qt kms` with a store in PostgreSQL: two servers share it, and a configuration that is wrong is told apart. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { kmsCreateKey } from '../../src/cli/commands/kms-create-key.ts'
import { kmsIdentity } from '../../src/cli/commands/kms-identity.ts'
import { kmsServe } from '../../src/cli/commands/kms-serve.ts'
import { refused } from '../kms/support.ts'
import { ACCESS_KEY, awsClient } from '../kms/support-http.ts'
import { hasPostgres, Postgres } from '../support/postgres.ts'
import { runCommand } from './in-process.ts'

const QT = fileURLToPath(new URL('../../bin/qt', import.meta.url))
const ROOT = 'arn:aws:iam::000000000000:root'
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }

const isWithPostgres = hasPostgres('qt kms with a store in it')
let postgres: Postgres
let url: string
beforeAll(async () => {
  if (!isWithPostgres) return
  postgres = await Postgres.start()
  await postgres.query("CREATE ROLE kms LOGIN PASSWORD 'hush hush'; GRANT CREATE ON DATABASE postgres TO kms")
  url = `postgres://kms:hush%20hush@127.0.0.1:${postgres.port}/postgres`
})
afterAll(() => postgres?.[Symbol.asyncDispose]())

let folder: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webclave-kms-store-'))
  vi.stubEnv('XDG_STATE_HOME', folder)
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const config = (content: object) => {
  const path = join(folder, 'kms.json')
  writeFileSync(path, JSON.stringify(content))
  return ['--config', path]
}

/** Starts `qt kms serve`; the URL on which it listens. */
async function serve(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const words = ['kms', 'serve', '--port', '0', ...args]
  const child = spawn(QT, words, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  children.push(child)
  let printed = ''
  for await (const line of createInterface(child.stdout)) {
    printed += line
    if (line === '}') return JSON.parse(printed).url
  }
  throw new Error('qt kms serve has ended')
}

describe.skipIf(!isWithPostgres)('a store in PostgreSQL', () => {
  test('is shared by two servers with one master key, and its URL may be in the environment', async () => {
    const state = join(folder, 'state')
    const accessKeys = [{ ...ACCESS_KEY, principal: ROOT, policies: [ALL] }]
    const args = config({ state, store: { variable: 'KMS_DATABASE', schema: 'two' }, accessKeys })
    const [one, other] = await Promise.all([1, 2].map(() => serve(args, { KMS_DATABASE: `${url}\n` })))
    vi.stubEnv('KMS_DATABASE', url)
    const created = await runCommand(kmsCreateKey, ['--alias', 'shared', ...args])
    expect(created.error).toBeUndefined()
    const Plaintext = new TextEncoder().encode('a secret')
    const encrypted = await awsClient(one!).send(new EncryptCommand({ KeyId: 'alias/shared', Plaintext }))
    const { CiphertextBlob } = encrypted
    const opened = await awsClient(other!).send(new DecryptCommand({ CiphertextBlob }))
    expect(new TextDecoder().decode(opened.Plaintext)).toBe('a secret')
    expect(existsSync(join(state, 'kms.sqlite'))).toBe(false)
    for (const child of children.splice(0)) {
      child.kill('SIGTERM')
      expect(await once(child, 'exit')).toEqual([0, null])
    }
  })

  test('that was sealed under another master key is refused, and the command ends', async () => {
    const store = { postgres: url, schema: 'sealed' }
    expect((await runCommand(kmsIdentity, config({ state: join(folder, 'a'), store }))).status).toBe(0)
    const other = await runCommand(kmsIdentity, config({ state: join(folder, 'b'), store }))
    expect(other.error).toEqual(refused('E_KMS_SEALED', /restore the store together with its master key/))
    const text = "SELECT 1 FROM pg_stat_activity WHERE usename = 'kms'"
    await expect.poll(() => postgres.query(text)).toEqual([])
  })

  test('whose password comes from PGPASSWORD needs none in its URL', async () => {
    vi.stubEnv('PGPASSWORD', 'hush hush')
    const store = { postgres: url.replace(':hush%20hush', ''), schema: 'quiet', connections: 2, timeout: 60 }
    expect((await runCommand(kmsIdentity, config({ store }))).status).toBe(0)
  })
})

test('a store that says no database, or two, or names an absent variable, is refused without its URL', async () => {
  const secret = 'postgres://kms:hush@127.0.0.1:1/kms'
  for (const [store, text] of [
    [{}, 'one of postgres and variable; got neither'],
    [{ postgres: secret, variable: 'KMS_DATABASE' }, 'one of postgres and variable; got both'],
    [{ variable: 'KMS_ABSENT' }, 'the environment variable KMS_ABSENT of store is empty'],
    [{ postgres: ' ' }, 'postgres of store is empty'],
    [{ postgres: secret, schema: 'A b' }, 'the option schema'],
    [{ postgres: secret, timeout: 0 }, 'the option timeout'],
    [{ postgres: secret, timeout: 0.2 }, 'ECONNREFUSED'],
  ] as const) {
    const { error } = await runCommand(kmsServe, ['--port', '0', ...config({ store })])
    expect(error?.message).toContain(text)
    expect(error?.message).not.toContain('hush')
  }
})
