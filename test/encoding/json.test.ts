/** Strict JSON: it reads what JSON.parse reads, except for input that is ambiguous or too large. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JSON_DEPTH_MAX, JSON_VALUES_MAX, readJson } from '../../src/encoding/json.ts'

class Refusal extends Error {}
const refuse = (expected: string, got: string) => new Refusal(`expected ${expected}, got ${got}`)
const read = (source: string | Uint8Array) => readJson(source, refuse)
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const bytes = (...values: number[]) => Uint8Array.from(values)

describe('valid JSON', () => {
  test('reads as JSON.parse reads it, with any white space', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t', '\n\r '), (value, space) => {
        const text = JSON.stringify(value, undefined, typeof space === 'string' ? '' : space)
        const padded = typeof space === 'string' ? `${space}${text}${space}` : text
        const expected = JSON.parse(padded) as unknown
        expect(read(padded)).toEqual(expected)
        expect(read(new TextEncoder().encode(padded))).toEqual(expected)
      }),
    )
  })

  test.each([
    '{}',
    '[]',
    ' { } ',
    '[ ]',
    '""',
    '"\\u00e9\\n\\/\\"\\\\"',
    '"\\ud83d\\ude00"',
    '"😀"',
    '0',
    '-0',
    '1e3',
    '-1.5E-2',
    'true',
    ' null ',
    '{"":1}',
    '{"a":{"a":1},"b":{"a":2}}',
    '[1,[2,[3]]]',
    '"\u007f"',
  ])('%s is read', (text) => expect(read(text)).toEqual(JSON.parse(text)))

  test('may have a member named __proto__, which is an ordinary member', () => {
    const value = read('{"__proto__":{"a":1},"constructor":2}') as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
})

describe('invalid JSON', () => {
  test('is refused if JSON.parse refuses it, always with the given error', () => {
    const piece = fc.constantFrom(...'{}[]",:\\0123u.e+-tfn \n\u0000', 'true', '"a"', 'null', '\\u0041')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        let expected: unknown
        try {
          expected = { value: JSON.parse(text) as unknown }
        } catch {
          expected = undefined
        }
        try {
          expect({ value: read(text) }).toEqual(expected)
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          // Our reader may refuse more, as tested below, but must not accept more.
          if (expected !== undefined) expect(error.message).toMatch(/unique member names|a double/)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    ['a member twice', '{"a":1,"b":2,"a":1}', /unique member names, got "a" again at line 1, column 14/],
    ['a long name twice', `{"${'a'.repeat(65)}":1,"${'a'.repeat(65)}":2}`, /got "a{64}" again/],
    ['a member twice, once with an escape', '{"a":1,\n"\\u0061":2}', /"a" again at line 2, column 1/],
    ['a member twice in a nested object', '[{"x":[{"b":1,"b":1}]}]', /"b" again/],
    ['a lone high surrogate', '["\\ud800"]', /lone surrogates, got something else at line 1, column 2/],
    ['a lone low surrogate', '"\ude00"', /lone surrogates/],
    ['a lone surrogate in a name', '{"\\ud800":1}', /lone surrogates/],
    ['a number that is too large for a double', '[1e309]', /a double/],
    ['nothing', '', /a value, got the end at line 1, column 1/],
    ['white space', ' \n ', /the end at line 2, column 2/],
    ['two values', '1 2', /expected the end, got something else at line 1, column 3/],
    ['a trailing comma in a list', '[1,]', /a value/],
    ['a trailing comma in an object', '{"a":1,}', /a member name in quotes/],
    ['a list without an end', '[1', /"," or "]", got the end/],
    ['an object without an end', '{"a":1', /"," or "}"/],
    ['an object without a colon', '{"a" 1}', /":"/],
    ['a string without an end', '"abc', /closed by a quote/],
    ['a string that ends in an escape', '"abc\\', /closed by a quote/],
    ['a line break in a string', '"a\nb"', /control characters/],
    ['an invalid escape', '"\\x41"', /JSON escapes/],
    ['a short escape', '"\\u12"', /JSON escapes/],
    ['a leading zero', '01', /the end/],
    ['a leading plus', '+1', /a value/],
    ['a comment', '/**/1', /a value/],
    ['a single quote', "'a'", /a value/],
    ['NaN', 'NaN', /a value/],
    ['a byte order mark', '\ufeff1', /a value/],
    ['another white-space character', '\u00a01', /a value/],
  ])('is refused with %s', (_, text, message) => {
    expect(() => read(text)).toThrow(Refusal)
    expect(() => read(text)).toThrow(message)
  })

  test('is refused with any control character in a string', () => {
    for (let code = 0; code < 0x20; code++) {
      expect(() => read(`"${String.fromCharCode(code)}"`)).toThrow(
        'a string without control characters, closed by a quote, got something else at line 1, column 2',
      )
    }
    for (const text of [' ', '!', '\u007f', '\u0080']) expect(read(`"${text}"`)).toBe(text)
  })

  test.each([
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, 0x31), /a value/],
    ['invalid UTF-8', bytes(0x22, 0xff, 0x22), /UTF-8, got 3 bytes/],
    ['an overlong encoding', bytes(0x22, 0xc0, 0x80, 0x22), /UTF-8/],
  ])('is refused in bytes with %s', (_, source, message) => expect(() => read(source)).toThrow(message))

  test('is refused without showing its content, except a repeated name', () => {
    for (const text of [
      '{"key":"hunter2"',
      '["hunter2",hunter2]',
      '{"a":"hunter2","a":"hunter2"}',
      '"hunter2\\q"',
    ]) {
      expect(() => read(text)).toThrow(Refusal)
      expect(() => read(text)).not.toThrow(/hunter2/)
    }
  })
})

describe('the number of values', () => {
  test('is limited, including nested values', () => {
    const list = (values: number) => `[${'0,'.repeat(values - 2)}0]`
    expect(read(list(JSON_VALUES_MAX))).toHaveLength(JSON_VALUES_MAX - 1)
    expect(() => read(list(JSON_VALUES_MAX + 1))).toThrow('at most 65536 values')
    expect(readJson('{"a":[{}]}', refuse, 3)).toEqual({ a: [{}] })
    expect(() => readJson('{"a":[{}]}', refuse, 2)).toThrow('at most 2 values')
  })
})

test('numeric names are ordinary names', () => {
  expect(read('{"2550":1,"0":2,"a":3,"01":4,"4294967294":5}')).toEqual(
    JSON.parse('{"2550":1,"0":2,"a":3,"01":4,"4294967294":5}'),
  )
})

describe('depth', () => {
  test('is limited for arrays, objects and both', () => {
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    const both = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`
    for (const make of [nested, objects, both]) {
      expect(read(make(JSON_DEPTH_MAX))).toEqual(JSON.parse(make(JSON_DEPTH_MAX)))
      expect(() => read(make(JSON_DEPTH_MAX + 2))).toThrow(/at most 64 levels of nesting/)
    }
    expect(JSON_DEPTH_MAX).toBe(64)
    expect(() => read(nested(65))).toThrow(/at most 64 levels/)
    expect(() => read(objects(65))).toThrow(/at most 64 levels/)
    expect(() => read(nested(100_000))).toThrow(Refusal)
    // The control: arrays that are not nested are not limited.
    expect(read(`[${'[],'.repeat(1000)}[]]`)).toHaveLength(1001)
  })
})
