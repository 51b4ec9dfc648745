/**
 * Grants (KMS developer guide, "Grants in AWS KMS"): what one principal may do with one key, in addition to what policies
 * allow. A Deny in any policy still wins.
 */
import type { PolicyAction } from './actions.ts'
import { matchPrincipals, withoutPath } from './principals.ts'
import type { AccessRequest } from './request.ts'

/** The permissions that a grant can give. */
export const GRANT_OPERATIONS = [
  'CreateGrant',
  'Decrypt',
  'DeriveSharedSecret',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GetPublicKey',
  'ReEncryptFrom',
  'ReEncryptTo',
  'RetireGrant',
  'Sign',
  'Verify',
  'VerifyMac',
] as const

export type GrantOperation = Extract<(typeof GRANT_OPERATIONS)[number], PolicyAction>

/** Operations with an encryption context, to which constraints apply. */
export const CONSTRAINED: ReadonlySet<PolicyAction> = new Set<GrantOperation>([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
])

type Context = Readonly<Record<string, string>>

/** What the encryption context of a call must be, or contain. */
export interface GrantConstraints {
  readonly encryptionContextEquals?: Context | undefined
  readonly encryptionContextSubset?: Context | undefined
}

/** A grant of a key. */
export interface Grant {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly name?: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** The account of the caller who made it. */
  readonly issuer: string
  /** Who gets the permissions, and who may end the grant: ARNs or URNs. */
  readonly grantee: string
  readonly retiring?: string
  readonly operations: readonly GrantOperation[]
  readonly constraints?: GrantConstraints
}

/** How a grant compares with a call. */
export interface GrantMatch {
  readonly isOperation: boolean
  readonly isGrantee: boolean
  readonly isWithinConstraints: boolean
}

/** Compares a grant with a call. */
export function matchGrant(grant: Grant, request: AccessRequest): GrantMatch {
  const { action, encryptionContext = {} } = request
  return {
    isOperation: (grant.operations as readonly PolicyAction[]).includes(action),
    isGrantee: isPrincipal(grant.grantee, request),
    isWithinConstraints: !CONSTRAINED.has(action) || holdsFor(grant.constraints, encryptionContext),
  }
}

/** Whether a grant allows a call. */
export function allowsByGrant(grant: Grant, request: AccessRequest): boolean {
  const { isOperation, isGrantee, isWithinConstraints } = matchGrant(grant, request)
  return isOperation && isGrantee && isWithinConstraints
}

/** Whether the caller is `name`, or a session of it. */
function isPrincipal(name: string, { principal, account }: AccessRequest): boolean {
  const match = matchPrincipals(
    { patterns: [withoutPath(name)], negated: false },
    'Allow',
    principal,
    account,
  )
  return match === 'caller' && (name !== account || principal === account)
}

function holdsFor(constraints: GrantConstraints | undefined, context: Context): boolean {
  const { encryptionContextEquals: equals, encryptionContextSubset: subset } = constraints ?? {}
  const isEqual = equals === undefined || (contains(context, equals) && contains(equals, context))
  return isEqual && (subset === undefined || contains(context, subset))
}

/** Whether `context` has all of `part`, in the same case. */
function contains(context: Context, part: Context): boolean {
  return Object.entries(part).every(
    ([name, value]) => Object.hasOwn(context, name) && context[name] === value,
  )
}

/** Whether all that `inner` allows is also allowed by `outer`: a grant that is made by means of another must be so. */
export function isNoWider(inner: Pick<Grant, 'operations' | 'constraints'>, outer: Grant): boolean {
  if (!inner.operations.every((operation) => outer.operations.includes(operation))) return false
  const { encryptionContextEquals: equals, encryptionContextSubset: subset } = outer.constraints ?? {}
  const own = inner.constraints ?? {}
  if (equals) {
    const { encryptionContextEquals: exact } = own
    return exact !== undefined && contains(exact, equals) && contains(equals, exact)
  }
  if (!subset) return true
  return [own.encryptionContextEquals, own.encryptionContextSubset].some(
    (context) => context !== undefined && contains(context, subset),
  )
}
