/** Policies of the KMS in `qt`: warnings about files and stored policies, and their replacement. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { doctor } from '../../src/cli/commands/doctor.ts'
import { kmsCreateKey } from '../../src/cli/commands/kms-create-key.ts'
import { kmsLint } from '../../src/cli/commands/kms-lint.ts'
import { kmsPutPolicy } from '../../src/cli/commands/kms-put-policy.ts'
import { readOptions } from '../../src/cli/core/read-options.ts'
import { persistentMasterKey } from '../../src/kms/core/master-key.ts'
import { SealedStore } from '../../src/kms/core/sealed-store.ts'
import { SqliteStore } from '../../src/kms/store/sqlite.ts'
import { enclavePolicy, pcr0 } from '../kms/support.ts'
import { runCommand } from './in-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webclave-kms-'))
  vi.stubEnv('XDG_STATE_HOME', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const file = (name: string, content: unknown) => {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return join(folder, name)
}

describe('stored policies that would be rejected now', () => {
  /** Stores a policy without the check, as an older version could have done. */
  async function storeUnchecked(keyId: string, policy: string): Promise<void> {
    const state = join(folder, 'webclave')
    const store = new SqliteStore(join(state, 'kms.sqlite'))
    const name = `key/${keyId}`
    await new SealedStore(store, await persistentMasterKey(state)).update([name], ([found]) => ({
      drafts: [{ name, value: { ...(found as object), policy } }],
      result: undefined,
    }))
    await store.close()
  }
  const examine = async (): Promise<Record<string, string>> => {
    const { stdout } = await runCommand(doctor, ['--output', 'json'])
    return JSON.parse(stdout).find(({ Check }: { Check: string }) => Check === 'key policies')
  }
  const good = enclavePolicy(pcr0(1))
  const twice = good.replace('{"Version"', '{"Version":"2012-10-17","Version"')

  test('are reported by qt kms lint and qt doctor, until qt kms put-policy replaces them', async () => {
    expect(await examine()).toMatchObject({ Result: 'ok', Found: 'no keys' })
    const made = await runCommand(kmsCreateKey, ['--alias', 'wallet', '--policy', file('good.json', good)])
    const { keyId } = JSON.parse(made.stdout)
    expect(await runCommand(kmsLint, [])).toMatchObject({ status: 0, error: undefined, stdout: '[]\n' })
    expect(await examine()).toMatchObject({ Result: 'ok', Found: 'all in force' })
    await storeUnchecked(keyId, twice)
    const warned = await runCommand(kmsLint, [])
    expect([warned.status, JSON.parse(warned.stdout)]).toEqual([
      1,
      [
        expect.objectContaining({
          keyId,
          code: 'L_KMS_REFUSED',
          message: expect.stringContaining('unique member names'),
        }),
      ],
    ])
    const found = await examine()
    expect(found).toMatchObject({ Result: 'PROBLEM', Found: expect.stringContaining(`${keyId}: `) })
    expect(found['Advice']).toContain('qt kms put-policy')
    const put = (path: string) => runCommand(kmsPutPolicy, ['alias/wallet', path])
    expect((await put(file('twice.json', twice))).error?.code).toBe('E_KMS_POLICY')
    expect((await runCommand(kmsLint, [])).status).toBe(1)
    expect(JSON.parse((await put(file('good.json', good))).stdout)).toEqual({ keyId: 'alias/wallet' })
    expect((await runCommand(kmsLint, [])).status).toBe(0)
    expect(await examine()).toMatchObject({ Result: 'ok' })
  })

  test('cause warnings of qt kms put-policy if attestation does not protect them', async () => {
    const { keyId } = JSON.parse((await runCommand(kmsCreateKey, [])).stdout)
    const open = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
    })
    const { status, stderr } = await runCommand(kmsPutPolicy, [keyId, file('open.json', open)])
    expect([status, stderr]).toEqual([0, expect.stringContaining('L_KMS_ANYBODY')])
    expect((await runCommand(kmsPutPolicy, ['alias/none', file('open.json', open)])).error?.code).toBe(
      'E_KMS_NOT_FOUND',
    )
    expect((await runCommand(kmsPutPolicy, [keyId])).status).toBe(2)
  })
})

test('qt kms lint takes at most one file, and --identity only with a file', async () => {
  const path = file('good.json', enclavePolicy(pcr0(1)))
  expect(await runCommand(kmsLint, ['--identity'])).toMatchObject({
    status: 2,
    error: { code: 'E_USAGE_MISSING' },
  })
  expect(() => readOptions(kmsLint, [path, path])).toThrow(expect.objectContaining({ code: 'E_USAGE' }))
})

test('qt kms lint exits with 1 if there are warnings', async () => {
  const good = await runCommand(kmsLint, [file('good.json', enclavePolicy(pcr0(1)))])
  expect([good.status, JSON.parse(good.stdout)]).toEqual([0, []])
  const own = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['kms:dek:decrypt'], Resource: '*' }] }
  const bad = await runCommand(kmsLint, ['--identity', file('bad.json', own)])
  expect([bad.status, JSON.parse(bad.stdout)]).toEqual([
    1,
    [expect.objectContaining({ code: 'L_KMS_OUTSIDE' })],
  ])
})

test('qt kms lint checks region and account in a file if --config is given', async () => {
  const Resource = 'arn:aws:kms:us-east-1:111122223333:key/*'
  const own = file('own.json', { Statement: [{ Effect: 'Deny', Action: 'kms:Encrypt', Resource }] })
  const codes = async (...args: string[]) => {
    const { stdout } = await runCommand(kmsLint, ['--identity', own, ...args])
    return JSON.parse(stdout).map(({ code }: { code: string }) => code)
  }
  expect(await codes()).toEqual([])
  const here = file('here.json', { region: 'us-east-1', account: '111122223333' })
  expect(await codes('--config', here)).toEqual([])
  const there = file('there.json', { region: 'us-east-1' })
  expect(await codes('--config', there)).toEqual(['L_KMS_NO_RESOURCE'])
})
