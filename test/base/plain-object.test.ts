/** Objects with untrusted property names: their members, and the memory that they need. */
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
])('an object has the given members: %j', (names) => {
  const members = names.map((name, value) => [name, value] as const)
  expect(plainObject(members)).toEqual(Object.fromEntries(members))
})

test('__proto__ is a member like any other', () => {
  const object = plainObject([['__proto__', { admin: true }]])
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  expect(Object.keys(object)).toEqual(['__proto__'])
})

test('the last of two members with the same name counts', () => {
  expect(plainObject([...Object.entries({ a: 1 }), ['a', 2]])).toEqual({ a: 2 })
})

describe('memory', () => {
  /** The heap memory per object, of 2,000 objects that `make` creates in a separate process. */
  const bytesEach = (make: string) => {
    const path = fileURLToPath(new URL('../../src/base/plain-object.ts', import.meta.url))
    const script = `
      import { plainObject } from ${JSON.stringify(path)}
      const members = [['1022', 0], ['2550', 0]]
      gc()
      const before = process.memoryUsage().heapUsed
      const objects = Array.from({ length: 2000 }, () => ${make}(members))
      gc()
      console.log((process.memoryUsage().heapUsed - before) / objects.length)`
    const args = ['--expose-gc', '--input-type=module', '-e', script]
    return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  }

  test('does not grow with the value of numeric names', () => {
    expect(bytesEach('plainObject')).toBeLessThan(1024)
    // The control: V8 would otherwise allocate an array up to the largest number.
    expect(bytesEach('Object.fromEntries')).toBeGreaterThan(8192)
  })
})
