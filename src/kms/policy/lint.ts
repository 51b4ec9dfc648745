/**
 * Warns of policies that are well formed and yet release a key to more than an enclave, which the clouds take without a
 * word: calls without a recipient are not gated by themselves, and enclaves in debug mode have zeros for PCRs.
 */
import { type KeyNames, type Place, placeOf } from '../keys/place.ts'
import { type PolicyAction, RECIPIENT_ACTIONS } from './actions.ts'
import { conditionKey, isAttestationKey } from './condition-keys.ts'
import type { Condition } from './conditions.ts'
import { readPolicy, readStoredPolicy } from './policy.ts'
import { accountOf, matchPrincipals, type Principals } from './principals.ts'
import { canNameKey, coversKey } from './resources.ts'
import type { Policy, PolicyKind, Statement } from './statement.ts'

/** What can be warned of. */
export const LINT_CODES = [
  /** An Allow gives what attestation protects to callers outside of any enclave. */
  'L_KMS_OUTSIDE',
  /** An Allow accepts a PCR of zeros, which every enclave in debug mode has. */
  'L_KMS_ZERO_PCR',
  /** A condition on attestation lets calls without a recipient through (IfExists, a negated operator, ForAllValues). */
  'L_KMS_UNGATED',
  /** Attestation is asked for, but never which image: no PCR0 and no signer (PCR8). */
  'L_KMS_ANY_IMAGE',
  /** A PCR is compared with what no PCR can be, or with case where digits may come in either. */
  'L_KMS_PCR_VALUE',
  /** An action is named that this KMS has not: mistyped, or another service's. */
  'L_KMS_NO_ACTION',
  /** A condition of an Allow is on a key that no call for its actions has: it never applies. */
  'L_KMS_NO_KEY',
  /** A resource is named that is no key of this KMS, or not the key whose policy it is: it says nothing here. */
  'L_KMS_NO_RESOURCE',
  /** NotPrincipal names somebody without their account, and denies them all the same. */
  'L_KMS_NOT_PRINCIPAL',
  /** Everybody may. */
  'L_KMS_ANYBODY',
  /** A policy that is kept would be refused now: it denies everything until another is put in its place. */
  'L_KMS_REFUSED',
] as const

export type LintCode = (typeof LINT_CODES)[number]

/** One warning. */
export interface Warning {
  readonly code: LintCode
  /** `statement 2 "Sid"`. */
  readonly statement: string
  readonly message: string
}

const ZERO = /^0{96}$/
const DIGEST = /^[0-9a-f]{96}$/i
const PCR = /:pcr(\d+)$/

/** Where the policy stands, as far as that is known. */
interface Standing {
  /** Where the KMS is. */
  readonly place?: Place | undefined
  /** The names of the key whose policy it is. */
  readonly own?: KeyNames | undefined
}

/**
 * The warnings about a policy.
 *
 * @param place where the KMS is that it is for, or what is known of that. @default not asked
 * @throws {KmsError} E_KMS_POLICY for what is no policy at all.
 * @example
 * const [warning] = lintPolicy({
 *   Version: '2012-10-17',
 *   Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:role/app' }, Action: 'kms:Decrypt', Resource: '*' }],
 * })
 * warning.code // 'L_KMS_OUTSIDE'
 */
export function lintPolicy(
  source: string | object,
  kind: PolicyKind = 'key',
  place?: Partial<Place>,
): readonly Warning[] {
  return warningsOf(readPolicy(source, kind), { place: place && placeOf(place) })
}

/** The same of a policy that is kept: that it would be refused now is a warning of its own. */
export function lintStoredPolicy(source: string, own?: KeyNames): readonly Warning[] {
  const policy = readStoredPolicy(source, 'key policy', own)
  if (policy.refused === undefined) return warningsOf(policy, { own })
  const message = `it would be refused now, and denies everything until it is put anew: ${policy.refused.message}`
  return [{ code: 'L_KMS_REFUSED', statement: 'the policy', message }]
}

function warningsOf(policy: Policy, standing: Standing): readonly Warning[] {
  return policy.statements.flatMap((statement) => [...lintStatement(statement, policy, standing)])
}

