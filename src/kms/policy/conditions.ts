/** The conditions of a statement: all of them must hold. */
import { canonicalKey, conditionKey, isOfFamily } from './condition-keys.ts'
import { type Holds, type Operator, readOperator } from './operators.ts'
import { at, badPolicy, listOf, requireObject } from './reading.ts'
import type { ConditionContext } from './request.ts'

/** One condition key with one operator. */
export interface Condition {
  readonly operator: Operator
  /** As written in the policy. */
  readonly key: string
  /** In its canonical spelling. */
  readonly canonical: string
  readonly values: readonly string[]
  readonly test: Holds
}

const VARIABLE = /\$\{/
const CONDITIONS_MAX = 256

/** @throws {KmsError} E_KMS_POLICY */
export function readConditions(value: unknown, place: string): readonly Condition[] {
  if (value === undefined) return []
  const conditions = Object.entries(requireObject(value, place)).flatMap(([name, keys]) => {
    const operator = readOperator(name)
    if (operator === undefined) {
      throw badPolicy(place, 'an IAM condition operator, such as StringEqualsIgnoreCase', name)
    }
    const conditions = Object.entries(requireObject(keys, at(place, name)))
    if (conditions.length === 0) throw badPolicy(at(place, name), 'at least one condition key', 'none')
    return conditions.map(([key, wanted]) =>
      readCondition(operator, key, wanted, at(place, `${name}.${key}`)),
    )
  })
  if (conditions.length > CONDITIONS_MAX) {
    throw badPolicy(place, `at most ${CONDITIONS_MAX} conditions`, conditions.length)
  }
  return conditions
}

function readCondition(operator: Operator, key: string, wanted: unknown, place: string): Condition {
  if (!/^[a-z]+:/i.test(key)) throw badPolicy(place, 'a condition key such as kms:KeySpec', key)
  const values = listOf(wanted, place).map((one) => {
    const isScalar = typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean'
    if (!isScalar || !operator.accepts(String(one))) throw badPolicy(place, operator.values, one)
    requireNoVariable(String(one), place)
    return String(one)
  })
  if (values.length === 0) throw badPolicy(place, 'at least one value', 'none')
  const canonical = canonicalKey(key)
  const type = conditionKey(canonical)?.type
  if (type !== undefined && !operator.types.includes(type)) {
    throw badPolicy(
      place,
      `an operator for the type ${type}, because this one would never match`,
      operator.name,
    )
  }
  return { operator, key, canonical, values, test: operator.prepare(values) }
}

/** @throws {KmsError} E_KMS_POLICY for a policy variable, which would be taken literally and never match. */
export function requireNoVariable(text: string, place: string): void {
  if (VARIABLE.test(text))
    throw badPolicy(place, 'no policy variables, which this KMS does not evaluate', text)
}

/**
 * Whether a condition holds for a call. Older encryption contexts and tags can have names that differ only in case;
 * they are one condition key, and which is meant is ambiguous. So a Deny applies if any of
 * the values matches, and an Allow only if all match.
 */
export function holds(
  { canonical, test }: Condition,
  effect: 'Allow' | 'Deny',
  context: ConditionContext,
): boolean {
  const values = context.get(canonical)
  if (values === undefined || values.length < 2 || !isOfFamily(canonical)) return test(values)
  const isMet = (value: string) => test([value])
  return effect === 'Deny' ? values.some(isMet) : values.every(isMet)
}
