/**
 * The policy language, element by element: what AWS documents (IAM user guide, "IAM JSON policy element reference"; KMS
 * developer guide, "Key policies" and "Condition keys"), what Huawei documents (IAM user guide, "Policy syntax"; iam5, "JSON
 * element reference"), how this KMS handles it, and cases of each, which `language.test.ts` runs. If a cloud's
 * documentation is ambiguous, the stricter reading applies.
 */
import { CONDITION_ELEMENTS } from './condition-elements.ts'
import type { LanguageElement } from './element.ts'
import { SCOPE_ELEMENTS } from './scope-elements.ts'
import { STATEMENT_ELEMENTS } from './statement-elements.ts'

export const ELEMENTS: readonly LanguageElement[] = [
  ...STATEMENT_ELEMENTS,
  ...SCOPE_ELEMENTS,
  ...CONDITION_ELEMENTS,
]
