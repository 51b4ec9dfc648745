/** Which values a service can send, and the errors for others. */
import { describe, expect, test } from 'vitest'
import { MAX_DEPTH, MAX_ITEMS } from '../../src/service/read-message.ts'
import { frameOf, sent } from './round-trip.ts'

describe('a value', () => {
  class Account {
    toJSON() {
      return 1
    }
  }
  test.each<[unknown, string, string]>([
    [new Map(), 'value', 'a Map'],
    [{ list: [1, new Set()] }, 'value.list[1]', 'a Set'],
    [{ f: () => 1 }, 'value.f', 'a function'],
    [Symbol('x'), 'value', 'a symbol'],
    [new Float64Array(1), 'value', 'a Float64Array'],
    [new ArrayBuffer(1), 'value', 'a ArrayBuffer'],
    [/x/, 'value', 'a RegExp'],
    [new Error('secret'), 'value', 'a Error'],
    [new Account(), 'value', 'a Account'],
    [{ [Symbol.iterator]: () => [].values() }, 'value', 'a Object'],
    [new Date(Number.NaN), 'value', 'an invalid Date'],
    ['\ud800', 'value', 'a lone surrogate'],
    [{ '\udc00': 1 }, 'value', 'a lone surrogate'],
    [2n ** 64n, 'value', 'a bigint'],
    [-(2n ** 64n), 'value', 'a bigint'],
    [{ a: JSON.parse('{"__proto__":1}') }, 'value.a', '__proto__'],
    [Object.assign(Object.create(null), { map: new Map() }), 'value.map', 'a Map'],
  ])('such as %s is refused, and the error names its place', (value, path, kind) => {
    const send = () => frameOf(value)
    expect(send).toThrow(expect.objectContaining({ code: 'E_SERVICE_VALUE' }))
    expect(send).toThrow(`cannot send ${path === 'value' ? 'the value' : path};`)
    expect(send).toThrow(kind)
    expect(send).not.toThrow('secret')
  })

  test('the type name in the error is limited to 80 characters', () => {
    const long = new (Object.defineProperty(class {}, 'name', { value: 'n'.repeat(81) }))()
    Object.assign(long, { toJSON: () => 1 })
    expect(() => frameOf(long)).toThrow(expect.objectContaining({ got: `a ${'n'.repeat(80)}` }))
  })

  test('an instance of a class without toJSON is sent as its own properties', () => {
    class Point {
      x = 1
    }
    expect(sent(new Point())).toEqual({ x: 1 })
  })

  test(`${MAX_DEPTH} levels are sent, one more is not; also for empty values`, () => {
    const nested = (levels: number, innermost: unknown): unknown =>
      levels === 0 ? innermost : [nested(levels - 1, innermost)]
    // The message itself is one level.
    for (const innermost of [[], {}, new Date(0)]) {
      expect(sent(nested(MAX_DEPTH - 2, innermost))).toBeDefined()
      expect(() => frameOf(nested(MAX_DEPTH - 1, innermost))).toThrow('64 levels')
    }
    expect(sent(nested(MAX_DEPTH - 1, Uint8Array.of(1)))).toBeDefined()
  })

  test(`${MAX_ITEMS} values are sent, one more is not, counted in the same way as by the reader`, () => {
    // The message, its kind, its id and the array are four values.
    const most = new Array(MAX_ITEMS - 4).fill(0)
    expect(sent(most)).toHaveLength(most.length)
    expect(() => frameOf([...most, 0])).toThrow('131072 values')
    expect(() => frameOf([...most.slice(1), new Date(0)])).toThrow('131072 values')
    const object = Object.fromEntries(most.slice(0, (MAX_ITEMS - 4) / 2).map((_, at) => [at, 0]))
    expect(Object.keys(sent(object) as object)).toHaveLength((MAX_ITEMS - 4) / 2)
    expect(() => frameOf({ ...object, more: 1 })).toThrow('131072 values')
  })
})
