/** `kms.json`: unknown members and wrong types are rejected at every level, and the error names the member. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/cli/core/kms-config.ts'
import { refused } from '../../kms/support.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'webclave-kms-config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const read = (config: object) => {
  const path = join(folder, 'kms.json')
  writeFileSync(path, JSON.stringify(config))
  return readConfig(path)
}

const policy = { Statement: [{ Effect: 'Deny', Action: 'kms:GenerateRandom', Resource: '*' }] }
const caller = { principal: 'arn:aws:iam::000000000000:user/bob', policies: [policy, JSON.stringify(policy)] }
const key = { accessKeyId: 'AK', secretAccessKey: 's', sessionToken: 't', ...caller }
const whole = {
  state: '/s',
  store: { variable: 'DATABASE_URL', schema: 's', connections: 5, timeout: 3 },
  profile: 'nitro',
  roots: ['aws'],
  maxAge: 900,
  nonce: 'required',
  allowDebug: false,
  explain: 'none',
  region: 'r',
  account: '000000000000',
  domain: 'd',
  accessKeys: [key],
  unsigned: caller,
  hosts: ['kms'],
  origins: ['https://app.example'],
  host: '::1',
  tls: { certificate: 'c', key: 'k' },
}

test('a full, an empty and a missing configuration are read', async () => {
  expect(await read(whole)).toEqual(whole)
  expect(await read({})).toEqual({})
  expect(await readConfig(undefined)).toEqual({})
})

describe('an invalid configuration is rejected:', () => {
  test.each<[text: string, config: object]>([
    ['unknown member polices', { polices: [policy] }],
    ['unknown member unsigned.polices', { unsigned: { ...caller, polices: [policy] } }],
    ['unknown member unsigned.accessKeyId', { unsigned: { ...caller, accessKeyId: 'AK' } }],
    ['unknown member accessKeys[1].session_token', { accessKeys: [key, { ...key, session_token: 't' }] }],
    ['unknown member accessKeys[0].__proto__', JSON.parse('{"accessKeys":[{"__proto__":{}}]}')],
    ['unknown member tls.ca', { tls: { ...whole.tls, ca: 'c' } }],
    ['unknown member store.url', { store: { url: 'postgres://u:hush hush@h/d' } }],
    ['store.postgres has the wrong type', { store: { postgres: ['postgres://u:hush hush@h/d'] } }],
    ['store has the wrong type', { store: 'postgres://u:hush hush@h/d' }],
    ['tls.key is missing', { tls: { certificate: 'c' } }],
    ['tls.key has the wrong type', { tls: { certificate: 'c', key: 5 } }],
    ['tls has the wrong type', { tls: ['c', 'k'] }],
    ['unsigned has the wrong type', { unsigned: null }],
    ['unsigned.policies has the wrong type', { unsigned: { ...caller, policies: policy } }],
    ['unsigned.policies[1] has the wrong type', { unsigned: { ...caller, policies: [policy, 5] } }],
    ['unsigned.policies[0] has the wrong type', { unsigned: { ...caller, policies: [[policy]] } }],
    ['accessKeys has the wrong type', { accessKeys: key }],
    ['accessKeys[0] has the wrong type', { accessKeys: ['AK'] }],
    ['accessKeys[0].sessionToken has the wrong type', { accessKeys: [{ ...key, sessionToken: 5 }] }],
    ['hosts[1] has the wrong type', { hosts: ['a', 5] }],
    ['roots[0] has the wrong type', { roots: [null] }],
    ['unknown value of nonce', { nonce: 'always' }],
    ['nonce has the wrong type', { nonce: 5 }],
  ])('%s', async (text, config) => {
    await expect(read(config)).rejects.toEqual(refused('E_KMS_CONFIG'))
    const { message } = (await read(config).catch((error: unknown) => error)) as Error
    expect(message).toContain(text)
  })

  test('the error shows no secrets', async () => {
    for (const wrong of [
      { ...key, secret: 'hush hush' },
      { ...key, secretAccessKey: ['hush hush'] },
    ]) {
      const { message } = (await read({ accessKeys: [wrong] }).catch((error: unknown) => error)) as Error
      expect(message).not.toContain('hush')
    }
  })
})
