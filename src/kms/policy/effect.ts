/**
 * Refuses statements that could never do what they are there for. A Deny that can apply to no call forbids nothing, and an
 * exception of an Allow that can apply to none lets all pass: both would open a key by a mistake that nobody sees, where
 * an Allow that never applies only keeps it shut.
 */
import { KEYLESS_ACTIONS, type NamedActions, POLICY_ACTIONS, type PolicyAction } from './actions.ts'
import { conditionKey, pcrOf } from './condition-keys.ts'
import type { Condition } from './conditions.ts'
import { pointsOf } from './glob.ts'
import type { Principals } from './principals.ts'
import { at, badPolicy } from './reading.ts'
import type { PolicyKind, Resources, Statement } from './statement.ts'

/** One pattern of `Action` or `NotAction`, and what it comes to. */
export interface NamedPattern extends NamedActions {
  readonly pattern: string
}

/** @throws {KmsError} E_KMS_POLICY, with the element that has no effect. */
export function requireEffect(
  statement: Statement,
  named: readonly NamedPattern[],
  kind: PolicyKind,
  place: string,
): void {
  const { effect, principals, actions, resources, conditions } = statement
  const isDeny = effect === 'Deny'
  // What is about other services alone is none of this KMS's business.
  if (
    !actions.negated &&
    named.every(({ permissions, isElsewhere }) => permissions.size === 0 && isElsewhere)
  )
    return
  if (isDeny !== actions.negated) requireActions(named, at(place, actions.negated ? 'NotAction' : 'Action'))
  if (isDeny && principals) requireDenied(principals, place)
  if (isDeny !== resources.negated) {
    requireResources(resources, at(place, resources.negated ? 'NotResource' : 'Resource'))
  }
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
  if (resources.negated && resources.patterns.some((pattern) => /^\*+$/.test(pattern))) {
    throw badPolicy(at(place, 'NotResource'), 'something beside it that is denied', '*')
  }
  const isEverything = resources.negated || resources.globs.some((glob) => glob.matches(ANYTHING))
  const canApply = (action: PolicyAction) => {
    if (KEYLESS_ACTIONS.has(action) && (kind === 'key' || !isEverything)) return false
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

const ANYTHING = pointsOf('*')

/** The names of keys, but for a part between colons that may be anything, and the digits of an id. */
const KEY_FORMS: readonly (readonly string[])[] = [
  ['arn:aws:kms:', '', ':', '', ':key/'],
  ['kms:', '', ':', '', ':KeyId:'],
]
const UUID = Array.from({ length: 36 }, () => '0123456789abcdef-')
const OTHER_SERVICE = /^arn:[^:*?]+:(?!kms:)[^:*?]+:/

/** Each must be able to name a key, or be another service's; what a Deny is about must have one that can. */
function requireResources({ patterns, negated }: Resources, place: string): void {
  const able = patterns.filter(canNameKey)
  const wrong = patterns.find((pattern) => !able.includes(pattern) && !OTHER_SERVICE.test(pattern))
  const found = wrong ?? (able.length === 0 && !negated ? patterns[0] : undefined)
  if (found === undefined) return
  const expected = '* or the name of keys: arn:aws:kms:REGION:ACCOUNT:key/ID or kms:REGION:DOMAIN:KeyId:ID'
  throw badPolicy(place, expected, found)
}

/** A place in the name of a key: the characters that may stand there, `undefined` for any number of all but colons. */
type Place = string | undefined

const KEY_NAMES: readonly (readonly Place[])[] = KEY_FORMS.map((form) => [
  ...form.flatMap((part): Place[] => (part === '' ? [undefined] : [...part])),
  ...UUID,
])

/** Whether any key could have a name that `pattern` stands for. */
export function canNameKey(pattern: string): boolean {
  const characters = Array.from(pattern.replace(/^KMS:/, 'kms:'))
  return KEY_NAMES.some((name) => meets(characters, name))
}

/** Walks both at once: for each place in the name, whether the pattern's characters so far can have led there. */
function meets(characters: readonly string[], name: readonly Place[]): boolean {
  let reached = new Uint8Array(name.length + 1)
  reached[0] = 1
  for (const character of characters) {
    const next = new Uint8Array(name.length + 1)
    if (character === '*') next.fill(1, reached.indexOf(1))
    else {
      for (let at = 0; at < name.length; at++) {
        if (reached[at] === 0) continue
        const place = name[at]
        if (place === undefined) {
          if (character !== ':') next[at] = 1
        } else if (character === '?' || place.includes(character)) next[at + 1] = 1
      }
    }
    // What may be any number of characters may be none.
    for (let at = 0; at < name.length; at++) if (next[at] === 1 && name[at] === undefined) next[at + 1] = 1
    if (!next.includes(1)) return false
    reached = next
  }
  return reached[name.length] === 1
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
