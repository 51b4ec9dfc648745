/** Decisions: deny wins, nothing is allowed by itself, principals, resources, actions of every dialect; and why not, in text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import { ACTION_NAMES, POLICY_ACTIONS } from '../../../src/kms/policy/actions.ts'
import { applies, decide } from '../../../src/kms/policy/decision.ts'
import { formatDecision, traceDecision } from '../../../src/kms/policy/explain.ts'
import { type Policy, readPolicy } from '../../../src/kms/policy/policy.ts'
import { type AccessRequest, accountOf, ConditionContext } from '../../../src/kms/policy/request.ts'
import { ACCOUNT, OTHER, pcr0, pcrsOf, ROLE, refused } from '../support.ts'

const KEY = `arn:aws:kms:local-1:${ACCOUNT}:key/0d0466b0-e727-4d9c-b35d-f84bb474a37f`
const URN = 'kms:local-1:0:KeyId:0d0466b0-e727-4d9c-b35d-f84bb474a37f'
const ROOT = `arn:aws:iam::${ACCOUNT}:root`

const attested = (seed: number) =>
  new ConditionContext({}, { pcrs: pcrsOf(seed) } as unknown as ConstructorParameters<
    typeof ConditionContext
  >[1])

function request(more: Partial<AccessRequest> = {}): AccessRequest {
  const principal = more.principal ?? ROLE
  const context = new ConditionContext({})
  return {
    action: 'Decrypt',
    principal,
    account: accountOf(principal),
    resources: [KEY, URN],
    context,
    ...more,
  }
}

const statement = (more: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: ROLE },
  Action: 'kms:Decrypt',
  Resource: '*',
  ...more,
})
const key = (...statements: object[]): Policy =>
  readPolicy({ Version: '2012-10-17', Statement: statements }, 'key', 'key policy')
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

describe('who may', () => {
  test('nobody, where nothing says so', () => {
    expect(reason([])).toBe('left to the account')
    expect(reason([key(statement({ Principal: { AWS: OTHER } }))])).toBe('no allow')
  })

  test('whom the key’s policy names', () => {
    expect(reason([key(statement())])).toBe('allowed')
    expect(reason([key(statement({ Principal: '*' }))])).toBe('allowed')
    expect(reason([key(statement({ Principal: { AWS: [OTHER, ROLE] } }))])).toBe('allowed')
    expect(
      reason([key(statement({ Principal: { IAM: 'iam::d:agency:a' } }))], { principal: 'iam::d:agency:a' }),
    ).toBe('allowed')
    expect(reason([key(statement({ Principal: { Service: 'ec2.amazonaws.com' } }))])).toBe('no allow')
  })

  test('whom the account’s own policies allow, if the key’s policy leaves it to the account', () => {
    const delegating = key(statement({ Principal: { AWS: ROOT }, Action: 'kms:*' }))
    expect(reason([delegating])).toBe('left to the account')
    expect(reason([delegating, own(statement())])).toBe('allowed')
    expect(reason([key(statement({ Principal: { AWS: OTHER } })), own(statement())])).toBe('no allow')
    expect(reason([key(statement({ Principal: { AWS: ACCOUNT } })), own(statement())])).toBe('allowed')
    expect(reason([delegating], { principal: ROOT })).toBe('allowed')
  })

  test('never who is denied, wherever', () => {
    const deny = statement({ Effect: 'Deny' })
    expect(reason([key(statement(), deny)])).toBe('explicit deny')
    expect(reason([key(statement()), own(deny)])).toBe('explicit deny')
    expect(reason([key(statement(), statement({ Effect: 'Deny', Principal: { AWS: ROOT } }))])).toBe(
      'explicit deny',
    )
    const butRole = { Effect: 'Deny', NotPrincipal: { AWS: ROLE }, Principal: undefined }
    expect(reason([key(statement(), statement(butRole))])).toBe('allowed')
    expect(reason([key(statement({ Principal: '*' }), statement(butRole))], { principal: OTHER })).toBe(
      'explicit deny',
    )
  })

  test('not for another resource, not for another action', () => {
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
    'kms:dek:*',
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

  test('that is refused is told why: another one, none, debug mode', () => {
    const policy = named('kms:RecipientAttestation/PCR0')
    const told = (context: ConditionContext) => formatDecision(decide([policy], request({ context })))
    expect(told(attested(2))).toContain(`expected  ${pcr0(1)}\n          found     ${pcr0(2)}`)
    expect(told(attested(0))).toContain('the image was started in debug mode, so PCR0 is zero')
    expect(told(new ConditionContext({}))).toContain('without a recipient')
  })

  test('the whole of a refusal, in text', () => {
    const policies = [
      key(
        {
          ...statement({
            Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:PCR0': pcr0(1) } },
          }),
          Sid: 'EnclaveOnly',
        },
        statement({ Principal: { AWS: OTHER } }),
      ),
    ]
    expect(formatDecision(decide(policies, request({ context: attested(0) })))).toBe(
      [
        `${ROLE} may not perform kms:Decrypt on ${KEY}: no statement allows it.`,
        'key policy',
        '  statement 1 "EnclaveOnly", Allow: does not apply',
        '    ok  Action',
        '    ok  Principal',
        '    ok  Resource',
        '    no  StringEqualsIgnoreCase kms:RecipientAttestation:PCR0',
        `          expected  ${pcr0(1)}`,
        `          found     ${'0'.repeat(96)}`,
        '          the image was started in debug mode, so PCR0 is zero',
        '  statement 2, Allow: does not apply',
        '    ok  Action',
        '    no  Principal',
        `          expected  ${OTHER}`,
        `          found     ${ROLE}`,
        '    ok  Resource',
        '',
      ].join('\n'),
    )
  })
})

test('what is told of a statement and what was decided by it never differ', () => {
  const action = fc.constantFrom('kms:Decrypt', 'kms:Encrypt', 'kms:*')
  const condition = fc.option(
    fc.tuple(
      fc.constantFrom(
        'StringEquals',
        'StringNotEquals',
        'StringLikeIfExists',
        'ForAllValues:StringEquals',
        'Null',
      ),
      fc.constantFrom('kms:RecipientAttestation:PCR0', 'kms:RecipientAttestation/PCR8', 'kms:KeySpec'),
      fc.constantFrom(pcr0(1), '*', 'true'),
    ),
    { nil: undefined },
  )
  const one = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.constantFrom('*', { AWS: ROLE }, { AWS: ROOT }, { AWS: OTHER }),
    Action: action,
    Resource: fc.constantFrom('*', KEY, 'arn:aws:kms:*:*:key/f*'),
    rule: condition,
  })
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 2 }),
      (drafts, seed) => {
        const statements = drafts.map(({ rule, ...rest }) => {
          if (!rule) return rest
          const [operator, name, value] = rule
          return { ...rest, Condition: { [operator]: { [name]: operator === 'Null' ? 'true' : value } } }
        })
        const policy = key(...statements)
        const asked = request({ context: attested(seed) })
        const decision = decide([policy], asked)
        const trace = traceDecision(decision)
        expect(trace.allowed).toBe(decision.allowed)
        trace.statements.forEach((told, at) => {
          expect(told.applies).toBe(applies(policy.statements[at]!, asked))
          expect(told.applies).toBe(told.parts.every(({ holds }) => holds))
        })
      },
    ),
    { numRuns: 500 },
  )
})

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

test('Huawei’s own sample allows what it says', () => {
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
