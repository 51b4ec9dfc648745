/** Invalid policies, whose error names the invalid part, and the limits of a policy. */
import { describe, expect, test } from 'vitest'
import { readPolicy } from '../../../src/kms/policy/policy.ts'
import { ROLE, refused } from '../support.ts'
import { statement } from './requests.ts'

/** An object that contains itself. */
function cyclic(): object {
  const policy: Record<string, unknown> = { Version: '2012-10-17' }
  policy['Statement'] = [policy]
  return policy
}

describe('a policy is refused if it is or has', () => {
  const valid = { Version: '2012-10-17', Statement: [statement()] }
  test.each<[what: string, policy: string | object, where: RegExp]>([
    ['invalid JSON', '{', /JSON/],
    ['a list', '[]', /an object/],
    [
      'a duplicate member',
      JSON.stringify(valid).replace('{"V', '{"Id":"a","Id":"a","V'),
      /unique member names/,
    ],
    [
      'a duplicate member in a statement',
      JSON.stringify(valid).replace('"Effect"', '"Effect":"Deny","Effect"'),
      /unique member names.*"Effect" again at line 1/,
    ],
    ['too many levels', '{"Statement":'.repeat(100), /at most 64 levels of nesting/],
    ['an unpaired surrogate', '{"Id":"\\ud800","Statement":[]}', /surrogate/],
    ['an object that contains itself', cyclic(), /can be written as JSON/],
    ['an object without a JSON form', { toJSON: () => undefined }, /JSON/],
    ['an unknown version', { ...valid, Version: '2027-01-01' }, /Version.*2012-10-17/],
    ['no statements', { ...valid, Statement: [] }, /Statement/],
    ['an unknown member', { ...valid, Statements: [] }, /Statements/],
    [
      'a statement without an effect',
      { Statement: [statement({ Effect: undefined })] },
      /Statement\[0\]\.Effect/,
    ],
    ['an effect in lower case', { Statement: [statement({ Effect: 'allow' })] }, /Allow or Deny/],
    ['a statement without an action', { Statement: [statement({ Action: undefined })] }, /Action/],
    ['both Action and NotAction', { Statement: [statement({ NotAction: 'kms:*' })] }, /not both/],
    ['a number as an action', { Statement: [statement({ Action: 5 })] }, /texts/],
    ['a key policy without principals', { Statement: [statement({ Principal: undefined })] }, /Principal/],
    [
      'an Allow with NotPrincipal',
      { Statement: [statement({ Principal: undefined, NotPrincipal: { AWS: ROLE } })] },
      /everybody else/,
    ],
    ['an unknown operator', { Statement: [statement({ Condition: { StringEqual: {} } })] }, /StringEqual/],
    [
      'an invalid condition key',
      { Statement: [statement({ Condition: { Bool: { x: 'true' } } })] },
      /condition key/,
    ],
    [
      'a value of the wrong type',
      { Statement: [statement({ Condition: { Bool: { 'aws:SecureTransport': 'yes' } } })] },
      /true or false/,
    ],
    [
      'a policy variable',
      {
        Statement: [
          statement({
            Condition: { StringEquals: { 'aws:PrincipalArn': ['$', '{aws:username}'].join('') } },
          }),
        ],
      },
      /variables/,
    ],
    ['an unknown member in a statement', { Statement: [statement({ Conditions: {} })] }, /Conditions/],
    ['too many bytes', { ...valid, Id: 'x'.repeat(33_000) }, /32768 bytes/],
    ['too many statements', { Statement: Array(257).fill(statement()) }, /256|32768/],
  ])('%s', (_, policy, where) => {
    expect(() => readPolicy(policy, 'key')).toThrow(refused('E_KMS_POLICY', where) as Error)
  })

  test('principals, in an identity policy', () => {
    expect(() => readPolicy(valid, 'identity')).toThrow(refused('E_KMS_POLICY', /Principal/) as Error)
  })
})

describe('a policy is accepted at its limits and refused beyond:', () => {
  const read = (policy: object | string) => readPolicy(policy, 'key')
  const beyond = (message: RegExp) => refused('E_KMS_POLICY', message) as Error

  test('32 KiB, counted in bytes of UTF-8', () => {
    const long = (size: number) => {
      const policy = { Id: '', Statement: [statement()] }
      return { ...policy, Id: 'x'.repeat(size - JSON.stringify(policy).length) }
    }
    read(long(32_768))
    expect(() => read(long(32_769))).toThrow(beyond(/32768 bytes.*32769/))
    expect(() => read(JSON.stringify(long(32_768)).replace('xx', 'é'.repeat(2)))).toThrow(
      beyond(/32768 bytes.*32770/),
    )
  })

  test('256 statements', () => {
    const small = { Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt' }
    expect(read({ Statement: Array(256).fill(small) }).statements).toHaveLength(256)
    expect(() => read({ Statement: Array(257).fill(small) })).toThrow(beyond(/1 to 256 statements.*257/))
  })

  test('256 conditions of a statement', () => {
    const conditions = (count: number) => {
      const keys = Array.from({ length: count }, (_, at) => [`aws:ResourceTag/${at}`, 'a'])
      return { Statement: [statement({ Condition: { StringEquals: Object.fromEntries(keys) } })] }
    }
    expect(read(conditions(256)).statements[0]!.conditions).toHaveLength(256)
    expect(() => read(conditions(257))).toThrow(beyond(/at most 256 conditions.*257/))
  })
})
