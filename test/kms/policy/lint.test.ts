/** The linter: for each warning, a policy that causes it and a similar policy that does not. */
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
const denyUnattested = { ...decrypt({ Null: { [PCR0]: 'true' } }), Effect: 'Deny', Principal: '*' }
const denyAllBut = (...AWS: string[]) => ({
  ...decrypt(undefined, { Principal: undefined, NotPrincipal: { AWS } }),
  Effect: 'Deny',
})
const codes = (...Statement: object[]) =>
  lintPolicy({ Version: '2012-10-17', Statement }).map(({ code }) => code)

const ROWS: [what: string, expected: string[], statements: object[]][] = [
  ['decryption by image', [], [decrypt(equals(pcr0(1)))]],
  ['decryption by signer', [], [decrypt(equals(pcr0(1), 'kms:RecipientAttestation/PCR8'))]],
  ['encryption for a named role', [], [decrypt(undefined, { Action: 'kms:Encrypt' })]],
  ['decryption without attestation', ['L_KMS_OUTSIDE'], [decrypt()]],
  [
    'decryption with a condition other than attestation',
    ['L_KMS_OUTSIDE'],
    [decrypt({ StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT' } })],
  ],
  ['decryption with a Deny for unattested callers', [], [decrypt(), denyUnattested]],
  [
    'decryption with a Deny for unattested callers under a further condition',
    ['L_KMS_OUTSIDE'],
    [decrypt(), { ...denyUnattested, Condition: { Null: { [PCR0]: 'true', 'kms:KeySpec': 'true' } } }],
  ],
  [
    'decryption with a Deny for one image only',
    ['L_KMS_OUTSIDE'],
    [decrypt(), { ...denyUnattested, Condition: { StringEquals: { [PCR0]: pcr0(2) } } }],
  ],
  [
    'decryption with a Deny without a condition',
    ['L_KMS_OUTSIDE'],
    [decrypt(), { ...denyUnattested, Condition: undefined }],
  ],
  [
    'decryption with a Deny of another action',
    ['L_KMS_OUTSIDE'],
    [decrypt(), { ...denyUnattested, Action: 'kms:Encrypt' }],
  ],
  [
    'delegation to the account',
    ['L_KMS_OUTSIDE'],
    [decrypt(undefined, { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*' })],
  ],
  ['decryption for everybody', ['L_KMS_ANYBODY', 'L_KMS_OUTSIDE'], [decrypt(undefined, { Principal: '*' })]],
  ['IfExists', ['L_KMS_UNGATED'], [decrypt({ StringEqualsIgnoreCaseIfExists: { [PCR0]: pcr0(1) } })]],
  ['ForAllValues', ['L_KMS_UNGATED'], [decrypt({ 'ForAllValues:StringEquals': { [PCR0]: pcr0(1) } })]],
  [
    'decryption by all images but one',
    ['L_KMS_UNGATED'],
    [decrypt({ StringNotEquals: { [PCR0]: pcr0(1) } })],
  ],
  [
    'decryption by all images but one, with a Deny for unattested callers',
    [],
    [decrypt({ StringNotEquals: { [PCR0]: pcr0(1) } }), denyUnattested],
  ],
  ['a PCR of zeros', ['L_KMS_ZERO_PCR'], [decrypt(equals('0'.repeat(96)))]],
  [
    'a PCR of zeros or of an image',
    ['L_KMS_ZERO_PCR'],
    [decrypt({ StringEqualsIgnoreCase: { [PCR0]: [pcr0(1), '0'.repeat(96)] } })],
  ],
  ['a pattern that matches zeros', ['L_KMS_ZERO_PCR'], [decrypt({ StringLike: { [PCR0]: '*' } })]],
  ['a prefix that matches zeros', ['L_KMS_ZERO_PCR'], [decrypt({ StringStartWith: { [PCR0]: '00' } })]],
  [
    'decryption by agency only',
    ['L_KMS_ANY_IMAGE'],
    [decrypt(equals(pcr0(1), 'kms:RecipientAttestation:PCR3'))],
  ],
  ['a truncated digest', ['L_KMS_PCR_VALUE'], [decrypt(equals('abcd'))]],
  [
    'upper-case digits compared with case',
    ['L_KMS_PCR_VALUE'],
    [decrypt({ StringEquals: { [PCR0]: 'AB'.repeat(48) } })],
  ],
  [
    'a condition key that no call has',
    ['L_KMS_NO_KEY'],
    [decrypt({ ...equals(pcr0(1)), StringEquals: { 'kms:ViaService': 's3' } })],
  ],
  [
    'a condition key that calls of this action do not have',
    ['L_KMS_NO_KEY'],
    [decrypt(equals('abcd'), { Action: 'kms:Encrypt' })],
  ],
  ['an exception without its account', ['L_KMS_NOT_PRINCIPAL'], [decrypt(equals(pcr0(1))), denyAllBut(ROLE)]],
  ['an exception with its account', [], [decrypt(equals(pcr0(1))), denyAllBut(ROLE, ACCOUNT)]],
  ['a mistyped action', ['L_KMS_NO_ACTION'], [decrypt(undefined, { Action: 'kms:Decript' })]],
]

/** The region, account and domain of the KMS. */
const PLACE = { region: 'local-1', account: ACCOUNT, domain: 'd' }
const keysIn = (region: string, account: string) => `arn:aws:kms:${region}:${account}:key/*`

test.each<[what: string, resources: string[], expected: string[]]>([
  ['every resource', ['*'], []],
  ['the KMS’s own region and account', [keysIn('local-1', ACCOUNT)], []],
  ['the KMS’s own region and domain', ['kms:local-1:d:KeyId:*'], []],
  ['every region and account', [keysIn('*', '*'), 'kms:*'], []],
  ['a pattern for the KMS’s own region and account', [keysIn('local-?', '1111*')], []],
  ['another region', [keysIn('us-east-1', ACCOUNT)], ['L_KMS_NO_RESOURCE']],
  ['another account', [keysIn('local-1', '999999999999')], ['L_KMS_NO_RESOURCE']],
  ['another domain', ['kms:local-1:e:KeyId:*'], ['L_KMS_NO_RESOURCE']],
  ['one of two regions', [keysIn('local-1', ACCOUNT), keysIn('us-east-1', ACCOUNT)], ['L_KMS_NO_RESOURCE']],
  ['another service', ['arn:aws:s3:::bucket', '*'], []],
])('%s, if the region and account of the KMS are known', (_, resources, expected) => {
  for (const name of ['Resource', 'NotResource'])
    for (const Effect of ['Allow', 'Deny']) {
      if (name === 'NotResource' && (resources.includes('*') || resources.includes('kms:*'))) continue
      const Statement = { Effect, Action: 'kms:Encrypt', [name]: resources }
      const found = lintPolicy({ Statement }, 'identity', PLACE).map(({ code }) => code)
      expect(found, `${Effect} ${name}`).toEqual(expected)
      expect(lintPolicy({ Statement }, 'identity'), 'if they are unknown').toEqual([])
    }
})

test('an Allow for another key in a key policy is warned of', () => {
  const key = [`arn:aws:kms:local-1:${ACCOUNT}:key/a`, 'kms:local-1:d:KeyId:a']
  const of = (Resource: string | string[]) =>
    lintStoredPolicy(JSON.stringify({ Statement: [decrypt(equals(pcr0(1)), { Resource })] }), key)
  for (const valid of ['*', keysIn('*', '*'), key[0]!, key[1]!, [key[0]!, 'arn:aws:s3:::bucket']]) {
    expect(of(valid)).toEqual([])
  }
  expect(of(keysIn('us-east-1', ACCOUNT))).toMatchObject([
    { code: 'L_KMS_NO_RESOURCE', message: expect.stringContaining('us-east-1') },
  ])
})

test.each(ROWS)('warnings for %s: %j', (_, expected, statements) =>
  expect(codes(...statements)).toEqual(expected),
)

test('each code is covered above, and a warning names the statement', () => {
  const [warning] = lintPolicy({ Statement: [decrypt(equals(pcr0(1))), { ...decrypt(), Sid: 'Open' }] })
  expect(warning).toMatchObject({ code: 'L_KMS_OUTSIDE', statement: 'statement 2 "Open"' })
  const refused = lintStoredPolicy(JSON.stringify({ Statement: [{ ...decrypt(), Effect: 'Forbid' }] }))
  expect(refused).toMatchObject([
    { code: 'L_KMS_REFUSED', message: expect.stringMatching(/Statement\[0\]\.Effect/) },
  ])
  expect(lintStoredPolicy(JSON.stringify({ Statement: [decrypt()] }))).toMatchObject([
    { code: 'L_KMS_OUTSIDE' },
  ])
  const covered = new Set(['L_KMS_REFUSED', 'L_KMS_NO_RESOURCE', ...ROWS.flatMap(([, expected]) => expected)])
  expect([...covered].sort()).toEqual([...LINT_CODES].sort())
})
