/**
 * Condition operators: those that AWS documents for strings, ARNs, numbers, dates, booleans, binary values and null (IAM
 * user guide, "IAM JSON policy elements: Condition operators"), and Huawei's own for strings and numbers (IAM user guide,
 * "Policy syntax"; iam5, "JSON element reference").
 */
import { fromBase64 } from '../../attestation/x509/pem.ts'
import { matchesGlob } from './glob.ts'

/** Whether one value of a call is as one value of a policy wants it. Negated operators are turned round above this. */
type Test = (found: string, wanted: string) => boolean

interface OperatorKind {
  readonly test: Test
  /** Holds if the call's value is none of the policy's, instead of one of them. */
  readonly negated: boolean
  /** Whether a policy may want this value. */
  readonly accepts: (wanted: string) => boolean
  /** What it wants, in words. */
  readonly values: string
}

const anyText = (_: string): boolean => true
const isNumber = (text: string) => /^[+-]?\d+(?:\.\d+)?$/.test(text)
const isMoment = (text: string) => !Number.isNaN(moment(text))
const isBoolean = (text: string) => /^(?:true|false)$/i.test(text)
const isBase64 = (text: string) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0

const ISO_DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/

/** Milliseconds since 1970 of ISO 8601, or of seconds since 1970; NaN for anything else. */
function moment(text: string): number {
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000
  return ISO_DATE.test(text) ? Date.parse(text) : Number.NaN
}

/** ARNs match part by part, so that no `*` reaches over a colon before the resource. */
function matchesArn(found: string, pattern: string): boolean {
  const split = (text: string) => {
    const parts = text.split(':')
    return [...parts.slice(0, 5), parts.slice(5).join(':')]
  }
  const [foundParts, patternParts] = [split(found), split(pattern)]
  return patternParts.every((part, at) => matchesGlob(part, foundParts[at]!))
}

const sameBytes: Test = (found, wanted) => fromBase64(found).join() === fromBase64(wanted).join()
const ignoringCase =
  (test: Test): Test =>
  (found, wanted) =>
    test(found.toLowerCase(), wanted.toLowerCase())
const equal: Test = (found, wanted) => found === wanted
const starts: Test = (found, wanted) => found.startsWith(wanted)
const ends: Test = (found, wanted) => found.endsWith(wanted)
const like: Test = (found, wanted) => matchesGlob(wanted, found)
const compare =
  (read: (text: string) => number, test: (found: number, wanted: number) => boolean): Test =>
  (found, wanted) =>
    test(read(found), read(wanted))

const KINDS = new Map<string, OperatorKind>()

function add(
  name: string,
  negation: string | undefined,
  test: Test,
  accepts = anyText,
  values = 'a text',
): void {
  KINDS.set(name.toLowerCase(), { test, negated: false, accepts, values })
  if (negation) KINDS.set(negation.toLowerCase(), { test, negated: true, accepts, values })
}

add('StringEquals', 'StringNotEquals', equal)
add('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', ignoringCase(equal))
add('StringLike', 'StringNotLike', like)
add('StringStartWith', 'StringNotStartWith', starts)
add('StringEndWith', 'StringNotEndWith', ends)
add('ArnEquals', 'ArnNotEquals', matchesArn)
add('ArnLike', 'ArnNotLike', matchesArn)
add('BinaryEquals', undefined, sameBytes, isBase64, 'base64')
add('Bool', undefined, ignoringCase(equal), isBoolean, 'true or false')
for (const prefix of ['Numeric', 'Number']) {
  const number = (name: string, negation: string | undefined, test: (a: number, b: number) => boolean) =>
    add(`${prefix}${name}`, negation && `${prefix}${negation}`, compare(Number, test), isNumber, 'a number')
  number('Equals', 'NotEquals', (found, wanted) => found === wanted)
  number('LessThan', undefined, (found, wanted) => found < wanted)
  number('LessThanEquals', undefined, (found, wanted) => found <= wanted)
  number('GreaterThan', undefined, (found, wanted) => found > wanted)
  number('GreaterThanEquals', undefined, (found, wanted) => found >= wanted)
}
const date = (name: string, negation: string | undefined, test: (a: number, b: number) => boolean) =>
  add(name, negation, compare(moment, test), isMoment, 'a time, ISO 8601 or seconds since 1970')
date('DateEquals', 'DateNotEquals', (found, wanted) => found === wanted)
date('DateLessThan', undefined, (found, wanted) => found < wanted)
date('DateLessThanEquals', undefined, (found, wanted) => found <= wanted)
date('DateGreaterThan', undefined, (found, wanted) => found > wanted)
date('DateGreaterThanEquals', undefined, (found, wanted) => found >= wanted)

/** An operator as a policy names it. */
export interface Operator {
  /** As it is written. */
  readonly name: string
  /** Whether a policy may want `value`. */
  accepts(value: string): boolean
  /** What its values must be, in words. */
  readonly values: string
  /** Whether it asks that the call's value be none of the policy's. */
  readonly negated: boolean
  /** Whether the call's values, undefined where it has none, are as `wanted` wants them. */
  holds(found: readonly string[] | undefined, wanted: readonly string[]): boolean
}

const NAME = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/i

/** The operator of that name, or undefined where there is none. */
export function readOperator(name: string): Operator | undefined {
  const [, set, base = '', ifExists] = NAME.exec(name) ?? []
  if (base.toLowerCase() === 'null') return set || ifExists ? undefined : nullOperator(name)
  const kind = KINDS.get(base.toLowerCase())
  if (kind === undefined) return undefined
  const { test, negated, accepts, values } = kind
  const one = (found: string, wanted: readonly string[]) =>
    wanted.some((each) => test(found, each)) !== negated
  const quantifier = set?.toLowerCase()
  return {
    name,
    accepts,
    values,
    negated,
    holds(found, wanted) {
      if (quantifier === 'forallvalues') return (found ?? []).every((each) => one(each, wanted))
      if (found === undefined || found.length === 0) {
        // A negated operator holds for a key that is not there: there is nothing that it could be.
        return ifExists !== undefined || (negated && quantifier === undefined)
      }
      // Negated, all must be none of them; with ForAnyValue, or not negated, one that holds is enough.
      if (negated && quantifier === undefined) return found.every((each) => one(each, wanted))
      return found.some((each) => one(each, wanted))
    },
  }
}

/** `Null`: `true` wants the key to be absent, `false` wants it there. */
function nullOperator(name: string): Operator {
  return {
    name,
    accepts: isBoolean,
    values: 'true or false',
    negated: false,
    holds: (found, wanted) => {
      const isAbsent = found === undefined || found.length === 0
      return wanted.some((each) => (each.toLowerCase() === 'true') === isAbsent)
    },
  }
}
