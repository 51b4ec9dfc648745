/**
 * Parses policies: IAM JSON, version 2012-10-17 (and 2008-10-17) of AWS, 1.1 and 5.0 of Huawei. A policy
 * is parsed once, when it is stored, and rejected then with the place of the mistake; the parsed form is
 * evaluated. Anything that this KMS does not support is rejected, never ignored: `ELEMENTS` in
 * test/kms/policy/language lists, for each element of the language, what AWS and Huawei document and how it is
 * handled here.
 */
import { readJson } from '../../encoding/json.ts'
import { KmsError } from '../core/error.ts'
import type { KeyNames } from '../keys/place.ts'
import { POLICY_ACTIONS, type PolicyAction, readAction } from './actions.ts'
import { readConditions, requireNoVariable } from './conditions.ts'
import { type NamedPattern, requireEffect } from './effect.ts'
import { Glob, hasWildcard, isTooWide, pointsOf, SEARCHED_MAX } from './glob.ts'
import { readPrincipals } from './principals.ts'
import { at, badPolicy, listOf, requireKnown, requireObject, texts } from './reading.ts'
import type { Names, Policy, PolicyKind, Resources, Statement } from './statement.ts'

/** AWS KMS's limit on key policies, in bytes: 32 KiB. */
const POLICY_BYTES_MAX = 32_768
const STATEMENTS_MAX = 256
/** Each pattern may be matched against a text of 8 KiB in every call. */
const PATTERNS_MAX = 256

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

/**
 * Parses a stored key policy. One that this release would reject denies everything until it is replaced.
 * @see readPolicy
 */
export function readStoredPolicy(source: string, label: string, own?: KeyNames): Policy {
  try {
    return readPolicy(source, 'key', label, own)
  } catch (error) {
    if (!(error instanceof KmsError)) throw error
    return { kind: 'key', label, statements: [], refused: error }
  }
}

/**
 * Parses a policy.
 *
 * @param source its JSON, at most 32 KiB, 256 statements and 256 patterns. Prefer a string to a parsed object: in an
 *   object, only one of two members with the same name is left.
 * @param own the names of the key to which the policy belongs: a Deny in it must be about that key.
 * @throws {KmsError} E_KMS_POLICY, with the place of the mistake.
 * @example
 * const { statements } = readPolicy(
 *   { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['kms:dek:decrypt'] }] }, 'identity')
 * statements[0].permissions.has('Decrypt') // true
 */
export function readPolicy(
  source: string | object,
  kind: PolicyKind,
  label: string = `${kind} policy`,
  own?: KeyNames,
): Policy {
  const policy = requireObject(parse(source), 'the policy')
  requireKnown(policy, ['Version', 'Id', 'Statement'], 'the policy')
  const { Id: id } = policy
  if (id !== undefined && typeof id !== 'string') throw badPolicy('Id', 'a text', id)
  const version = policy['Version'] ?? '2008-10-17'
  if (typeof version !== 'string' || !VERSIONS.includes(version)) {
    throw badPolicy('Version', VERSIONS.join(', '), version)
  }
  const statements = listOf(policy['Statement'], 'Statement')
  if (statements.length === 0 || statements.length > STATEMENTS_MAX) {
    throw badPolicy('Statement', `1 to ${STATEMENTS_MAX} statements`, statements.length)
  }
  const read = statements.map((one, index) => readStatement(one, index, kind, version))
  const patterns = read.reduce((sum, { statement }) => sum + patternsOf(statement), 0)
  if (patterns > PATTERNS_MAX) throw badPolicy('Statement', `at most ${PATTERNS_MAX} patterns`, patterns)
  for (const [index, { statement, named }] of read.entries()) {
    requireEffect(statement, named, kind, statementAt(index), own)
  }
  return { kind, label, statements: read.map(({ statement }) => statement) }
}

const statementAt = (index: number) => `Statement[${index}]`

