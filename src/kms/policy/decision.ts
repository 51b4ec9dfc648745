/**
Evaluates policies (IAM user guide, "Policy evaluation logic"; KMS developer guide, "Determining access to KMS keys"):
 * an explicit Deny anywhere wins; else an Allow of the key's policy for the caller by name, or an Allow of the caller's
 * own policies where the key's policy leaves it to the account (Principal: its root); else it is denied. A caller of another
 * account needs both ("Allowing users in other accounts to use a KMS key"). Where no policy allows it, a grant of the key can.
 */
import { ACTION_NAMES } from './actions.ts'
import { holds } from './conditions.ts'
import { allowsByGrant, type Grant } from './grants.ts'
import { isRoot, matchPrincipals, type PrincipalMatch } from './principals.ts'
import type { AccessRequest } from './request.ts'
import { coversKey } from './resources.ts'
import type { Policy, Resources, Statement } from './statement.ts'

/** The reason of a decision. */
export type DecisionReason =
  | 'allowed'
  /** A statement denies the call. */
  | 'explicit deny'
  /** No statement allows the call. */
  | 'no allow'
  /** The key policy delegates to the account, and no policy of the caller allows the call. */
  | 'left to the account'
  /** The key policy allows the call, but the caller is in another account and has no policy that allows it too. */
  | 'another account'
  /** The key policy was stored by an earlier release, and this one would reject it: it denies everything. */
  | 'refused policy'
  /** A policy allows the call, but this KMS does not serve enclaves in debug mode. */
  | 'debug mode'

/** A decision; `traceDecision` and `formatDecision` explain what it is based on. */
export interface Decision {
  readonly allowed: boolean
  readonly reason: DecisionReason
  /** @internal */
  readonly request: AccessRequest
  /** @internal */
  readonly policies: readonly Policy[]
  /** The statement that decided, if one did. @internal */
  readonly by: { readonly policy: Policy; readonly statement: Statement } | undefined
  /** The grants of the key, and the one that allowed the call where no policy did. @internal */
  readonly grants: readonly Grant[]
  /** @internal */
  readonly grant?: Grant
}

/** Evaluates `policies`, and the grants of the key, for a request. */
export function decide(
  policies: readonly Policy[],
  request: AccessRequest,
  grants: readonly Grant[] = [],
): Decision {
  let keyAllow: Decision['by']
  let identityAllow: Decision['by']
  let isLeft = policies.every(({ kind }) => kind !== 'key')
  if (policies.some(({ refused }) => refused !== undefined)) {
    return { allowed: false, reason: 'refused policy', request, policies, grants, by: undefined }
  }
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (!applies(statement, request)) continue
      const by = { policy, statement }
      if (statement.effect === 'Deny')
        return { allowed: false, reason: 'explicit deny', request, policies, grants, by }
      if (policy.kind === 'identity') identityAllow ??= by
      else if (matchPrincipal(statement, request) === 'caller') keyAllow ??= by
      else isLeft = true
    }
  }
  // A caller of another account also needs permission there; the root of that account needs no policy.
  const needsBoth = request.isForeign && !isRoot(request.principal)
  const left = isLeft || (needsBoth && keyAllow !== undefined) ? identityAllow : undefined
  const by = needsBoth ? left : (keyAllow ?? left)
  if (by !== undefined) return { allowed: true, reason: 'allowed', request, policies, grants, by }
  const grant = grants.find((one) => allowsByGrant(one, request))
  if (grant) return { allowed: true, reason: 'allowed', request, policies, grants, by, grant }
  const reason = keyAllow ? 'another account' : isLeft ? 'left to the account' : 'no allow'
  return { allowed: false, reason, request, policies, grants, by }
}

/** Whether a statement applies to this call. */
export function applies(statement: Statement, request: AccessRequest): boolean {
  if (!statement.permissions.has(request.action)) return false
  if (matchPrincipal(statement, request) === 'nobody') return false
  if (!matchesResource(statement.resources, request)) return false
  return statement.conditions.every((condition) => holds(condition, statement.effect, request.context))
}

/** How the principals of a statement match the caller. */
export function matchPrincipal({ principals, effect }: Statement, request: AccessRequest): PrincipalMatch {
  if (principals === undefined) return 'caller'
  return matchPrincipals(principals, effect, request.principal, request.account)
}

/** Whether the resources of a statement match those of a call. */
export function matchesResource(resources: Resources, request: AccessRequest): boolean {
  return coversKey(resources, request.resources) !== resources.negated
}

/** The name of an action in the dialect of a statement; AWS's by default. */
export function actionName({ actions }: Statement, { action }: AccessRequest): string {
  const written = new Set(actions.patterns.map((pattern) => pattern.toLowerCase()))
  return ACTION_NAMES.get(action)?.find((name) => written.has(name)) ?? `kms:${action}`
}
