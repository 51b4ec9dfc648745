/** JSON that decides something: what JSON.parse reads and what it lets pass that we do not. */
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
  ])('%s', (text) => expect(read(text)).toEqual(JSON.parse(text)))

  test('a member named __proto__ is a member like any other', () => {
    const value = read('{"__proto__":{"a":1},"constructor":2}') as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
})

describe('invalid JSON', () => {
  test('is refused wherever JSON.parse refuses it, and never with another error', () => {
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
          // Ours refuses more, as the tests below say; it reads nothing that JSON.parse does not.
          if (expected !== undefined) expect(error.message).toMatch(/unique member names|a double/)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    ['a member twice', '{"a":1,"b":2,"a":1}', /unique member names, got "a" again at line 1, column 14/],
    ['a long name twice', `{"${'a'.repeat(65)}":1,"${'a'.repeat(65)}":2}`, /got "a{64}" again/],
    ['the same in another spelling', '{"a":1,\n"\\u0061":2}', /"a" again at line 2, column 1/],
    ['a member twice, deep inside', '[{"x":[{"b":1,"b":1}]}]', /"b" again/],
    ['a lone high surrogate', '["\\ud800"]', /lone surrogates, got something else at line 1, column 2/],
    ['a lone low surrogate', '"\ude00"', /lone surrogates/],
    ['the same for a name', '{"\\ud800":1}', /lone surrogates/],
    ['a number beyond all doubles', '[1e309]', /a double/],
    ['nothing', '', /a value, got the end at line 1, column 1/],
    ['white space', ' \n ', /the end at line 2, column 2/],
    ['two values', '1 2', /expected the end, got something else at line 1, column 3/],
    ['a comma too many', '[1,]', /a value/],
    ['a comma too many in an object', '{"a":1,}', /a member name in quotes/],
    ['a list without an end', '[1', /"," or "]", got the end/],
    ['an object without an end', '{"a":1', /"," or "}"/],
    ['an object without a colon', '{"a" 1}', /":"/],
    ['a text without an end', '"abc', /closed by a quote/],
    ['a text that ends in its escape', '"abc\\', /closed by a quote/],
    ['a line break in a text', '"a\nb"', /control characters/],
    ['an invalid escape', '"\\x41"', /JSON escapes/],
    ['a short escape', '"\\u12"', /JSON escapes/],
    ['a leading zero', '01', /the end/],
    ['a leading plus', '+1', /a value/],
    ['a comment', '/**/1', /a value/],
    ['a single quote', "'a'", /a value/],
    ['NaN', 'NaN', /a value/],
    ['a byte order mark', '\ufeff1', /a value/],
    ['another kind of space', '\u00a01', /a value/],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(Refusal)
    expect(() => read(text)).toThrow(message)
  })

  test('every control character in a string, with its own message, and no other character', () => {
    for (let code = 0; code < 0x20; code++) {
      expect(() => read(`"${String.fromCharCode(code)}"`)).toThrow(
        'a string without control characters, closed by a quote, got something else at line 1, column 2',
      )
    }
    for (const text of [' ', '!', '\u007f', '\u0080']) expect(read(`"${text}"`)).toBe(text)
  })

  test.each([
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, 0x31), /a value/],
    ['bytes that are no UTF-8', bytes(0x22, 0xff, 0x22), /UTF-8, got 3 bytes/],
    ['an overlong encoding', bytes(0x22, 0xc0, 0x80, 0x22), /UTF-8/],
  ])('%s in bytes', (_, source, message) => expect(() => read(source)).toThrow(message))

  test('a refusal shows nothing of the text but a repeated name', () => {
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
  test('is limited exactly, nested values included', () => {
    const list = (values: number) => `[${'0,'.repeat(values - 2)}0]`
    expect(read(list(JSON_VALUES_MAX))).toHaveLength(JSON_VALUES_MAX - 1)
    expect(() => read(list(JSON_VALUES_MAX + 1))).toThrow('at most 65536 values')
    expect(readJson('{"a":[{}]}', refuse, 3)).toEqual({ a: [{}] })
    expect(() => readJson('{"a":[{}]}', refuse, 2)).toThrow('at most 2 values')
  })
})

test('names that are numbers are names like any other', () => {
  expect(read('{"2550":1,"0":2,"a":3,"01":4,"4294967294":5}')).toEqual(
    JSON.parse('{"2550":1,"0":2,"a":3,"01":4,"4294967294":5}'),
  )
})

describe('depth', () => {
  test('is limited exactly, for arrays, objects and both', () => {
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
    // Beside each other there may be any number.
    expect(read(`[${'[],'.repeat(1000)}[]]`)).toHaveLength(1001)
  })
})
