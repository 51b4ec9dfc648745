/** The conditions of a statement: all of them must hold. */
import { type Operator, readOperator } from './operators.ts'
import { at, badPolicy, listOf, requireObject } from './reading.ts'
import { type ConditionContext, canonicalKey } from './request.ts'

/** One condition key with one operator. */
export interface Condition {
  readonly operator: Operator
  /** As it is written. */
  readonly key: string
  /** In the spelling by which it is looked up. */
  readonly canonical: string
  readonly values: readonly string[]
}

const VARIABLE = /\$\{/
const CONDITIONS_MAX = 256

/** @throws {KmsError} E_KMS_POLICY */
export function readConditions(value: unknown, place: string): readonly Condition[] {
  if (value === undefined) return []
  const conditions = Object.entries(requireObject(value, place)).flatMap(([name, keys]) => {
    const operator = readOperator(name)
    if (operator === undefined) {
      throw badPolicy(place, 'an operator of IAM, such as StringEqualsIgnoreCase', name)
    }
    return Object.entries(requireObject(keys, at(place, name))).map(([key, wanted]) =>
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
    if (VARIABLE.test(String(one)))
      throw badPolicy(place, 'no policy variables, which are not evaluated', one)
    return String(one)
  })
  if (values.length === 0) throw badPolicy(place, 'at least one value', 'none')
  return { operator, key, canonical: canonicalKey(key), values }
}

/** Whether a condition holds for a call. */
export function holds({ operator, canonical, values }: Condition, context: ConditionContext): boolean {
  return operator.holds(context.get(canonical), values)
}
