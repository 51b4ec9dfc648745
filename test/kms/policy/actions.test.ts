/** Actions: full names of every dialect; patterns, which match only names of their own dialect. */
import { describe, expect, test } from 'vitest'
import { ACTION_NAMES, KEYLESS_ACTIONS, POLICY_ACTIONS, readAction } from '../../../src/kms/policy/actions.ts'

const permissions = (pattern: string, version = '2012-10-17') =>
  [...(readAction(pattern, version)?.permissions ?? [])].sort()
/** The permissions that AWS would grant for a pattern, since it has only its own names. */
const byName = (pattern: RegExp) => POLICY_ACTIONS.filter((action) => pattern.test(action)).sort()

describe('a pattern of AWS’s form', () => {
  test.each<[pattern: string, meaning: RegExp]>([
    ['kms:C*', /^C/],
    ['kms:*Key', /Key$/],
    ['kms:*DataKey*', /DataKey/],
    ['kms:D*', /^D/],
    ['kms:De*', /^De/],
    ['kms:*Data*', /Data/],
    ['kms:Create*', /^Create/],
    ['kms:*Policy', /Policy$/],
    ['kms:??crypt', /^..crypt$/i],
    ['kms:ReEncrypt*', /^ReEncrypt/],
    ['kms:*', /^/],
    ['KMS:C*', /^C/],
    ['kms:cmk*', /^cmk/],
    ['kms:*k:*', /^$/],
  ])('%s matches the same names as in AWS', (pattern, meaning) => {
    for (const version of ['2012-10-17', '2008-10-17', '1.1', '5.0']) {
      if (pattern.split(':').length === 2)
        expect(permissions(pattern, version), version).toEqual(byName(meaning))
    }
  })

  test('never matches names of another dialect', () => {
    expect(permissions('kms:C*')).toEqual(['CancelKeyDeletion', 'CreateAlias', 'CreateGrant', 'CreateKey'])
    expect(permissions('kms:cmk')).toEqual([])
    expect(permissions('kms:cmk?decrypt')).toEqual([])
  })
})

describe('a pattern of Huawei’s form', () => {
  test.each<[pattern: string, version: string, included: string[], excluded: string[]]>([
    [
      'kms:cmk:*',
      '1.1',
      ['Decrypt', 'CreateKey', 'Sign', 'GenerateRandom'],
      ['GenerateDataKey', 'TagResource'],
    ],
    ['kms:cmk:*', '5.0', ['Decrypt', 'GenerateDataKey', 'TagResource'], ['GenerateRandom']],
    [
      'kms:dek:*',
      '1.1',
      ['Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyPair'],
      ['CreateKey', 'Sign'],
    ],
    ['kms:dek:*', '5.0', [], [...POLICY_ACTIONS]],
    ['kms:cmk:create*', '1.1', ['CreateKey'], ['CreateAlias', 'GenerateDataKey']],
    ['kms:cmk:create*', '5.0', ['CreateKey', 'CreateAlias', 'GenerateDataKey'], ['Decrypt']],
    ['kms:*:*', '1.1', [...POLICY_ACTIONS], []],
    ['kms:*:*', '5.0', [...POLICY_ACTIONS], []],
    ['*:*:*', '1.1', [...POLICY_ACTIONS], []],
    ['kms:*:decrypt', '1.1', ['Decrypt'], ['Encrypt']],
    ['KMS:CMK:D*', '1.1', ['Decrypt', 'DisableKey', 'ScheduleKeyDeletion'], ['DescribeKey']],
    ['kms::*', '5.0', ['GenerateRandom'], ['Decrypt']],
  ])('%s in version %s', (pattern, version, included, excluded) => {
    const found = permissions(pattern, version)
    expect(found).toEqual(expect.arrayContaining(included))
    for (const one of excluded) expect(found).not.toContain(one)
  })

  test('needs a version that determines the dialect; full names do not', () => {
    for (const version of ['2012-10-17', '2008-10-17']) {
      expect(readAction('kms:cmk:*', version)).toBeUndefined()
      expect(permissions('kms:cmk:decrypt', version)).toEqual(['Decrypt'])
      expect(permissions('kms:cmk:decryptData', version)).toEqual(['Decrypt'])
    }
  })
})

test('* means everything, in every version', () => {
  for (const version of ['2012-10-17', '1.1', '5.0'])
    expect(permissions('*', version)).toEqual([...POLICY_ACTIONS].sort())
})

test.each(['**', '?', 'kms', ':Decrypt', 'kms:a:b:c', '*:Decrypt', 'k?s:Decrypt', '*:*', 'k*:cmk:get', ''])(
  '%j cannot be an action of any service',
  (pattern) => {
    for (const version of ['2012-10-17', '1.1', '5.0']) expect(readAction(pattern, version)).toBeUndefined()
  },
)

test.each([
  ['s3:*', true],
  ['s3:GetObject', true],
  ['obs:object:GetObject', true],
  ['kms:ReplicateKey', true],
  ['kms:*CustomKeyStore', true],
  ['kms:ImportKeyMaterial', true],
  ['kms:Decript', false],
  ['kms:Xyz*', false],
  ['kms:cmk:decript', false],
])('%s matches no permission of this KMS; it may exist elsewhere: %j', (pattern, isElsewhere) => {
  expect(readAction(pattern, '2012-10-17')).toEqual({ permissions: new Set(), isElsewhere })
})

test('every permission has its own name in AWS’s dialect, and one with three parts in each of Huawei’s', () => {
  for (const action of POLICY_ACTIONS) {
    const [own, ...others] = ACTION_NAMES.get(action)!
    expect(own).toBe(`kms:${action}`.toLowerCase())
    expect(others.length).toBeGreaterThan(0)
    for (const name of others) expect(name.split(':')).toHaveLength(3)
    for (const name of [own!, ...others]) expect(permissions(name)).toContain(action)
    for (const version of ['1.1', '5.0']) expect(permissions('kms:*:*', version)).toContain(action)
  }
  for (const action of KEYLESS_ACTIONS) expect(POLICY_ACTIONS).toContain(action)
})
