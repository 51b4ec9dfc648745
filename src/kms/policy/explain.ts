/**
 * Explains a decision statement by statement and condition by condition, with expected and found values, as
 * data and as text. It is built only on request, from the same tests that decided.
 */
import { isAttestationKey } from './condition-keys.ts'
import { type Condition, holds } from './conditions.ts'
import {
  actionName,
  applies,
  type Decision,
  type DecisionReason,
  matchesResource,
  matchPrincipal,
} from './decision.ts'
import { type Grant, matchGrant } from './grants.ts'
import type { AccessRequest } from './request.ts'
import type { Names, Policy, Statement } from './statement.ts'

/** One part of a statement, compared with the call. */
export interface PartTrace {
  /** `Action`, `Principal`, `Resource`, or a condition's operator and key. */
  readonly part: string
  readonly holds: boolean
  readonly expected: readonly string[]
  readonly found: readonly string[]
  /** An explanation for the reader. */
  readonly note?: string
}

/** One statement, compared with the call. */
export interface StatementTrace {
  readonly policy: string
  readonly statement: string
  readonly effect: 'Allow' | 'Deny'
  readonly applies: boolean
  readonly parts: readonly PartTrace[]
}

/** An explained decision. */
export interface DecisionTrace {
  readonly allowed: boolean
  readonly reason: DecisionReason
  readonly action: string
  readonly principal: string
  readonly resource: string
  /** The decision in one sentence. */
  readonly summary: string
  readonly statements: readonly StatementTrace[]
}

const ZERO_PCR = /^0{96}$/
const HEX_DIGEST = /^[0-9a-f]{96}$/i

/** Explains a decision as data. */
export function traceDecision(decision: Decision): DecisionTrace {
  const { request, policies, grants, allowed, reason } = decision
  return {
    allowed,
    reason,
    action: `kms:${request.action}`,
    principal: request.principal,
    resource: request.resources[0]!,
    summary: summarize(decision),
    statements: [
      ...policies.flatMap((policy) =>
        policy.statements.map((statement) => traceStatement(policy, statement, request)),
      ),
      ...grants.map((grant) => traceGrant(grant, request)),
    ],
  }
}

/** Summarizes a decision in one sentence. @internal */
export function summarize({ request, policies, reason, by, grant }: Decision): string {
  const { principal, action, resources } = request
  const what = `${principal} may ${reason === 'allowed' ? '' : 'not '}perform kms:${action} on ${resources[0]}`
  const where = by ? `${by.statement.label} of the ${by.policy.label}` : grant && `the grant ${grant.id}`
  const because: Record<DecisionReason, string> = {
    allowed: `${where} allows it`,
    'explicit deny': `${where} explicitly denies it`,
    'no allow': 'no statement allows it',
    'left to the account': 'the key policy delegates to the account, and no policy of the caller allows it',
    'another account':
      'the key policy allows it, but the caller is in another account and needs a policy there that allows it too',
    'refused policy': `the ${policies.find(({ refused }) => refused)?.label} is no longer valid, and denies everything until it is replaced`,
    'debug mode':
      'the enclave runs in debug mode, where PCR0 is zero and proves no image, and this KMS does not serve such enclaves',
  }
  return `${what}: ${because[reason]}`
}

/** Explains a decision as text; callers over HTTP get it under `explain: 'full'`. */
export function formatDecision(decision: Decision): string {
  const { summary, statements } = traceDecision(decision)
  const lines = [`${summary}.`]
  let policy: string | undefined
  for (const statement of statements) {
    if (statement.policy !== policy) lines.push(`${statement.policy}`)
    policy = statement.policy
    lines.push(
      `  ${statement.statement}, ${statement.effect}: ${statement.applies ? 'applies' : 'does not apply'}`,
    )
    for (const part of statement.parts) lines.push(...formatPart(part))
  }
  return `${lines.join('\n')}\n`
}

function formatPart({ part, holds, expected, found, note }: PartTrace): string[] {
  const list = (values: readonly string[]) => values.join(', ') || 'nothing'
  if (holds) return [`    ok  ${part}`]
  return [
    `    no  ${part}`,
    `          expected  ${list(expected)}`,
    `          found     ${list(found)}`,
    ...(note === undefined ? [] : [`          ${note}`]),
  ]
}

function traceStatement(policy: Policy, statement: Statement, request: AccessRequest): StatementTrace {
  const { actions, principals, resources, permissions } = statement
  const parts: PartTrace[] = [
    part('Action', actions, permissions.has(request.action), [actionName(statement, request)]),
  ]
  if (principals) {
    const match = matchPrincipal(statement, request)
    const traced = part('Principal', principals, match !== 'nobody', [request.principal])
    const note = 'this names the account, so the caller’s own policies decide'
    parts.push(match === 'account' ? { ...traced, note } : traced)
  }
  parts.push(part('Resource', resources, matchesResource(resources, request), request.resources))
  const { effect } = statement
  parts.push(...statement.conditions.map((condition) => traceCondition(condition, effect, request)))
  return {
    policy: policy.label,
    statement: statement.label,
    effect,
    applies: applies(statement, request),
    parts,
  }
}

function traceGrant(grant: Grant, request: AccessRequest): StatementTrace {
  const { isOperation, isGrantee, isWithinConstraints } = matchGrant(grant, request)
  const { grantee, operations, constraints } = grant
  const text = (value: unknown) => [JSON.stringify(value)]
  const { encryptionContext = {} } = request
  return {
    policy: 'grants of the key',
    statement: `grant ${grant.id.slice(0, 16)}`,
    effect: 'Allow',
    applies: isOperation && isGrantee && isWithinConstraints,
    parts: [
      { part: 'Operations', holds: isOperation, expected: operations, found: [request.action] },
      { part: 'GranteePrincipal', holds: isGrantee, expected: [grantee], found: [request.principal] },
      {
        part: 'Constraints',
        holds: isWithinConstraints,
        expected: text(constraints ?? {}),
        found: text(encryptionContext),
      },
    ],
  }
}

function part(
  name: string,
  { patterns, negated }: Names,
  holds: boolean,
  found: readonly string[],
): PartTrace {
  return { part: negated ? `Not${name}` : name, holds, expected: patterns, found }
}

function traceCondition(
  condition: Condition,
  effect: 'Allow' | 'Deny',
  { context }: AccessRequest,
): PartTrace {
  const { operator, key, canonical, values } = condition
  const found = context.get(canonical)
  const note = noteOn(condition, found, context.isAttested)
  return {
    part: `${operator.name} ${key}`,
    holds: holds(condition, effect, context),
    expected: values,
    found: found ?? [],
    ...(note !== undefined && { note }),
  }
}

/** Explains why a digest differs. */
function noteOn(
  { canonical, values }: Condition,
  found: readonly string[] | undefined,
  isAttested: boolean,
): string | undefined {
  if (!isAttestationKey(canonical)) return undefined
  if (!isAttested) return 'the call has no recipient, so there is no attestation document'
  const name = canonical.slice(canonical.lastIndexOf(':') + 1).toUpperCase()
  if (found === undefined) return `the document has no ${name}`
  if (!found.some((value) => ZERO_PCR.test(value))) {
    return values.every((value) => HEX_DIGEST.test(value))
      ? undefined
      : 'the value in the policy is not a PCR, which has 96 hexadecimal digits'
  }
  if (name === 'PCR0') return 'the image was started in debug mode, so PCR0 is zero'
  if (name === 'PCR8') return 'the image is not signed, or was started in debug mode, so PCR8 is zero'
  return `${name} is zero: nothing was measured into it, or the image was started in debug mode`
}
