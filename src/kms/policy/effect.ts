/**
 * Rejects statements that can have no effect. A Deny that can apply to no call forbids nothing, and an
 * exception from an Allow that can apply to no call lets all pass: such mistakes would silently open a key, while
 * an Allow that never applies only keeps it closed.
 */

import type { KeyNames } from '../keys/place.ts'
import { KEYLESS_ACTIONS, type NamedActions, POLICY_ACTIONS, type PolicyAction } from './actions.ts'
import { conditionKey, pcrOf } from './condition-keys.ts'
import type { Condition } from './conditions.ts'
import type { Principals } from './principals.ts'
import { at, badPolicy } from './reading.ts'
import { coversKeyless, requireResources } from './resources.ts'
import type { PolicyKind, Statement } from './statement.ts'

/** One pattern of `Action` or `NotAction`, and the permissions that it means. */
export interface NamedPattern extends NamedActions {
  readonly pattern: string
}

/**
 * @param own the names of the key to which the policy belongs, if known.
 * @throws {KmsError} E_KMS_POLICY, naming the element that has no effect.
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
  // Statements about other services only are ignored.
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
  const expected = 'a principal that can call this KMS, which services cannot'
  throw badPolicy(at(place, negated ? 'NotPrincipal' : 'Principal'), expected, 'nobody')
}

/** Each action of a Deny must be deniable with the statement's resources and conditions. */
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
    const expected = 'actions that this statement can deny with its resources and conditions'
    throw badPolicy(at(place, actions.negated ? 'NotAction' : 'Action'), expected, idle)
  }
}

function requireActions(named: readonly NamedPattern[], place: string): void {
  const wrong = named.find(({ permissions, isElsewhere }) => permissions.size === 0 && !isElsewhere)
  if (wrong) throw badPolicy(place, 'names of existing actions', wrong.pattern)
}

/** Whether a condition can hold for `action`: its key can be present, or the condition holds without it. */
function canHold({ test, canonical }: Condition, action: PolicyAction): boolean {
  return test(undefined) || conditionKey(canonical)?.actions.has(action) === true
}

/** A condition of a Deny must be able to hold, and one of an Allow to fail. */
function requireRestriction(condition: Condition, { effect, permissions }: Statement, place: string): void {
  const { canonical, key, operator, test, values } = condition
  const name = at(place, `Condition.${operator.name}.${key}`)
  const isBroken = effect === 'Deny' ? !test(undefined) : test(undefined)
  const known = conditionKey(canonical)
  if (isBroken && ![...permissions].some((action) => known?.actions.has(action))) {
    const what = known
      ? 'a condition key that these actions support'
      : 'a condition key that this KMS supports'
    throw badPolicy(
      name,
      `${what}, because without it this statement ${effect === 'Deny' ? 'never' : 'always'} applies`,
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
    throw badPolicy(name, '96 hexadecimal digits, in lower case unless the operator ignores case', wrong)
}
