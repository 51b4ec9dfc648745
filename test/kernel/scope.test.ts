/**
 * Emptying a global scope: JavaScript's own names stay, everything else is removed. This makes Object.prototype of this
 * realm non-extensible, so this file tests nothing else. `test/hypervisor/scope.test.ts` tests what is left in a
 * Worker.
 */
import { expect, test } from 'vitest'
import { emptyScope } from '../../src/kernel/scope.ts'

test('JavaScript’s own globals stay; others are removed, also symbols and inherited ones', () => {
  const above: object = Object.assign(Object.create(null), { inherited: 1, WebAssembly: 2 })
  const scope = Object.assign(Object.create(above), {
    own: 3,
    JSON: 4,
    [Symbol.iterator]: 5,
    [Symbol.for('JSON')]: 6,
  })
  emptyScope(scope)
  expect(Reflect.ownKeys(scope)).toEqual(['JSON'])
  expect(scope.JSON).toBe(4)
  expect(Reflect.ownKeys(above)).toEqual(['WebAssembly'])
})

test('what cannot be deleted loses its value', () => {
  const scope = {} as { fixed?: unknown }
  Object.defineProperty(scope, 'fixed', { value: 1, writable: true, configurable: false })
  emptyScope(scope)
  expect('fixed' in scope).toBe(true)
  expect(scope.fixed).toBeUndefined()
})

test('Object.prototype stays unchanged and non-extensible', () => {
  const names = Reflect.ownKeys(Object.prototype)
  emptyScope({})
  expect(Reflect.ownKeys(Object.prototype)).toEqual(names)
  expect(Object.isExtensible(Object.prototype)).toBe(false)
})
