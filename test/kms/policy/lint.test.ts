/** The linter: each warning has a policy that provokes it and its nearest kin that does not. */
import { expect, test } from 'vitest'
import { LINT_CODES, lintPolicy, lintStoredPolicy } from '../../../src/kms/policy/lint.ts'
import { ACCOUNT, pcr0, ROLE } from '../support.ts'

const PCR0 = 'kms:RecipientAttestation:PCR0'
const decrypt = (Condition?: object, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: ROLE },
  Action: 'kms:Decrypt',
  Resource: '*',
  ...(Condition && { Condition }),
  ...more,
})
const equals = (value: string, name = PCR0) => ({ StringEqualsIgnoreCase: { [name]: value } })
const denyOutside = { ...decrypt({ Null: { [PCR0]: 'true' } }), Effect: 'Deny', Principal: '*' }
const butFor = (...AWS: string[]) => ({
  ...decrypt(undefined, { Principal: undefined, NotPrincipal: { AWS } }),
  Effect: 'Deny',
})
const codes = (...Statement: object[]) =>
  lintPolicy({ Version: '2012-10-17', Statement }).map(({ code }) => code)

const ROWS: [what: string, expected: string[], statements: object[]][] = [
  ['a policy by image', [], [decrypt(equals(pcr0(1)))]],
  ['the same by signer', [], [decrypt(equals(pcr0(1), 'kms:RecipientAttestation/PCR8'))]],
  ['encryption for anybody named', [], [decrypt(undefined, { Action: 'kms:Encrypt' })]],
  ['decryption without attestation', ['L_KMS_OUTSIDE'], [decrypt()]],
  [
    'the same with another condition',
    ['L_KMS_OUTSIDE'],
    [decrypt({ StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT' } })],
  ],
  ['the same, shut by a Deny', [], [decrypt(), denyOutside]],
  [
    'the same, shut by a Deny that asks for more than that',
    ['L_KMS_OUTSIDE'],
    [decrypt(), { ...denyOutside, Condition: { Null: { [PCR0]: 'true', 'kms:KeySpec': 'true' } } }],
  ],
  [
    'the same, shut by a Deny of some who have attested',
    ['L_KMS_OUTSIDE'],
    [decrypt(), { ...denyOutside, Condition: { StringEquals: { [PCR0]: pcr0(2) } } }],
  ],
  [
    'the same, with a Deny that has no condition',
    ['L_KMS_OUTSIDE'],
    [decrypt(), { ...denyOutside, Condition: undefined }],
  ],
  [
    'the same, shut by a Deny of something else',
    ['L_KMS_OUTSIDE'],
    [decrypt(), { ...denyOutside, Action: 'kms:Encrypt' }],
  ],
  [
    'leaving it to the account',
    ['L_KMS_OUTSIDE'],
    [decrypt(undefined, { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*' })],
  ],
  ['everybody', ['L_KMS_ANYBODY', 'L_KMS_OUTSIDE'], [decrypt(undefined, { Principal: '*' })]],
  ['IfExists', ['L_KMS_UNGATED'], [decrypt({ StringEqualsIgnoreCaseIfExists: { [PCR0]: pcr0(1) } })]],
  ['ForAllValues', ['L_KMS_UNGATED'], [decrypt({ 'ForAllValues:StringEquals': { [PCR0]: pcr0(1) } })]],
  ['anything but an image', ['L_KMS_UNGATED'], [decrypt({ StringNotEquals: { [PCR0]: pcr0(1) } })]],
  ['the same, shut by a Deny', [], [decrypt({ StringNotEquals: { [PCR0]: pcr0(1) } }), denyOutside]],
  ['zeros', ['L_KMS_ZERO_PCR'], [decrypt(equals('0'.repeat(96)))]],
  [
    'zeros beside an image',
    ['L_KMS_ZERO_PCR'],
    [decrypt({ StringEqualsIgnoreCase: { [PCR0]: [pcr0(1), '0'.repeat(96)] } })],
  ],
  ['a pattern that matches zeros', ['L_KMS_ZERO_PCR'], [decrypt({ StringLike: { [PCR0]: '*' } })]],
  ['a beginning that zeros have', ['L_KMS_ZERO_PCR'], [decrypt({ StringStartWith: { [PCR0]: '00' } })]],
  ['an agency alone', ['L_KMS_ANY_IMAGE'], [decrypt(equals(pcr0(1), 'kms:RecipientAttestation:PCR3'))]],
  ['half a digest', ['L_KMS_PCR_VALUE'], [decrypt(equals('abcd'))]],
  [
    'capitals compared exactly',
    ['L_KMS_PCR_VALUE'],
    [decrypt({ StringEquals: { [PCR0]: 'AB'.repeat(48) } })],
  ],
  [
    'a key that no call has',
    ['L_KMS_NO_KEY'],
    [decrypt({ ...equals(pcr0(1)), StringEquals: { 'kms:ViaService': 's3' } })],
  ],
  [
    'a key that such calls do not have',
    ['L_KMS_NO_KEY'],
    [decrypt(equals('abcd'), { Action: 'kms:Encrypt' })],
  ],
  ['an exception without its account', ['L_KMS_NOT_PRINCIPAL'], [decrypt(equals(pcr0(1))), butFor(ROLE)]],
  ['the same with it', [], [decrypt(equals(pcr0(1))), butFor(ROLE, ACCOUNT)]],
  ['a mistyped action', ['L_KMS_NO_ACTION'], [decrypt(undefined, { Action: 'kms:Decript' })]],
]

const PLACE = { region: 'local-1', account: ACCOUNT, domain: 'd' }
const nameOf = (region: string, account: string) => `arn:aws:kms:${region}:${account}:key/*`

test.each<[what: string, resources: string[], expected: string[]]>([
  ['anything', ['*'], []],
  ['this place', [nameOf('local-1', ACCOUNT)], []],
  ['this place by Huawei’s name', ['kms:local-1:d:KeyId:*'], []],
  ['every place', [nameOf('*', '*'), 'kms:*'], []],
  ['a part of this place’s name', [nameOf('local-?', '1111*')], []],
  ['another region', [nameOf('us-east-1', ACCOUNT)], ['L_KMS_NO_RESOURCE']],
  ['another account', [nameOf('local-1', '999999999999')], ['L_KMS_NO_RESOURCE']],
  ['another domain', ['kms:local-1:e:KeyId:*'], ['L_KMS_NO_RESOURCE']],
  ['one of two', [nameOf('local-1', ACCOUNT), nameOf('us-east-1', ACCOUNT)], ['L_KMS_NO_RESOURCE']],
  ['another service', ['arn:aws:s3:::bucket', '*'], []],
])('%s, where it is known where the KMS is', (_, resources, expected) => {
  for (const name of ['Resource', 'NotResource'])
    for (const Effect of ['Allow', 'Deny']) {
      if (name === 'NotResource' && (resources.includes('*') || resources.includes('kms:*'))) continue
      const Statement = { Effect, Action: 'kms:Encrypt', [name]: resources }
      const found = lintPolicy({ Statement }, 'identity', PLACE).map(({ code }) => code)
      expect(found, `${Effect} ${name}`).toEqual(expected)
      expect(lintPolicy({ Statement }, 'identity'), 'where it is not').toEqual([])
    }
})

test('an Allow in a key policy for another key', () => {
  const key = [`arn:aws:kms:local-1:${ACCOUNT}:key/a`, 'kms:local-1:d:KeyId:a']
  const of = (Resource: string | string[]) =>
    lintStoredPolicy(JSON.stringify({ Statement: [decrypt(equals(pcr0(1)), { Resource })] }), key)
  for (const good of ['*', nameOf('*', '*'), key[0]!, key[1]!, [key[0]!, 'arn:aws:s3:::bucket']]) {
    expect(of(good)).toEqual([])
  }
  expect(of(nameOf('us-east-1', ACCOUNT))).toMatchObject([
    { code: 'L_KMS_NO_RESOURCE', message: expect.stringContaining('us-east-1') },
  ])
})

test.each(ROWS)('%s: %j', (_, expected, statements) => expect(codes(...statements)).toEqual(expected))

test('each code is covered above, and names the statement', () => {
  const [warning] = lintPolicy({ Statement: [decrypt(equals(pcr0(1))), { ...decrypt(), Sid: 'Open' }] })
  expect(warning).toMatchObject({ code: 'L_KMS_OUTSIDE', statement: 'statement 2 "Open"' })
  const refused = lintStoredPolicy(JSON.stringify({ Statement: [{ ...decrypt(), Effect: 'Forbid' }] }))
  expect(refused).toMatchObject([
    { code: 'L_KMS_REFUSED', message: expect.stringMatching(/Statement\[0\]\.Effect/) },
  ])
  expect(lintStoredPolicy(JSON.stringify({ Statement: [decrypt()] }))).toMatchObject([
    { code: 'L_KMS_OUTSIDE' },
  ])
  const provoked = new Set([
    'L_KMS_REFUSED',
    'L_KMS_NO_RESOURCE',
    ...ROWS.flatMap(([, expected]) => expected),
  ])
  expect([...provoked].sort()).toEqual([...LINT_CODES].sort())
})
