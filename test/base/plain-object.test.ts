/** Objects whose names somebody else chose: what is in them, and what they take. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { plainObject } from '../../src/base/plain-object.ts'

test.each<[names: string[]]>([
  [[]],
  [['a', 'b']],
  [['0', '1', '2']],
  [['2550', 'a', '7', '1022']],
  [['a', '7']],
  [['4294967294', '4294967295', '4294967296', '536870911', '00', '-1', '1e3']],
])('an object has the members that it is made of: %j', (names) => {
  const members = names.map((name, value) => [name, value] as const)
  expect(plainObject(members)).toEqual(Object.fromEntries(members))
})

test('__proto__ is a member like any other', () => {
  const object = plainObject([['__proto__', { admin: true }]])
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  expect(Object.keys(object)).toEqual(['__proto__'])
})

test('of two members with the same name the last one counts', () => {
  expect(plainObject([...Object.entries({ a: 1 }), ['a', 2]])).toEqual({ a: 2 })
})

describe('memory', () => {
  /** Bytes of heap that each of 2,000 objects takes, made in a process of its own by `make`. */
  const bytesEach = (make: string) => {
    const path = fileURLToPath(new URL('../../src/base/plain-object.ts', import.meta.url))
    const script = `
      import { plainObject } from ${JSON.stringify(path)}
      const members = [['1022', 0], ['2550', 0]]
      gc()
      const before = process.memoryUsage().heapUsed
      const kept = Array.from({ length: 2000 }, () => ${make}(members))
      gc()
      console.log((process.memoryUsage().heapUsed - before) / kept.length)`
    const words = ['--expose-gc', '--input-type=module', '-e', script]
    return Number(execFileSync(process.execPath, words, { encoding: 'utf8' }))
  }

  test('does not grow for names that are numbers', () => {
    expect(bytesEach('plainObject')).toBeLessThan(1024)
    // The control: what V8 does with them otherwise.
    expect(bytesEach('Object.fromEntries')).toBeGreaterThan(8192)
  })
})
