/** Which headers are accepted, at each limit, and that parsing takes time proportional to their length. */
import { describe, expect, test } from 'vitest'
import { isHeader, lengthOfBody, readHeaders } from '../../src/http1/headers.ts'
import { patience } from '../support/patience.ts'
import { LIMITS } from './feed.ts'

const read = (...lines: string[]) => [...readHeaders(lines, LIMITS)]
const fault = (of: () => unknown) => {
  try {
    return of()
  } catch (error) {
    return (error as { fault: string }).fault
  }
}

describe('a header', () => {
  test.each<[line: string, name: string, value: string]>([
    ['Host: a', 'host', 'a'],
    ['host:a', 'host', 'a'],
    ["!#$%&'*+.^_`|~09azAZ-: a", "!#$%&'*+.^_`|~09azaz-", 'a'],
    ['a:', 'a', ''],
    ['a: \t ', 'a', ''],
    ['a: \t b  c\td \t', 'a', 'b  c\td'],
    ['a: ~ !:', 'a', '~ !:'],
    ['__proto__: a', '__proto__', 'a'],
  ])('%j is accepted', (line, name, value) => {
    expect(read(line)).toEqual([[name, value]])
  })

  test.each([
    '',
    'a',
    ': a',
    'a : b',
    ' a: b',
    '\ta: b',
    'a b: c',
    'a: \x1f',
    'a: \x7f',
    'a: \x80',
    'a: ä',
    'ä: a',
    'a: b\nc: d',
    'a: b\rc: d',
    'a: \0',
    '(a): b',
    '\ufeffa: b',
  ])('%j is rejected', (line) => {
    expect(fault(() => read(line))).toBe('malformed')
  })

  test('that is repeated has both values joined, unless it must be unique', () => {
    expect(read('a: b', 'A: c', 'a:')).toEqual([['a', 'b, c, ']])
    expect(fault(() => read('X-Once: a', 'x-oncE: a'))).toBe('malformed')
    expect(fault(() => read('x-once:', 'x-once:'))).toBe('malformed')
    expect(read('x-once: a', 'x-once-more: a')).toHaveLength(2)
  })

  test('is parsed in linear time', () => {
    // A regular expression that trims would take cubic time for spaces before an invalid character.
    const spaces = ' \t'.repeat(1 << 20)
    const start = performance.now()
    expect(fault(() => read(`a:${spaces}\x01`))).toBe('malformed')
    expect(read(`a:${spaces}b${spaces}`)).toEqual([['a', 'b']])
    expect(performance.now() - start).toBeLessThan(patience(1000))
  })
})

test('headers are accepted up to the limit, and rejected one above', () => {
  const lines = Array.from({ length: LIMITS.headers + 1 }, (_, at) => `a${at}: b`)
  expect(read(...lines.slice(1))).toHaveLength(LIMITS.headers)
  expect(fault(() => read(...lines))).toBe('head')
  expect(read()).toEqual([])
})

describe('the length of a body', () => {
  const lengthOf = (...lines: string[]) => fault(() => lengthOfBody(readHeaders(lines, LIMITS), LIMITS))

  test.each<[text: string, outcome: number | string]>([
    ['0', 0],
    ['1', 1],
    ['007', 7],
    ['000001000', 1000],
    ['1000', 1000],
    ['1001', 'body'],
    ['999999999', 'body'],
    ['0000000001', 'malformed'],
    ['1000000000', 'malformed'],
    ...['', '1e1', '+1', '-1', '1.0', '0x1', '1 1', '1,1', '1, 1', 'a'].map((text): [string, string] => [
      text,
      'malformed',
    ]),
  ])('%j is %s', (text, outcome) => {
    expect(lengthOf(`Content-Length: ${text}`)).toBe(outcome)
  })

  test('is absent, or given once as a number', () => {
    expect(lengthOf('host: a')).toBeUndefined()
    expect(lengthOf('content-length: 1', 'content-length: 1')).toBe('malformed')
    const joined = readHeaders(['content-length: 1', 'content-length: 1'], { ...LIMITS, single: [] })
    expect(fault(() => lengthOfBody(joined, LIMITS))).toBe('malformed')
  })

  test.each(['chunked', 'identity', ''])('is rejected with the transfer coding %j', (coding) => {
    expect(lengthOf(`Transfer-Encoding: ${coding}`)).toBe('coding')
    expect(lengthOf('content-length: 1', `transfer-encoding: ${coding}`)).toBe('coding')
  })
})

test('the writer accepts exactly the headers that the reader accepts', () => {
  expect(isHeader('a', 'b c')).toBe(true)
  for (const [name, value] of [
    ['', 'a'],
    ['a:', 'a'],
    ['a', 'a\r\nb: c'],
    ['a\r\nb', 'c'],
    ['a', 'ä'],
  ] as const)
    expect(isHeader(name, value), `${name}: ${value}`).toBe(false)
})
