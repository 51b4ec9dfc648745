/** Explanations of decisions: the reasons for a denial, as text, which always agree with the decision. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applies, decide } from '../../../src/kms/policy/decision.ts'
import { formatDecision, traceDecision } from '../../../src/kms/policy/explain.ts'
import { ConditionContext } from '../../../src/kms/policy/request.ts'
import { OTHER, pcr0, ROLE } from '../support.ts'
import { attested, KEY, key, ROOT, request, statement } from './requests.ts'

test('explains why a call is denied: another image, no document, debug mode', () => {
  const policy = key(
    statement({ Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation/PCR0': pcr0(1) } } }),
  )
  const explain = (context: ConditionContext) => formatDecision(decide([policy], request({ context })))
  expect(explain(attested(2))).toContain(`expected  ${pcr0(1)}\n          found     ${pcr0(2)}`)
  expect(explain(attested(0))).toContain('the image was started in debug mode, so PCR0 is zero')
  expect(explain(new ConditionContext({}))).toContain('the call has no recipient')
})

test('explains a denial completely, as text', () => {
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

test('the explanation of a statement always agrees with the decision', () => {
  const action = fc.constantFrom('kms:Decrypt', 'kms:D*', 'kms:*')
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
      fc.constantFrom(pcr0(1), pcr0(2)),
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
        const accessRequest = request({ context: attested(seed) })
        const decision = decide([policy], accessRequest)
        const trace = traceDecision(decision)
        expect(trace.allowed).toBe(decision.allowed)
        trace.statements.forEach((explained, at) => {
          expect(explained.applies).toBe(applies(policy.statements[at]!, accessRequest))
          expect(explained.applies).toBe(explained.parts.every(({ holds }) => holds))
        })
      },
    ),
    { numRuns: 500 },
  )
})
