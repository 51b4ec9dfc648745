/**
 * Warns of valid policies that release a key to more than the intended enclave, which the clouds accept
 * silently: calls without a recipient are not blocked by default, and enclaves in debug mode have zero PCRs.
 */
import { type KeyNames, type Place, placeOf } from '../keys/place.ts'
import { type PolicyAction, RECIPIENT_ACTIONS } from './actions.ts'
import { conditionKey, isAttestationKey } from './condition-keys.ts'
import type { Condition } from './conditions.ts'
import { readPolicy, readStoredPolicy } from './policy.ts'
import { accountOf, matchPrincipals, type Principals } from './principals.ts'
import { canNameKey, coversKey } from './resources.ts'
import type { Policy, PolicyKind, Statement } from './statement.ts'

/** The codes of warnings. */
export const LINT_CODES = [
  /** An Allow gives plaintext to callers outside an enclave. */
  'L_KMS_OUTSIDE',
  /** An Allow accepts a zero PCR, which every enclave in debug mode has. */
  'L_KMS_ZERO_PCR',
  /** A condition on attestation also holds without a recipient (IfExists, a negated operator, ForAllValues). */
  'L_KMS_UNGATED',
  /** Attestation is required, but neither an image (PCR0) nor a signer (PCR8). */
  'L_KMS_ANY_IMAGE',
  /** A PCR is compared with an impossible value, or with upper- or lower-case digits that may not match. */
  'L_KMS_PCR_VALUE',
  /** An action is not one of this KMS: misspelt, or of another service. */
  'L_KMS_NO_ACTION',
  /** A condition of an Allow uses a key that no call for its actions has, so the statement never applies. */
  'L_KMS_NO_KEY',
  /** A resource is not a key of this KMS, or not the key to which the policy belongs. */
  'L_KMS_NO_RESOURCE',
  /** NotPrincipal names a principal without its account, so it is denied as well. */
  'L_KMS_NOT_PRINCIPAL',
  /** Everybody is allowed. */
  'L_KMS_ANYBODY',
  /** A stored policy would be rejected by this release: it denies everything until it is replaced. */
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

/** The context of a policy, as far as it is known. */
interface Standing {
  /** The region and account of the KMS. */
  readonly place?: Place | undefined
  /** The names of the key to which the policy belongs. */
  readonly own?: KeyNames | undefined
}

/**
 * The warnings about a policy.
 *
 * @param place the region and account of the KMS, if known. @default not checked
 * @throws {KmsError} E_KMS_POLICY for an invalid policy.
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

/** The warnings about a stored policy; one that this release would reject gives a warning instead of an error. */
export function lintStoredPolicy(source: string, own?: KeyNames): readonly Warning[] {
  const policy = readStoredPolicy(source, 'key policy', own)
  if (policy.refused === undefined) return warningsOf(policy, { own })
  const message = `the policy is no longer valid, and denies everything until it is replaced: ${policy.refused.message}`
  return [{ code: 'L_KMS_REFUSED', statement: 'the policy', message }]
}

function warningsOf(policy: Policy, standing: Standing): readonly Warning[] {
  return policy.statements.flatMap((statement) => [...lintStatement(statement, policy, standing)])
}

function* lintStatement(statement: Statement, policy: Policy, { place, own }: Standing): Generator<Warning> {
  const { label, effect, permissions, actions, principals, resources, conditions } = statement
  const warn = (code: LintCode, message: string): Warning => ({ code, statement: label, message })
  if (permissions.size === 0) {
    yield warn('L_KMS_NO_ACTION', `${actions.patterns.join(', ')} is not an action of this KMS`)
  }
  const denied = principals?.negated
    ? principals.patterns.find((name) => !isLetOff(name, principals))
    : undefined
  if (denied !== undefined) {
    yield warn(
      'L_KMS_NOT_PRINCIPAL',
      `${denied} is denied too, because NotPrincipal does not name its account`,
    )
  }
  const away = place && resources.patterns.find((one) => canNameKey(one) && !canNameKey(one, place))
  if (away !== undefined) {
    yield warn('L_KMS_NO_RESOURCE', `${away} is in another region or account than this KMS`)
  }
  if (effect !== 'Allow') return
  if (own && !resources.negated && !coversKey(resources, own)) {
    const names = resources.patterns.join(', ')
    yield warn(
      'L_KMS_NO_RESOURCE',
      `${names} is another key than that of this policy, so the statement never applies`,
    )
  }
  const has = (key: string) => [...permissions].some((action) => conditionKey(key)?.actions.has(action))
  const missing = permissions.size > 0 && conditions.find(({ canonical }) => !has(canonical))
  if (missing)
    yield warn('L_KMS_NO_KEY', `these actions never have ${missing.key}, so the statement never applies`)
  if (principals?.patterns.includes('*') && !principals.negated && conditions.length === 0) {
    yield warn('L_KMS_ANYBODY', 'everybody is allowed, without any condition')
  }
  const released = [...permissions].filter((action) => RECIPIENT_ACTIONS.has(action))
  if (released.length === 0) return
  const attested = conditions.filter(({ canonical }) => isAttestationKey(canonical))
  const gates = attested.filter(requiresDocument)
  const names = released.map((action) => `kms:${action}`).join(', ')
  if (attested.length === 0 && !isDenied(policy, released)) {
    // If the key policy delegates to the account, the identity policies matter.
    const isDelegation = principals?.patterns.every((pattern) =>
      /^(?:\d{12}|arn:aws:iam::\d{12}:root|iam::[^:]+:root)$/.test(pattern),
    )
    yield warn(
      'L_KMS_OUTSIDE',
      isDelegation
        ? `delegates ${names} to the account’s identity policies, which may allow callers outside an enclave`
        : `${names} does not require attestation: callers outside an enclave get the plaintext`,
    )
  } else if (attested.length > 0 && gates.length === 0 && !isDenied(policy, released)) {
    const spelt = attested.map(({ operator, key }) => `${operator.name} ${key}`).join(', ')
    yield warn(
      'L_KMS_UNGATED',
      `${spelt} also holds without a recipient, so calls without attestation are allowed`,
    )
  } else if (gates.length > 0 && !gates.some(({ canonical }) => /:pcr[08]$/.test(canonical))) {
    yield warn(
      'L_KMS_ANY_IMAGE',
      'neither PCR0 (the image) nor PCR8 (its signer) is required, so any image is allowed',
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
    yield warn('L_KMS_ZERO_PCR', `${key} may be zero, which it is in every enclave in debug mode`)
  }
  const isPattern = /like|with/i.test(operator.name)
  if (isPattern && values.some((value) => matchesZero(value, operator.name))) {
    yield warn('L_KMS_ZERO_PCR', `${key} is compared with a pattern that matches zeros`)
  }
  const isEquality = /equals/i.test(operator.name)
  const wrong = isEquality ? values.find((value) => !DIGEST.test(value)) : undefined
  if (wrong !== undefined) {
    yield warn(
      'L_KMS_PCR_VALUE',
      `${key} has 96 hexadecimal digits, and can never be ${JSON.stringify(wrong.slice(0, 40))}`,
    )
  }
  if (/StringEquals(?!IgnoreCase)/i.test(operator.name) && values.some((value) => /[A-F]/.test(value))) {
    yield warn('L_KMS_PCR_VALUE', `${key} has lower-case digits; compare it with StringEqualsIgnoreCase`)
  }
}

const ZEROS = '0'.repeat(96)

function matchesZero(pattern: string, operator: string): boolean {
  if (/StartWith/i.test(operator)) return ZEROS.startsWith(pattern)
  if (/EndWith/i.test(operator)) return ZEROS.endsWith(pattern)
  return /^[0*?]*$/.test(pattern)
}

/** Whether a condition fails if its key is missing: then only calls with a document pass. */
function requiresDocument({ test }: Condition): boolean {
  return !test(undefined)
}

/** Whether a Deny in the same policy denies calls without a document, for each of `actions`. */
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
