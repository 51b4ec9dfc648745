/** A decision of the KMS on a Chinese page: its reason, its notes and its labels. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { decide } from '../../../src/kms/policy/decision.ts'
import { type DecisionTrace, traceDecision } from '../../../src/kms/policy/explain.ts'
import { LINT_CODES } from '../../../src/kms/policy/lint.ts'
import { readStoredPolicy } from '../../../src/kms/policy/policy.ts'
import type { AccessRequest } from '../../../src/kms/policy/request.ts'
import type { Policy } from '../../../src/kms/policy/statement.ts'
import {
  explainedDecision,
  explainedLabel,
  explainedNote,
  explainedWarning,
} from '../../../web/i18n/explain.ts'
import { language } from '../../../web/i18n/language.ts'
import { noteZh } from '../../../web/i18n/reasons/decisions.ts'
import { attested, KEY, key, ROOT, request, statement } from '../../kms/policy/requests.ts'
import { OTHER, pcr0, ROLE } from '../../kms/support.ts'

const HAN = /\p{Script=Han}/u
const PCR0 = 'kms:RecipientAttestation:PCR0'
const only = (name: string, value: string) =>
  statement({ Condition: { StringEqualsIgnoreCase: { [name]: value } } })

beforeEach(() => {
  language.value = 'zh'
})
afterEach(() => {
  language.value = 'en'
})

const trace = (policies: readonly Policy[], more: Partial<AccessRequest> = {}): DecisionTrace =>
  traceDecision(decide(policies, request(more)))

test.each<[string, readonly Policy[], Partial<AccessRequest>, string]>([
  ['allowed', [key(statement())], {}, '密钥策略的语句 1 允许它'],
  [
    'explicit deny',
    [key({ ...statement({ Effect: 'Deny' }), Sid: 'No' })],
    {},
    '密钥策略的语句 1 "No" 明确拒绝它',
  ],
  ['no allow', [key(statement({ Principal: { AWS: OTHER } }))], {}, '没有语句允许它'],
  ['left to the account', [key(statement({ Principal: { AWS: ROOT } }))], {}, '密钥策略交由账号决定'],
  ['refused policy', [readStoredPolicy('{}', 'key policy')], {}, '策略已不再有效'],
])('%s', (reason, policies, more, words) => {
  const found = trace(policies, more)
  expect(found.reason).toBe(reason)
  const may = reason === 'allowed' ? '可以' : '不可以'
  expect(explainedDecision(found)).toContain(`${ROLE} ${may}对 ${KEY} 执行 kms:Decrypt：`)
  expect(explainedDecision(found)).toContain(words)
  language.value = 'en'
  expect(explainedDecision(found)).toBe(`${found.summary}.`)
})

test.each<[string, string, Partial<AccessRequest>]>([
  [PCR0, pcr0(1), {}],
  [PCR0, pcr0(1), { context: attested(0) }],
  ['kms:RecipientAttestation:PCR8', pcr0(1), { context: attested(0) }],
  ['kms:RecipientAttestation:PCR4', pcr0(1), { context: attested(0) }],
  ['kms:RecipientAttestation:PCR20', pcr0(1), { context: attested(1) }],
])('a note on %s', (name, value, more) => {
  const { statements } = trace([key(only(name, value))], more)
  const notes = statements.flatMap(({ parts }) => parts.flatMap(({ note }) => note ?? []))
  expect(notes).toHaveLength(1)
  expect(explainedNote(notes[0]!)).toMatch(HAN)
  expect(noteZh('something new')).toBeUndefined()
  expect(explainedNote('something new')).toBe('something new')
})

test('labels of statements and policies', () => {
  expect(explainedLabel('statement 2 "OnlyThisEnclave"')).toBe('语句 2 "OnlyThisEnclave"')
  expect(explainedLabel('identity policy')).toBe('身份策略')
  expect(explainedLabel('my policy')).toBe('my policy')
})

test.each(LINT_CODES)('the warning %s', (code) => {
  expect(explainedWarning(code)).toMatch(/\p{Script=Han}.*。$/u)
  language.value = 'en'
  expect(explainedWarning(code)).toBeUndefined()
})
