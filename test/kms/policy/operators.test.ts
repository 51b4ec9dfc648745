/** Condition operators, by the tables of the clouds' documentation: with one value, with several, and without any. */
import { expect, test } from 'vitest'
import { readOperator } from '../../../src/kms/policy/operators.ts'

type Row = [operator: string, found: string[] | undefined, expected: string[], holds: boolean]

const ROWS: Row[] = [
  ['StringEquals', ['a'], ['b', 'a'], true],
  ['StringEquals', ['A'], ['a'], false],
  ['StringNotEquals', ['c'], ['a', 'b'], true],
  ['StringNotEquals', ['a'], ['a', 'b'], false],
  ['StringEqualsIgnoreCase', ['AbC'], ['aBc'], true],
  ['StringNotEqualsIgnoreCase', ['AbC'], ['aBc'], false],
  ['StringLike', ['key/ab'], ['key/*'], true],
  ['StringLike', ['key/ab'], ['key/?'], false],
  ['StringNotLike', ['key/ab'], ['key/?'], true],
  ['StringStartWith', ['enclave-1'], ['enclave'], true],
  ['StringNotStartWith', ['enclave-1'], ['enclave'], false],
  ['StringEndWith', ['enclave-1'], ['-1'], true],
  ['StringNotEndWith', ['enclave-1'], ['-1'], false],
  ['ArnLike', ['arn:aws:iam::1:role/a'], ['arn:aws:iam::1:role/*'], true],
  ['ArnEquals', ['arn:aws:iam::1:role/a'], ['arn:aws:*:role/a'], false],
  ['ArnNotLike', ['arn:aws:iam::1:role/a'], ['arn:aws:iam::2:role/*'], true],
  ['ArnNotLike', ['arn:aws:iam::1:role/a'], ['arn:aws:iam::1:*'], false],
  ['ArnLike', ['arn:aws:iam::1:role/a:b'], ['arn:aws:iam::1:role/*b'], true],
  // A text that is not an ARN matches no ARN pattern.
  ['ArnLike', ['arn'], ['arn:*:*:*:*:*'], false],
  ['ArnLike', ['urn:aws:iam::1:role/a'], ['arn:aws:iam::1:role/*'], false],
  ['ArnLike', ['arn:aws:iam::1:role/a'], ['urn:aws:iam::1:role/*'], false],
  ['ArnLike', ['arn:aws:iam::1'], ['arn:*:*:*:*:*'], false],
  ['ArnNotLike', ['y'], ['arn:*:*:*:*:*'], true],
  ['BinaryEquals', ['AQI='], ['AQI='], true],
  ['BinaryEquals', ['AQI='], ['AQM='], false],
  ['Bool', ['true'], ['TRUE'], true],
  ['Bool', ['false'], ['true'], false],
  ['NumericEquals', ['10'], ['10.0'], true],
  ['NumericNotEquals', ['10'], ['10'], false],
  ['NumericLessThan', ['9'], ['10'], true],
  ['NumericLessThanEquals', ['10'], ['10'], true],
  ['NumericGreaterThan', ['10'], ['10'], false],
  ['NumericGreaterThanEquals', ['10'], ['10'], true],
  ['NumberLessThan', ['9'], ['10'], true],
  ['DateEquals', ['2026-01-01T00:00:00Z'], ['1767225600'], true],
  ['DateNotEquals', ['2026-01-01T00:00:00Z'], ['2026-01-01'], false],
  ['DateLessThan', ['2026-01-01T00:00:00Z'], ['2026-01-02T00:00:00+01:00'], true],
  ['DateLessThanEquals', ['2026-01-01T00:00:00Z'], ['2026-01-01T01:00:00+01:00'], true],
  ['DateGreaterThan', ['2026-01-01T00:00:01Z'], ['2026-01-01'], true],
  ['DateGreaterThanEquals', ['2025-12-31T23:59:59Z'], ['2026-01-01'], false],
  ['Null', undefined, ['true'], true],
  ['Null', ['a'], ['true'], false],
  ['Null', ['a'], ['false'], true],
  // Absent: positive operators fail, negated ones hold, IfExists always does.
  ['StringEquals', undefined, ['a'], false],
  ['StringNotEquals', undefined, ['a'], true],
  ['StringEqualsIfExists', undefined, ['a'], true],
  ['StringEqualsIfExists', ['b'], ['a'], false],
  ['NumericLessThanIfExists', undefined, ['1'], true],
  ['BoolIfExists', ['false'], ['true'], false],
  // Several values.
  ['ForAnyValue:StringEquals', ['a', 'x'], ['a', 'b'], true],
  ['ForAnyValue:StringEquals', ['x', 'y'], ['a', 'b'], false],
  ['ForAnyValue:StringEquals', undefined, ['a'], false],
  ['ForAnyValue:StringNotEquals', ['a', 'x'], ['a'], true],
  ['ForAnyValue:StringNotEquals', undefined, ['a'], false],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'c'], true],
  ['ForAllValues:StringEquals', ['a', 'x'], ['a', 'b', 'c'], false],
  ['ForAllValues:StringEquals', undefined, ['a'], true],
  ['ForAllValues:StringLike', ['key1', 'key2'], ['key?'], true],
  ['ForAllValues:StringNotEquals', ['x', 'a'], ['a'], false],
  ['StringNotEquals', ['x', 'a'], ['a'], false],
]

test.each(ROWS)('%s, value %j, policy %j: %s', (name, found, expected, holds) => {
  expect(readOperator(name)?.prepare(expected)(found)).toBe(holds)
})

test.each([
  'StringEqual',
  'NullIfExists',
  'ForAnyValue:Null',
  'ForSomeValues:StringEquals',
  'IpAddress',
  '',
  'constructor',
])('%j is not an operator', (name) => expect(readOperator(name)).toBeUndefined())

test.each([
  ['NumericEquals', 'ten', '10'],
  ['DateLessThan', 'tomorrow', '2026-01-01'],
  ['Bool', 'yes', 'true'],
  ['BinaryEquals', '?', 'AQI='],
  ['Null', '1', 'false'],
  ['ArnLike', '*', 'arn:aws:iam::1:role/*'],
  ['ArnEquals', 'arn:aws:iam::1', '*:aws:iam::1:role/a'],
  ['StringEquals', '\ud800', '\ufffd'],
])('%s refuses the value %j, and accepts %j', (name, invalid, valid) => {
  expect([invalid, valid].map((value) => readOperator(name)?.accepts(value))).toEqual([false, true])
})
