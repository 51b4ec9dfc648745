/** Tests every row of the table of the policy language, and every operator in every form, in an Allow and in a Deny. */
import { describe, expect, test } from 'vitest'
import type { PolicyAction } from '../../../src/kms/policy/actions.ts'
import { decide } from '../../../src/kms/policy/decision.ts'
import { OPERATOR_NAMES } from '../../../src/kms/policy/operators.ts'
import { readPolicy } from '../../../src/kms/policy/policy.ts'
import { ConditionContext, type ConditionValues } from '../../../src/kms/policy/request.ts'
import { ACCOUNT, ROLE, refused } from '../support.ts'
import type { Case } from './language/element.ts'
import { ELEMENTS } from './language/language.ts'
import { KEY, request, URN } from './requests.ts'

const ALLOW = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }

function outcomeOf({
  allow,
  deny,
  own,
  policy,
  caller = ROLE,
  action = 'Decrypt',
  values = {},
}: Case): 'allowed' | 'denied' {
  const Statement = deny ? [ALLOW, deny] : [allow]
  const written = { Version: '2012-10-17', Statement, ...policy }
  const policies = [readPolicy(written, 'key', 'key policy', [KEY, URN])]
  if (own) policies.push(readPolicy({ Statement: own }, 'identity'))
  const context = new ConditionContext(values as ConditionValues)
  const callOf = { action: action as PolicyAction, principal: caller, context }
  return decide(policies, request(callOf)).allowed ? 'allowed' : 'denied'
}

describe.each(ELEMENTS)('$element: $here', ({ cases }) => {
  test.each(cases.map((one) => [JSON.stringify(one), one] as const))('%s', (_, one) => {
    if (one.outcome instanceof RegExp) {
      expect(() => outcomeOf(one)).toThrow(refused('E_KMS_POLICY', one.outcome) as Error)
    } else expect(outcomeOf(one)).toBe(one.outcome)
  })
})

test('every element of the language has a row, and every row has cases that are accepted and that are refused', () => {
  const names = [
    'Version',
    'Id',
    'Statement',
    'Sid',
    'Effect',
    'Principal',
    'NotPrincipal',
    'Action',
    'NotAction',
  ]
  const known = ELEMENTS.map(({ element }) => element)
  for (const name of [...names, 'Resource', 'NotResource', 'Condition']) expect(known).toContain(name)
  for (const { element, cases } of ELEMENTS) {
    expect(
      cases.some(({ outcome }) => outcome instanceof RegExp),
      element,
    ).toBe(true)
    expect(
      cases.some(({ outcome }) => typeof outcome === 'string'),
      element,
    ).toBe(true)
  }
})

/** For each family of operators, a condition key of its type, the policy's value, a matching value, and another value. */
const VALUES: Readonly<
  Record<string, readonly [key: string, expected: string, matching: string, other: string]>
> = {
  string: ['kms:KeySpec', 'ab', 'ab', 'x'],
  arn: ['aws:PrincipalArn', `arn:aws:iam::${ACCOUNT}:role/*`, ROLE, 'iam::d:agency:a'],
  bool: ['kms:MultiRegion', 'true', 'true', 'false'],
  date: ['aws:CurrentTime', '2026-01-02', '', ''],
  num: ['kms:RotationPeriodInDays', '10', '', ''],
}
const ORDERED: Readonly<Record<string, readonly [matching: number, other: number]>> = {
  equals: [0, 1],
  notequals: [0, 1],
  lessthan: [-1, 0],
  lessthanequals: [0, 1],
  greaterthan: [1, 0],
  greaterthanequals: [0, -1],
}

function sampleOf(
  operator: string,
): readonly [key: string, expected: string, matching: string, other: string] {
  const family = Object.keys(VALUES).find((name) => operator.startsWith(name))!
  const [key, expected, ...sample] = VALUES[family]!
  const [matching, other] = ORDERED[operator.replace(/^(?:date|numeric|number)/, '')] ?? []
  if (family === 'date')
    return [
      key,
      expected,
      ...([matching, other].map((days) => `2026-01-0${2 + days!}T00:00:00Z`) as [string, string]),
    ]
  if (family === 'num') return [key, expected, `${10 + matching!}`, `${10 + other!}`]
  return [key, expected, ...sample]
}

/** Whether the operator holds for a matching value, another, both at once, and none, as AWS documents its forms. */
const FORMS: readonly (readonly [form: string, positive: string, negated: string])[] = [
  ['X', '1010', '0101'],
  ['XIfExists', '1011', '0101'],
  ['ForAnyValue:X', '1010', '0110'],
  ['ForAllValues:X', '1001', '0101'],
  ['ForAnyValue:XIfExists', '1011', '0111'],
  ['ForAllValues:XIfExists', '1001', '0101'],
]

describe.each(OPERATOR_NAMES.filter((name) => name !== 'null' && name !== 'binaryequals'))(
  '%s',
  (operator) => {
    const [key, expected, matching, other] = sampleOf(operator)
    test.each(FORMS)('%s', (form, positive, negated) => {
      const Condition = { [form.replace('X', operator)]: { [key]: expected } }
      const action = key === 'kms:RotationPeriodInDays' ? 'kms:EnableKeyRotation' : 'kms:Decrypt'
      const statement = { Effect: 'Allow', Principal: '*', Action: action, Resource: '*', Condition }
      const found = [[matching], [other], [matching, other], undefined].map((values) => {
        const callOf = { action: action.slice('kms:'.length), ...(values && { values: { [key]: values } }) }
        const allowed = outcomeOf({ allow: statement, ...callOf, outcome: 'allowed' }) === 'allowed'
        const denied =
          outcomeOf({ deny: { ...statement, Effect: 'Deny' }, ...callOf, outcome: 'denied' }) === 'denied'
        // A Deny applies if an Allow would.
        expect(denied).toBe(allowed)
        return allowed ? 1 : 0
      })
      expect(found.join('')).toBe(operator.includes('not') ? negated : positive)
    })
  },
)

test('Null tests absence or presence, and has no prefixes or suffixes', () => {
  const statement = (Null: string) => ({ ...ALLOW, Condition: { Null: { 'kms:KeySpec': Null } } })
  const present = { values: { 'kms:KeySpec': 'a' }, outcome: 'allowed' } as const
  expect(outcomeOf({ allow: statement('true'), outcome: 'allowed' })).toBe('allowed')
  expect(outcomeOf({ allow: statement('true'), ...present })).toBe('denied')
  expect(outcomeOf({ allow: statement('false'), outcome: 'denied' })).toBe('denied')
  expect(outcomeOf({ allow: statement('false'), ...present })).toBe('allowed')
  for (const form of ['NullIfExists', 'ForAnyValue:Null', 'ForAllValues:Null']) {
    const wrong = { ...ALLOW, Condition: { [form]: { 'kms:KeySpec': 'true' } } }
    expect(() => outcomeOf({ allow: wrong, outcome: 'denied' })).toThrow(refused('E_KMS_POLICY') as Error)
  }
})
