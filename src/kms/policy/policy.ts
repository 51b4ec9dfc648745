/**
 * Policies as people write them: IAM's JSON, version 2012-10-17 (and 2008-10-17) of AWS, 1.1 and 5.0 of Huawei. A policy
 * is read once, when it is put somewhere, and refused there with the place of the mistake; what is evaluated is the
 * reading. Anything that this KMS would not honour is refused, never ignored.
 */
import { ACTION_NAMES, POLICY_ACTIONS, type PolicyAction } from './actions.ts'
import { type Condition, readConditions } from './conditions.ts'
import { matchesGlob } from './glob.ts'
import { at, badPolicy, listOf, requireKnown, requireObject } from './reading.ts'

/** AWS KMS's limit on key policies, in bytes: 32 KiB. */
const POLICY_BYTES_MAX = 32_768
const STATEMENTS_MAX = 256

const VERSIONS = ['2012-10-17', '2008-10-17', '1.1', '5.0']
const STATEMENT_KEYS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]

/** A key's policy names principals; a caller's own does not. */
export type PolicyKind = 'key' | 'identity'

/** Names that a statement is about, or all but those. */
export interface Names {
  readonly patterns: readonly string[]
  readonly negated: boolean
}

/** One statement, ready to be evaluated. */
export interface Statement {
  /** `statement 2 "Sid"`. */
  readonly label: string
  readonly effect: 'Allow' | 'Deny'
  /** Undefined in a caller's own policy. */
  readonly principals: Names | undefined
  readonly actions: Names
  /** The permissions that `actions` comes to. */
  readonly permissions: ReadonlySet<PolicyAction>
  readonly resources: Names
  readonly conditions: readonly Condition[]
}

/** A policy, ready to be evaluated. */
export interface Policy {
  readonly kind: PolicyKind
  /** `key policy`, or what the caller's policy is called. */
  readonly label: string
  readonly statements: readonly Statement[]
}

/**
 * Reads a policy.
 *
 * @param source its JSON, as text or parsed. At most 32 KiB and 256 statements.
 * @throws {KmsError} E_KMS_POLICY, which says where the mistake is.
 * @example
 * const { statements } = readPolicy(
 *   { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['kms:dek:decrypt'] }] }, 'identity')
 * statements[0].permissions.has('Decrypt') // true
 */
export function readPolicy(
  source: string | object,
  kind: PolicyKind,
  label: string = `${kind} policy`,
): Policy {
  const policy = requireObject(parse(source), 'the policy')
  requireKnown(policy, ['Version', 'Id', 'Statement'], 'the policy')
  const version = policy['Version'] ?? '2008-10-17'
  if (typeof version !== 'string' || !VERSIONS.includes(version)) {
    throw badPolicy('Version', VERSIONS.join(', '), version)
  }
  const statements = listOf(policy['Statement'], 'Statement')
  if (statements.length === 0 || statements.length > STATEMENTS_MAX) {
    throw badPolicy('Statement', `1 to ${STATEMENTS_MAX} statements`, statements.length)
  }
  return { kind, label, statements: statements.map((one, index) => readStatement(one, index, kind)) }
}

function parse(source: string | object): unknown {
  const text = typeof source === 'string' ? source : JSON.stringify(source)
  const { byteLength } = new TextEncoder().encode(text)
  if (byteLength > POLICY_BYTES_MAX) {
    throw badPolicy('its length', `at most ${POLICY_BYTES_MAX} bytes`, byteLength)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw badPolicy('its form', 'JSON', cause instanceof Error ? cause.message : cause)
  }
}

function readStatement(value: unknown, index: number, kind: PolicyKind): Statement {
  const place = `Statement[${index}]`
  const statement = requireObject(value, place)
  requireKnown(statement, STATEMENT_KEYS, place)
  const { Sid: sid, Effect: effect } = statement
  if (sid !== undefined && typeof sid !== 'string') throw badPolicy(at(place, 'Sid'), 'a text', sid)
  if (effect !== 'Allow' && effect !== 'Deny') throw badPolicy(at(place, 'Effect'), 'Allow or Deny', effect)
  const actions = readNames(statement, 'Action', place)
  const principals = readPrincipals(statement, kind, place)
  if (principals?.negated && effect === 'Allow') {
    throw badPolicy(at(place, 'NotPrincipal'), 'Deny beside it, for Allow would mean everybody else', effect)
  }
  return {
    label: `statement ${index + 1}${sid ? ` ${JSON.stringify(sid)}` : ''}`,
    effect,
    principals,
    actions,
    permissions: permissionsOf(actions),
    // Huawei's policies may leave the resource out; in a key's policy it is that key.
    resources: readNames(statement, 'Resource', place, ['*']),
    conditions: readConditions(statement['Condition'], at(place, 'Condition')),
  }
}

function readNames(
  statement: Record<string, unknown>,
  name: 'Action' | 'Resource',
  place: string,
  otherwise?: readonly string[],
): Names {
  const [positive, negative] = [statement[name], statement[`Not${name}`]]
  if (positive !== undefined && negative !== undefined) {
    throw badPolicy(at(place, name), `${name} or Not${name}, not both`, 'both')
  }
  const negated = negative !== undefined
  const written = negated ? negative : positive
  if (written === undefined && otherwise) return { patterns: otherwise, negated }
  const patterns = texts(written, at(place, negated ? `Not${name}` : name))
  return { patterns, negated }
}

function texts(value: unknown, place: string): string[] {
  const list = listOf(value, place)
  if (list.length === 0) throw badPolicy(place, 'at least one name', 'none')
  return list.map((one) => {
    if (typeof one !== 'string' || one === '') throw badPolicy(place, 'texts', one)
    return one
  })
}

/** `*`, or the names under AWS and IAM. Services and federated users never call here, but may be named. */
function readPrincipals(
  statement: Record<string, unknown>,
  kind: PolicyKind,
  place: string,
): Names | undefined {
  const [positive, negative] = [statement['Principal'], statement['NotPrincipal']]
  if (kind === 'identity') {
    if (positive === undefined && negative === undefined) return undefined
    throw badPolicy(at(place, 'Principal'), 'none, for the policy is its owner’s own', 'one')
  }
  const negated = negative !== undefined
  const written = negated ? negative : positive
  if (written === undefined || (negated && positive !== undefined)) {
    throw badPolicy(at(place, 'Principal'), 'Principal or NotPrincipal', negated ? 'both' : 'neither')
  }
  if (written === '*') return { patterns: ['*'], negated }
  const groups = requireObject(written, at(place, 'Principal'))
  requireKnown(groups, ['AWS', 'IAM', 'Service', 'Federated'], at(place, 'Principal'))
  const names = ['AWS', 'IAM'].flatMap((group) =>
    groups[group] === undefined ? [] : texts(groups[group], at(place, `Principal.${group}`)),
  )
  return { patterns: names, negated }
}

function permissionsOf({ patterns, negated }: Names): ReadonlySet<PolicyAction> {
  const lower = patterns.map((pattern) => pattern.toLowerCase())
  const isNamed = (action: PolicyAction) =>
    ACTION_NAMES.get(action)!.some((name) => lower.some((pattern) => matchesGlob(pattern, name)))
  return new Set(POLICY_ACTIONS.filter((action) => isNamed(action) !== negated))
}
