/** What is no policy, and by which of its parts that is told. */
import { describe, expect, test } from 'vitest'
import { readPolicy } from '../../../src/kms/policy/policy.ts'
import { ROLE, refused } from '../support.ts'
import { statement } from './requests.ts'

/** An object that holds itself. */
function cyclic(): object {
  const policy: Record<string, unknown> = { Version: '2012-10-17' }
  policy['Statement'] = [policy]
  return policy
}

describe('no policy is', () => {
  const good = { Version: '2012-10-17', Statement: [statement()] }
  test.each<[what: string, policy: string | object, where: RegExp]>([
    ['what is not JSON', '{', /JSON/],
    ['a list', '[]', /an object/],
    ['a member twice', JSON.stringify(good).replace('{"V', '{"Id":"a","Id":"a","V'), /unique member names/],
    [
      'a member of a statement twice',
      JSON.stringify(good).replace('"Effect"', '"Effect":"Deny","Effect"'),
      /unique member names.*"Effect" again at line 1/,
    ],
    ['one without end', '{"Statement":'.repeat(100), /at most 64 levels of nesting/],
    ['half of a surrogate pair', '{"Id":"\\ud800","Statement":[]}', /surrogate/],
    ['an object that holds itself', cyclic(), /can be written as JSON/],
    ['an object that nobody could write', { toJSON: () => undefined }, /JSON/],
    ['another version', { ...good, Version: '2027-01-01' }, /Version.*2012-10-17/],
    ['one without statements', { ...good, Statement: [] }, /Statement/],
    ['one with a name that nobody knows', { ...good, Statements: [] }, /Statements/],
    [
      'a statement without an effect',
      { Statement: [statement({ Effect: undefined })] },
      /Statement\[0\]\.Effect/,
    ],
    ['an effect in another spelling', { Statement: [statement({ Effect: 'allow' })] }, /Allow or Deny/],
    ['a statement without an action', { Statement: [statement({ Action: undefined })] }, /Action/],
    ['both actions', { Statement: [statement({ NotAction: 'kms:*' })] }, /not both/],
    ['a number for an action', { Statement: [statement({ Action: 5 })] }, /texts/],
    ['a key policy without principals', { Statement: [statement({ Principal: undefined })] }, /Principal/],
    [
      'Allow for all but one',
      { Statement: [statement({ Principal: undefined, NotPrincipal: { AWS: ROLE } })] },
      /everybody else/,
    ],
    [
      'an operator that nobody knows',
      { Statement: [statement({ Condition: { StringEqual: {} } })] },
      /StringEqual/,
    ],
    [
      'a condition without a key',
      { Statement: [statement({ Condition: { Bool: { x: 'true' } } })] },
      /condition key/,
    ],
    [
      'a value of the wrong kind',
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
    ['a statement with a stranger in it', { Statement: [statement({ Conditions: {} })] }, /Conditions/],
    ['one that is too long', { ...good, Id: 'x'.repeat(33_000) }, /32768 bytes/],
    ['one with too many statements', { Statement: Array(257).fill(statement()) }, /256|32768/],
  ])('%s', (_, policy, where) => {
    expect(() => readPolicy(policy, 'key')).toThrow(refused('E_KMS_POLICY', where) as Error)
  })

  test('a caller’s own one that names principals', () => {
    expect(() => readPolicy(good, 'identity')).toThrow(refused('E_KMS_POLICY', /Principal/) as Error)
  })
})

describe('limits, at which it is one and one beyond which it is none', () => {
  const read = (policy: object | string) => readPolicy(policy, 'key')
  const beyond = (message: RegExp) => refused('E_KMS_POLICY', message) as Error

  test('32 KiB, whatever its characters take', () => {
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
