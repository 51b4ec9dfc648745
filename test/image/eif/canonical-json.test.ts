/** Canonical JSON: the only encoding of each value, rejected other encodings, and the maximum depth. */
import { describe, expect, it } from 'vitest'
import {
  canonicalBytes,
  canonicalJson,
  type Json,
  readCanonical,
} from '../../../src/image/eif/canonical-json.ts'
import { codeOf, errorOf, text } from '../support.ts'

const read = (value: string) => readCanonical(text(value), 'it', 'E_IMAGE_CONTENT')

it.each<[Json, string]>([
  [null, 'null'],
  [true, 'true'],
  [-0.5, '-0.5'],
  ['ü"\n', '"ü\\"\\n"'],
  [[], '[]'],
  [{}, '{}'],
  [[1, [2], { a: [] }], '[1,[2],{"a":[]}]'],
  [{ b: 1, a: 2, B: 3, '': 4 }, '{"":4,"B":3,"a":2,"b":1}'],
  [{ a: undefined, b: null }, '{"b":null}'],
  [{ '😀': 1, '\uffff': 2 }, '{"😀":1,"\uffff":2}'],
])('%o is encoded as %s', (value, spelling) => {
  expect(canonicalJson(value)).toBe(spelling)
  expect(canonicalBytes(value)).toEqual(text(spelling))
  expect(canonicalJson(read(spelling))).toBe(spelling)
})

describe('another encoding is rejected:', () => {
  it.each(['{ }', '[1, 2]', '{"b":1,"a":2}', '1.0', '1e0', '"\\u0061"', '"\\/"', '-0', ' 1', '1 '])(
    '%j',
    async (spelling) => {
      expect(await errorOf(() => read(spelling))).toMatchObject({
        code: 'E_IMAGE_CONTENT',
        message: expect.stringContaining('it is malformed'),
        expected: 'canonical JSON: the only encoding of the value',
      })
    },
  )
})

it('64 levels of nested arrays and objects are accepted, 65 are not', async () => {
  const nested = (depth: number, wrap: (inner: Json) => Json) => {
    let value: Json = 0
    for (let level = 0; level < depth; level++) value = wrap(value)
    return value
  }
  for (const wrap of [(inner: Json) => [inner], (inner: Json) => ({ a: inner })]) {
    const most = nested(64, wrap)
    expect(read(canonicalJson(most))).toEqual(most)
    expect(await codeOf(() => canonicalJson(nested(65, wrap)))).toBe('E_IMAGE_CONTENT')
  }
})
