/**
 * Condition operators: those that AWS documents for strings, ARNs, numbers, dates, booleans, binary values and null (IAM
 * user guide, "IAM JSON policy elements: Condition operators"), and Huawei's own for strings and numbers (IAM user guide,
 * "Policy syntax"; iam5, "JSON element reference"). An operator's values are parsed once for all calls.
 */
import { fromBase64 } from '../../base/base64.ts'
import type { ValueType } from './condition-keys.ts'
import { Glob, isTooWide, pointsOf } from './glob.ts'

/** Whether one value of a call matches one of the policy's. Negation is applied by the caller. */
type Test = (found: string) => boolean

interface OperatorKind {
  readonly prepare: (wanted: readonly string[]) => Test
  /** Whether the operator holds if the call's value matches none of the policy's. */
  readonly negated: boolean
  /** Whether the value is valid in a policy. */
  readonly accepts: (wanted: string) => boolean
  /** A description of valid values. */
  readonly values: string
  /** The types of condition keys that it can match. */
  readonly types: readonly ValueType[]
  /** Whether its values are patterns, whose matching time depends on the text. */
  readonly isPattern: boolean
}

const TYPES: readonly ValueType[] = ['text', 'arn', 'number', 'boolean', 'time', 'epoch', 'digest']

const isText = (text: string): boolean => text.isWellFormed()
const isNumber = (text: string) => /^[+-]?\d+(?:\.\d+)?$/.test(text)
const isMoment = (text: string) => !Number.isNaN(moment(text))
const isBoolean = (text: string) => /^(?:true|false)$/i.test(text)
const isBase64 = (text: string) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0
const isPattern = (text: string) => isText(text) && !isTooWide(text)
const isArnPattern = (text: string) =>
  isPattern(text) &&
  text.split(':').length > ARN_COLONS &&
  new Glob(pointsOf(text.split(':')[0]!)).matches(ARN)

const ISO_DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/

/** Milliseconds since 1970, from ISO 8601 or seconds since 1970; NaN for anything else. */
function moment(text: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000
  return ISO_DATE.test(text) ? Date.parse(text) : Number.NaN
}

const ARN = pointsOf('arn')
const ARN_COLONS = 5

/** ARNs match part by part, so that `*` does not match a colon before the resource. Other strings never match. */
function matchesArns(wanted: readonly string[]): Test {
  const split = (text: string) => {
    const parts = text.split(':')
    return [...parts.slice(0, ARN_COLONS), parts.slice(ARN_COLONS).join(':')].map(pointsOf)
  }
  const patterns = wanted.map((pattern) => split(pattern).map((part) => new Glob(part)))
  return (found) => {
    if (found.split(':').length <= ARN_COLONS) return false
    const parts = split(found)
    return patterns.some((globs) => globs.every((glob, at) => glob.matches(parts[at]!)))
  }
}

function matchesPatterns(wanted: readonly string[]): Test {
  const globs = wanted.map((pattern) => new Glob(pointsOf(pattern)))
  return (found) => {
    const points = pointsOf(found)
    return globs.some((glob) => glob.matches(points))
  }
}

function isOneOf(wanted: readonly string[]): Test {
  const set = new Set(wanted)
  return (found) => set.has(found)
}

function ignoringCase(wanted: readonly string[]): Test {
  const test = isOneOf(wanted.map((value) => value.toLowerCase()))
  return (found) => test(found.toLowerCase())
}

function sameBytes(wanted: readonly string[]): Test {
  const test = isOneOf(wanted.map((value) => fromBase64(value).join()))
  return (found) => isBase64(found) && test(fromBase64(found).join())
}

const each =
  (test: (found: string, wanted: string) => boolean) =>
  (wanted: readonly string[]): Test =>
  (found) =>
    wanted.some((value) => test(found, value))

const compare =
  (read: (text: string) => number, test: (found: number, wanted: number) => boolean) =>
  (wanted: readonly string[]): Test => {
    const values = wanted.map(read)
    return (found) => {
      const value = read(found)
      return values.some((one) => test(value, one))
    }
  }

const KINDS = new Map<string, OperatorKind>()

function add(
  name: string,
  negation: string | undefined,
  prepare: OperatorKind['prepare'],
  more: Partial<Omit<OperatorKind, 'prepare' | 'negated'>> = {},
): void {
  const kind = { prepare, accepts: isText, values: 'a text', types: TYPES, isPattern: false, ...more }
  KINDS.set(name.toLowerCase(), { ...kind, negated: false })
  if (negation) KINDS.set(negation.toLowerCase(), { ...kind, negated: true })
}

