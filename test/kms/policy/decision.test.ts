/** Policy decisions: a Deny wins and denial is the default; principals, resources, actions of every dialect, images. */
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import { ACTION_NAMES, POLICY_ACTIONS } from '../../../src/kms/policy/actions.ts'
import { decide } from '../../../src/kms/policy/decision.ts'
import { readPolicy } from '../../../src/kms/policy/policy.ts'
import { type AccessRequest, ConditionContext } from '../../../src/kms/policy/request.ts'
import type { Policy } from '../../../src/kms/policy/statement.ts'
import { ACCOUNT, OTHER, pcr0, ROLE } from '../support.ts'
import { attested, KEY, key, ROOT, request, statement } from './requests.ts'

/** An identity policy with these statements, without their principals. */
const own = (...statements: object[]): Policy =>
  readPolicy(
    {
      Version: '5.0',
      Statement: statements.map(({ Principal: _, ...rest }: { Principal?: unknown }) => rest),
    },
    'identity',
    'own policy',
  )
const reason = (policies: Policy[], more: Partial<AccessRequest> = {}) =>
  decide(policies, request(more)).reason

describe('a call', () => {
  test('is denied without a policy that allows it', () => {
    expect(reason([])).toBe('left to the account')
    expect(reason([key(statement({ Principal: { AWS: OTHER } }))])).toBe('no allow')
  })

  test('is allowed if the key policy names the caller', () => {
    expect(reason([key(statement())])).toBe('allowed')
    expect(reason([key(statement({ Principal: '*' }))])).toBe('allowed')
    expect(reason([key(statement({ Principal: { AWS: [OTHER, ROLE] } }))])).toBe('allowed')
    expect(
      reason([key(statement({ Principal: { IAM: 'iam::d:agency:a' } }))], { principal: 'iam::d:agency:a' }),
    ).toBe('allowed')
    expect(reason([key(statement({ Principal: { Service: 'ec2.amazonaws.com' } }))])).toBe('no allow')
  })

  test('is allowed by identity policies if the key policy delegates to the account', () => {
    const delegating = key(statement({ Principal: { AWS: ROOT }, Action: 'kms:*' }))
    expect(reason([delegating])).toBe('left to the account')
    expect(reason([delegating, own(statement())])).toBe('allowed')
    expect(reason([key(statement({ Principal: { AWS: OTHER } })), own(statement())])).toBe('no allow')
    expect(reason([key(statement({ Principal: { AWS: ACCOUNT } })), own(statement())])).toBe('allowed')
    expect(reason([delegating], { principal: ROOT })).toBe('allowed')
  })

  test('is denied if any policy denies it', () => {
    const deny = statement({ Effect: 'Deny' })
    expect(reason([key(statement(), deny)])).toBe('explicit deny')
    expect(reason([key(statement()), own(deny)])).toBe('explicit deny')
    expect(reason([key(statement(), statement({ Effect: 'Deny', Principal: { AWS: ROOT } }))])).toBe(
      'explicit deny',
    )
    const allButRole = { Effect: 'Deny', NotPrincipal: { AWS: [ROLE, ROOT] }, Principal: undefined }
    expect(reason([key(statement(), statement(allButRole))])).toBe('allowed')
    expect(reason([key(statement({ Principal: '*' }), statement(allButRole))], { principal: OTHER })).toBe(
      'explicit deny',
    )
  })

  test('is not affected by statements for other resources or actions', () => {
    expect(
      reason([key(statement()), own(statement({ Effect: 'Deny', Resource: 'arn:aws:kms:*:*:key/1*' }))]),
    ).toBe('allowed')
    expect(
      reason([key(statement()), own(statement({ Effect: 'Deny', Resource: 'KMS:*:*:KeyId:0d*' }))]),
    ).toBe('explicit deny')
    expect(
      reason([key(statement()), own(statement({ Effect: 'Deny', NotResource: KEY, Resource: undefined }))]),
    ).toBe('allowed')
    expect(reason([key(statement({ Action: 'kms:Encrypt' }))])).toBe('no allow')
    expect(reason([key(statement({ Action: undefined, NotAction: 'kms:Encrypt' }))])).toBe('allowed')
  })
})

describe('actions', () => {
  test.each([
    'kms:Decrypt',
    'KMS:decrypt',
    'kms:D*',
    'kms:*',
    '*',
    'kms:cmk:decrypt',
    'kms:cmk:decryptData',
    'kms:dek:decrypt',
    'kms:dek:crypto',
    'kms:cmk:decryptDataKey',
  ])('%s names Decrypt', (Action) => expect(reason([key(statement({ Action }))])).toBe('allowed'))

  test('every permission has its own name in AWS’s dialect, and one in Huawei’s', () => {
    for (const action of POLICY_ACTIONS) {
      const policy = key(statement({ Action: `kms:${action}` }))
      expect(policy.statements[0]!.permissions.has(action)).toBe(true)
      expect(ACTION_NAMES.get(action)!.length).toBeGreaterThan(1)
    }
  })
})

describe('an image', () => {
  const named = (name: string, value = pcr0(1)) =>
    key(statement({ Condition: { StringEqualsIgnoreCase: { [name]: value } } }))

  test.each([
    'kms:RecipientAttestation:ImageSha384',
    'kms:RecipientAttestation:PCR0',
    'kms:RecipientAttestation/PCR0',
    'KMS:recipientattestation/pcr0',
  ])('is named by %s', (name) => {
    expect(reason([named(name)], { context: attested(1) })).toBe('allowed')
    expect(reason([named(name, pcr0(1).toUpperCase())], { context: attested(1) })).toBe('allowed')
    expect(reason([named(name)], { context: attested(2) })).toBe('no allow')
    expect(reason([named(name)])).toBe('no allow')
  })
})

test('Huawei’s own sample policy allows only the image that it names', () => {
  const PCR0 =
    'c5158cb6ee9dbb0ead648c3dc80e472c85e0d67f19fb53fbd3fb94c3371aec63cdb93b80d727a7084248873b1d8e8b41'
  const PCR8 =
    '705afb1012d27f4e07a25e674e6a17dec57305e29cd412184b7bcb78d9e67f16a0cc26d8706a4fab418a5da5788bc949'
  const sample = {
    Version: '1.1',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['kms:cmk:decrypt', 'kms:dek:decrypt'],
        Resource: '*',
        Condition: {
          StringEqualsIgnoreCase: {
            'kms:RecipientAttestation/PCR0': [PCR0],
            'kms:RecipientAttestation/PCR8': [PCR8],
          },
        },
      },
    ],
  }
  const policies = [readPolicy(sample, 'identity')]
  const pcrs = new Map([
    [0, fromHex(PCR0)],
    [8, fromHex(PCR8)],
  ])
  const context = new ConditionContext({}, { pcrs } as unknown as ConstructorParameters<
    typeof ConditionContext
  >[1])
  expect(decide(policies, request({ context })).allowed).toBe(true)
  expect(decide(policies, request({ context: attested(1) })).allowed).toBe(false)
  expect(decide(policies, request({ context, action: 'Encrypt' })).allowed).toBe(false)
})
