/** What is no policy, and by which of its parts that is told. */
import { describe, expect, test } from 'vitest'
import { readPolicy } from '../../../src/kms/policy/policy.ts'
import { ROLE, refused } from '../support.ts'
import { statement } from './requests.ts'

describe('no policy is', () => {
  const good = { Version: '2012-10-17', Statement: [statement()] }
  test.each<[what: string, policy: string | object, where: RegExp]>([
    ['what is not JSON', '{', /JSON/],
    ['a list', '[]', /an object/],
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
