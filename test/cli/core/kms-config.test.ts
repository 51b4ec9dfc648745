/** `kms.json`, member by member, on every level: what nobody looks at is refused with its place, and so is another type. */
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
  host: '::1',
  tls: { certificate: 'c', key: 'k' },
}

test('a whole one, an empty one and none are read', async () => {
  expect(await read(whole)).toEqual(whole)
  expect(await read({})).toEqual({})
  expect(await readConfig(undefined)).toEqual({})
})

describe('is refused, with the place', () => {
  test.each<[place: string, config: object]>([
    ['a name is unknown: polices', { polices: [policy] }],
    ['a name is unknown: unsigned.polices', { unsigned: { ...caller, polices: [policy] } }],
    ['a name is unknown: unsigned.accessKeyId', { unsigned: { ...caller, accessKeyId: 'AK' } }],
    ['a name is unknown: accessKeys[1].session_token', { accessKeys: [key, { ...key, session_token: 't' }] }],
    ['a name is unknown: accessKeys[0].__proto__', JSON.parse('{"accessKeys":[{"__proto__":{}}]}')],
    ['a name is unknown: tls.ca', { tls: { ...whole.tls, ca: 'c' } }],
    ['tls.key is missing', { tls: { certificate: 'c' } }],
    ['tls.key is of the wrong type', { tls: { certificate: 'c', key: 5 } }],
    ['tls is of the wrong type', { tls: ['c', 'k'] }],
    ['unsigned is of the wrong type', { unsigned: null }],
    ['unsigned.policies is of the wrong type', { unsigned: { ...caller, policies: policy } }],
    ['unsigned.policies[1] is of the wrong type', { unsigned: { ...caller, policies: [policy, 5] } }],
    ['unsigned.policies[0] is of the wrong type', { unsigned: { ...caller, policies: [[policy]] } }],
    ['accessKeys is of the wrong type', { accessKeys: key }],
    ['accessKeys[0] is of the wrong type', { accessKeys: ['AK'] }],
    ['accessKeys[0].sessionToken is of the wrong type', { accessKeys: [{ ...key, sessionToken: 5 }] }],
    ['hosts[1] is of the wrong type', { hosts: ['a', 5] }],
    ['roots[0] is of the wrong type', { roots: [null] }],
    ['nonce is none of its words', { nonce: 'always' }],
  ])('%s', async (place, config) => {
    await expect(read(config)).rejects.toEqual(refused('E_KMS_CONFIG'))
    const { message } = (await read(config).catch((error: unknown) => error)) as Error
    expect(message).toContain(place)
  })

  test('and says nothing of what is secret', async () => {
    for (const wrong of [
      { ...key, secret: 'hush hush' },
      { ...key, secretAccessKey: ['hush hush'] },
    ]) {
      const { message } = (await read({ accessKeys: [wrong] }).catch((error: unknown) => error)) as Error
      expect(message).not.toContain('hush')
    }
  })
})
