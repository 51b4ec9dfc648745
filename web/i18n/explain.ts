/** Errors, checks and decisions in the language of the page. What has no text of its own here is in English, as `src` has it. */
import type { Check, CheckName } from '../../src/attestation/index.ts'
import type { DecisionTrace } from '../../src/kms/policy/explain.ts'
import type { LintCode } from '../../src/kms/policy/lint.ts'
import { checks } from './checks.ts'
import { explainedZh } from './errors/index.ts'
import type { ErrorWords } from './errors/words.ts'
import { language, text } from './language.ts'
import { reasonZh } from './reasons/checks.ts'
import { labelZh, noteZh, summaryZh, WARNINGS_ZH } from './reasons/decisions.ts'

/** The explanation of an error by its code; undefined in English, in which errors explain themselves. */
export function explainedError(code: string | undefined): ErrorWords | undefined {
  return language.value === 'zh' ? explainedZh(code) : undefined
}

/** A check as it is shown. */
export interface CheckWords {
  readonly name: string
  readonly meaning: string
  readonly reason: string
  /** The verifier's own words, if the reason is a translation of them. */
  readonly original: string | undefined
}

export function explainedCheck({ name, reason }: Pick<Check, 'name' | 'reason'>): CheckWords {
  const words = text(checks)
  const known = { name: words.names[name], meaning: words.meanings[name] }
  if (language.value === 'en') return { ...known, reason, original: undefined }
  // The original says the rest.
  return { ...known, reason: reasonZh(reason) ?? known.meaning, original: reason }
}

/** The names of checks in one line. */
export const namesOf = (names: readonly CheckName[]): string =>
  names.map((name) => text(checks).names[name]).join(language.value === 'zh' ? '、' : ', ')

/** Why a call of the KMS was allowed or denied, as a sentence. */
export const explainedDecision = (trace: DecisionTrace): string =>
  language.value === 'zh' ? `${summaryZh(trace)}。` : `${trace.summary}.`

/** A note on a part of a statement. */
export const explainedNote = (note: string): string => (language.value === 'zh' && noteZh(note)) || note

/** The label of a policy or of a statement in it. */
export const explainedLabel = (label: string): string => (language.value === 'zh' ? labelZh(label) : label)

/** What a warning of the linter means; undefined in English, in which its message says it best. */
export const explainedWarning = (code: LintCode): string | undefined =>
  language.value === 'zh' ? WARNINGS_ZH[code] : undefined
