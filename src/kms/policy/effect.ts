/**
 * Refuses statements that could never do what they are there for. A Deny that can apply to no call forbids nothing, and an
 * exception of an Allow that can apply to none lets all pass: both would open a key by a mistake that nobody sees, where
 * an Allow that never applies only keeps it shut.
 */

import type { KeyNames } from '../keys/place.ts'
import { KEYLESS_ACTIONS, type NamedActions, POLICY_ACTIONS, type PolicyAction } from './actions.ts'
import { conditionKey, pcrOf } from './condition-keys.ts'
import type { Condition } from './conditions.ts'
import type { Principals } from './principals.ts'
import { at, badPolicy } from './reading.ts'
import { coversKeyless, requireResources } from './resources.ts'
import type { PolicyKind, Statement } from './statement.ts'

/** One pattern of `Action` or `NotAction`, and what it comes to. */
export interface NamedPattern extends NamedActions {
  readonly pattern: string
}

/**
 * @param own the names of the key whose policy it is, where that is known.
 * @throws {KmsError} E_KMS_POLICY, with the element that has no effect.
 */
export function requireEffect(
  statement: Statement,
  named: readonly NamedPattern[],
  kind: PolicyKind,
  place: string,
  own: KeyNames | undefined,
): void {
  const { effect, principals, actions, conditions } = statement
  const isDeny = effect === 'Deny'
  // What is about other services alone is none of this KMS's business.
  if (
    !actions.negated &&
    named.every(({ permissions, isElsewhere }) => permissions.size === 0 && isElsewhere)
  )
    return
  if (isDeny !== actions.negated) requireActions(named, at(place, actions.negated ? 'NotAction' : 'Action'))
  if (isDeny && principals) requireDenied(principals, place)
  requireResources(statement, place, own)
  for (const condition of conditions) requireRestriction(condition, statement, place)
  if (isDeny) requireReach(statement, named, kind, place)
}

function requireDenied({ patterns, negated }: Principals, place: string): void {
  if (negated ? !patterns.includes('*') : patterns.length > 0) return
  const expected = 'somebody whom it denies: services never call here'
  throw badPolicy(at(place, negated ? 'NotPrincipal' : 'Principal'), expected, 'nobody')
}

/** Each action of a Deny must be one that it can deny, all else being as it is. */
function requireReach(
  { actions, permissions, resources, conditions }: Statement,
  named: readonly NamedPattern[],
  kind: PolicyKind,
  place: string,
): void {
  const canBeKeyless = kind !== 'key' && coversKeyless(resources) !== resources.negated
  const canApply = (action: PolicyAction) => {
    if (KEYLESS_ACTIONS.has(action) && !canBeKeyless) return false
    return conditions.every((condition) => canHold(condition, action))
  }
  const able = POLICY_ACTIONS.filter(canApply)
  const isIdle = (all: ReadonlySet<PolicyAction>) => !able.some((action) => all.has(action))
  const idle = actions.negated
    ? isIdle(permissions) && actions.patterns.join(', ')
    : named.find((one) => one.permissions.size > 0 && isIdle(one.permissions))?.pattern
  if (idle) {
    const expected = 'an action that this statement can deny, by its resource and its conditions'
    throw badPolicy(at(place, actions.negated ? 'NotAction' : 'Action'), expected, idle)
  }
}

function requireActions(named: readonly NamedPattern[], place: string): void {
  const wrong = named.find(({ permissions, isElsewhere }) => permissions.size === 0 && !isElsewhere)
  if (wrong) throw badPolicy(place, 'names of actions that there are', wrong.pattern)
}

/** A condition that holds where its key is missing, or whose key a call for `action` can have. */
function canHold({ test, canonical }: Condition, action: PolicyAction): boolean {
  return test(undefined) || conditionKey(canonical)?.actions.has(action) === true
}

/** A Deny's condition must be one that can hold, and an Allow's one that can fail. */
function requireRestriction(condition: Condition, { effect, permissions }: Statement, place: string): void {
  const { canonical, key, operator, test, values } = condition
  const name = at(place, `Condition.${operator.name}.${key}`)
  const isBroken = effect === 'Deny' ? !test(undefined) : test(undefined)
  const known = conditionKey(canonical)
  if (isBroken && ![...permissions].some((action) => known?.actions.has(action))) {
    const what = known
      ? 'a condition key that calls for these actions have'
      : 'a condition key that calls here have'
    throw badPolicy(
      name,
      `${what}, for without it this statement ${effect === 'Deny' ? 'never' : 'always'} applies`,
      key,
    )
  }
  const isExact = /^(?:For(?:Any|All)Values:)?String(?:Not)?Equals(?:IgnoreCase)?(?:IfExists)?$/i.test(
    operator.name,
  )
  if (pcrOf(canonical) === undefined || !isExact || (effect === 'Deny') === operator.negated) return
  const digest = /IgnoreCase/i.test(operator.name) ? /^[0-9a-f]{96}$/i : /^[0-9a-f]{96}$/
  const wrong = values.find((value) => !digest.test(value))
  if (wrong !== undefined)
    throw badPolicy(name, '96 hexadecimal digits, small ones unless case is ignored', wrong)
}