function* lintStatement(statement: Statement, policy: Policy, { place, own }: Standing): Generator<Warning> {
  const { label, effect, permissions, actions, principals, resources, conditions } = statement
  const warn = (code: LintCode, message: string): Warning => ({ code, statement: label, message })
  if (permissions.size === 0) {
    yield warn('L_KMS_NO_ACTION', `${actions.patterns.join(', ')} names no action of this KMS`)
  }
  const denied = principals?.negated
    ? principals.patterns.find((name) => !isLetOff(name, principals))
    : undefined
  if (denied !== undefined) {
    yield warn('L_KMS_NOT_PRINCIPAL', `${denied} is denied too, for NotPrincipal does not name the account`)
  }
  const away = place && resources.patterns.find((one) => canNameKey(one) && !canNameKey(one, place))
  if (away !== undefined) {
    yield warn('L_KMS_NO_RESOURCE', `${away} is of another region or account than this KMS`)
  }
  if (effect !== 'Allow') return
  if (own && !resources.negated && !coversKey(resources, own)) {
    const names = resources.patterns.join(', ')
    yield warn('L_KMS_NO_RESOURCE', `${names} is not the key whose policy it is, so this never applies`)
  }
  const has = (key: string) => [...permissions].some((action) => conditionKey(key)?.actions.has(action))
  const missing = permissions.size > 0 && conditions.find(({ canonical }) => !has(canonical))
  if (missing) yield warn('L_KMS_NO_KEY', `no such call has ${missing.key}, so this never applies`)
  if (principals?.patterns.includes('*') && !principals.negated && conditions.length === 0) {
    yield warn('L_KMS_ANYBODY', 'everybody may, without any condition')
  }
  const released = [...permissions].filter((action) => RECIPIENT_ACTIONS.has(action))
  if (released.length === 0) return
  const attested = conditions.filter(({ canonical }) => isAttestationKey(canonical))
  const gates = attested.filter(requiresDocument)
  const names = released.map((action) => `kms:${action}`).join(', ')
  if (attested.length === 0 && !isDenied(policy, released)) {
    // Where the key's policy leaves it to the account, the account's own policies are what to look at.
    const isDelegation = principals?.patterns.every((pattern) =>
      /^(?:\d{12}|arn:aws:iam::\d{12}:root|iam::[^:]+:root)$/.test(pattern),
    )
    yield warn(
      'L_KMS_OUTSIDE',
      isDelegation
        ? `leaves ${names} to the account’s own policies, which may give the key to anyone outside an enclave`
        : `${names} needs no attestation: the key’s plaintext goes to callers outside an enclave`,
    )
  } else if (attested.length > 0 && gates.length === 0 && !isDenied(policy, released)) {
    const spelt = attested.map(({ operator, key }) => `${operator.name} ${key}`).join(', ')
    yield warn('L_KMS_UNGATED', `${spelt} holds without a recipient, so that calls without attestation pass`)
  } else if (gates.length > 0 && !gates.some(({ canonical }) => /:pcr[08]$/.test(canonical))) {
    yield warn(
      'L_KMS_ANY_IMAGE',
      'neither PCR0 (the image) nor PCR8 (its signer) is asked for: any image will do',
    )
  }
  for (const condition of attested) yield* lintValues(condition, warn)
}

function isLetOff(name: string, principals: Principals): boolean {
  return matchPrincipals(principals, 'Deny', name, accountOf(name)) === 'nobody'
}

function* lintValues(
  { operator, key, canonical, values }: Condition,
  warn: (code: LintCode, message: string) => Warning,
): Generator<Warning> {
  if (!PCR.test(canonical)) return
  if (!operator.negated && values.some((value) => ZERO.test(value))) {
    yield warn('L_KMS_ZERO_PCR', `${key} may be zero, as it is in every enclave in debug mode`)
  }
  const isPattern = /like|with/i.test(operator.name)
  if (isPattern && values.some((value) => matchesZero(value, operator.name))) {
    yield warn('L_KMS_ZERO_PCR', `${key} is compared with a pattern that zeros match`)
  }
  const isEquality = /equals/i.test(operator.name)
  const wrong = isEquality ? values.find((value) => !DIGEST.test(value)) : undefined
  if (wrong !== undefined) {
    yield warn(
      'L_KMS_PCR_VALUE',
      `${key} is 96 hexadecimal digits, and can never be ${JSON.stringify(wrong.slice(0, 40))}`,
    )
  }
  if (/StringEquals(?!IgnoreCase)/i.test(operator.name) && values.some((value) => /[A-F]/.test(value))) {
    yield warn('L_KMS_PCR_VALUE', `${key} has small letters; compare it with StringEqualsIgnoreCase`)
  }
}

const ZEROS = '0'.repeat(96)

function matchesZero(pattern: string, operator: string): boolean {
  if (/StartWith/i.test(operator)) return ZEROS.startsWith(pattern)
  if (/EndWith/i.test(operator)) return ZEROS.endsWith(pattern)
  return /^[0*?]*$/.test(pattern)
}

/** Whether a condition fails where the call has no such key: then only calls with a document pass. */
function requiresDocument({ test }: Condition): boolean {
  return !test(undefined)
}

/** Whether a Deny of the same policy shuts out calls without a document, for every one of `actions`. */
function isDenied({ statements }: Policy, actions: readonly PolicyAction[]): boolean {
  const denies = statements.filter(
    ({ effect, conditions, principals, resources }) =>
      effect === 'Deny' &&
      (principals === undefined || (principals.patterns.includes('*') && !principals.negated)) &&
      resources.patterns.includes('*') &&
      !resources.negated &&
      conditions.length > 0 &&
      conditions.every(({ canonical, test }) => isAttestationKey(canonical) && test(undefined)),
  )
  return actions.every((action) => denies.some(({ permissions }) => permissions.has(action)))
}