function parse(source: string | object): unknown {
  const text = typeof source === 'string' ? source : written(source)
  const { byteLength } = new TextEncoder().encode(text)
  if (byteLength > POLICY_BYTES_MAX) {
    throw badPolicy('its length', `at most ${POLICY_BYTES_MAX} bytes`, byteLength)
  }
  return readJson(text, (expected, got) => badPolicy('its form', `JSON: ${expected}`, got))
}

/** Serializes an object, which may be cyclic or too deeply nested. */
function written(source: object): string {
  try {
    return JSON.stringify(source) ?? ''
  } catch {
    throw badPolicy('its form', 'an object that can be written as JSON', 'another object')
  }
}

function readStatement(
  value: unknown,
  index: number,
  kind: PolicyKind,
  version: string,
): { readonly statement: Statement; readonly named: readonly NamedPattern[] } {
  const place = statementAt(index)
  const statement = requireObject(value, place)
  requireKnown(statement, STATEMENT_KEYS, place)
  const { Sid: sid, Effect: effect } = statement
  if (sid !== undefined && typeof sid !== 'string') throw badPolicy(at(place, 'Sid'), 'a text', sid)
  if (effect !== 'Allow' && effect !== 'Deny') throw badPolicy(at(place, 'Effect'), 'Allow or Deny', effect)
  const actions = readNames(statement, 'Action', place)
  const principals = kind === 'key' ? readPrincipals(statement, place) : withoutPrincipals(statement, place)
  if (principals?.negated && effect === 'Allow') {
    throw badPolicy(
      at(place, 'NotPrincipal'),
      'the Effect Deny, because Allow would mean everybody else',
      effect,
    )
  }
  const wild = actions.patterns.filter(hasWildcard).length
  if (wild > PATTERNS_MAX) throw badPolicy(at(place, 'Action'), `at most ${PATTERNS_MAX} patterns`, wild)
  const named = [...new Set(actions.patterns)].map((pattern) => {
    const found = readAction(pattern, version)
    if (found) return { pattern, ...found }
    const hint = 'an action such as kms:Decrypt or kms:De*, or in version 1.1 or 5.0 kms:cmk:*'
    throw badPolicy(at(place, actions.negated ? 'NotAction' : 'Action'), hint, pattern)
  })
  const isNamed = (action: PolicyAction) => named.some(({ permissions }) => permissions.has(action))
  const read: Statement = {
    label: `statement ${index + 1}${sid ? ` ${JSON.stringify(sid)}` : ''}`,
    effect,
    principals,
    actions,
    permissions: new Set(POLICY_ACTIONS.filter((action) => isNamed(action) !== actions.negated)),
    resources: readResources(statement, place),
    conditions: readConditions(statement['Condition'], at(place, 'Condition')),
  }
  return { statement: read, named }
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
  return { patterns: texts(written, at(place, negated ? `Not${name}` : name)), negated }
}

/**
 * Huawei's policies may omit the resource, which in a key policy is the key. Huawei writes the service in either case.
 */
function readResources(statement: Record<string, unknown>, place: string): Resources {
  const { patterns, negated } = readNames(statement, 'Resource', place, ['*'])
  const name = at(place, negated ? 'NotResource' : 'Resource')
  const globs = patterns.map((pattern) => {
    requireNoVariable(pattern, name)
    if (isTooWide(pattern)) {
      throw badPolicy(name, `at most ${SEARCHED_MAX} characters between two * if they contain ?`, pattern)
    }
    return new Glob(pointsOf(pattern.replace(/^KMS:/, 'kms:')))
  })
  return { patterns, negated, globs }
}

function withoutPrincipals(statement: Record<string, unknown>, place: string): undefined {
  if (statement['Principal'] === undefined && statement['NotPrincipal'] === undefined) return undefined
  throw badPolicy(
    at(place, 'Principal'),
    'no principal, because an identity policy applies to its owner',
    'one',
  )
}

function patternsOf({ actions, resources, conditions }: Statement): number {
  const inConditions = conditions.map(({ operator, values }) => (operator.isPattern ? values.length : 0))
  const inActions = actions.patterns.filter(hasWildcard).length
  return inConditions.reduce((sum, count) => sum + count, inActions + resources.patterns.length)
}