const parts = { isPattern: true }
const patterns = {
  accepts: isPattern,
  values: 'a string, with at most 128 characters between two * if they contain ?',
  isPattern: true,
}
const arns = {
  accepts: isArnPattern,
  values: 'an ARN with six parts',
  types: ['arn'] as const,
  isPattern: true,
}

add('StringEquals', 'StringNotEquals', isOneOf)
add('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', ignoringCase)
add('StringLike', 'StringNotLike', matchesPatterns, patterns)
add(
  'StringStartWith',
  'StringNotStartWith',
  each((found, wanted) => found.startsWith(wanted)),
  parts,
)
add(
  'StringEndWith',
  'StringNotEndWith',
  each((found, wanted) => found.endsWith(wanted)),
  parts,
)
add('ArnEquals', 'ArnNotEquals', matchesArns, arns)
add('ArnLike', 'ArnNotLike', matchesArns, arns)
// No condition key has bytes as its value, so this operator never matches.
add('BinaryEquals', undefined, sameBytes, { accepts: isBase64, values: 'base64', types: [] })
add('Bool', undefined, ignoringCase, { accepts: isBoolean, values: 'true or false', types: ['boolean'] })
for (const prefix of ['Numeric', 'Number']) {
  const number = (name: string, negation: string | undefined, test: (a: number, b: number) => boolean) =>
    add(`${prefix}${name}`, negation && `${prefix}${negation}`, compare(Number, test), {
      accepts: isNumber,
      values: 'a number',
      types: ['number', 'epoch'],
    })
  number('Equals', 'NotEquals', (found, wanted) => found === wanted)
  number('LessThan', undefined, (found, wanted) => found < wanted)
  number('LessThanEquals', undefined, (found, wanted) => found <= wanted)
  number('GreaterThan', undefined, (found, wanted) => found > wanted)
  number('GreaterThanEquals', undefined, (found, wanted) => found >= wanted)
}
const date = (name: string, negation: string | undefined, test: (a: number, b: number) => boolean) =>
  add(name, negation, compare(moment, test), {
    accepts: isMoment,
    values: 'a time, ISO 8601 or seconds since 1970',
    types: ['time', 'epoch'],
  })
date('DateEquals', 'DateNotEquals', (found, wanted) => found === wanted)
date('DateLessThan', undefined, (found, wanted) => found < wanted)
date('DateLessThanEquals', undefined, (found, wanted) => found <= wanted)
date('DateGreaterThan', undefined, (found, wanted) => found > wanted)
date('DateGreaterThanEquals', undefined, (found, wanted) => found >= wanted)

/** The operators without their prefixes and suffixes, in lower case. */
export const OPERATOR_NAMES: readonly string[] = [...KINDS.keys(), 'null']

/** Whether the call's values (undefined if there are none) match the policy's. */
export type Holds = (found: readonly string[] | undefined) => boolean

/** An operator in a policy. */
export interface Operator {
  /** As written in the policy. */
  readonly name: string
  /** Whether `value` is valid in a policy. */
  accepts(value: string): boolean
  /** A description of valid values. */
  readonly values: string
  /** Whether it holds if the call's value matches none of the policy's. */
  readonly negated: boolean
  /** The types of condition keys that it can match. */
  readonly types: readonly ValueType[]
  readonly isPattern: boolean
  /** Parses the values of a policy, which `accepts` has checked. */
  prepare(wanted: readonly string[]): Holds
}

const NAME = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/i

/** The operator with that name, or undefined. */
export function readOperator(name: string): Operator | undefined {
  const [, set, base = '', ifExists] = NAME.exec(name) ?? []
  if (base.toLowerCase() === 'null') return set || ifExists ? undefined : nullOperator(name)
  const kind = KINDS.get(base.toLowerCase())
  if (kind === undefined) return undefined
  const quantifier = set?.toLowerCase()
  const { negated } = kind
  return {
    ...kind,
    name,
    prepare(wanted) {
      const test = kind.prepare(wanted)
      const one: Test = (found) => test(found) !== negated
      return (found) => {
        if (quantifier === 'forallvalues') return (found ?? []).every(one)
        if (found === undefined || found.length === 0) {
          // A negated operator holds if the key is missing.
          return ifExists !== undefined || (negated && quantifier === undefined)
        }
        // A negated operator must hold for all values; with ForAnyValue, or not negated, one value suffices.
        return negated && quantifier === undefined ? found.every(one) : found.some(one)
      }
    },
  }
}

/** `Null`: `true` requires the key to be absent, `false` to be present. */
function nullOperator(name: string): Operator {
  return {
    name,
    accepts: isBoolean,
    values: 'true or false',
    negated: false,
    types: TYPES,
    isPattern: false,
    prepare(wanted) {
      const states = wanted.map((value) => value.toLowerCase() === 'true')
      return (found) => states.includes(found === undefined || found.length === 0)
    },
  }
}
