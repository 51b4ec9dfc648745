/** Mistyped options. */
import { expect, test } from 'vitest'
import { unknownOption } from '../../src/base/unknown-option.ts'

test.each([
  [{}, undefined],
  [{ port: 1 }, undefined],
  [{ port: undefined }, undefined],
  [{ port: 1, prot: 1 }, 'prot'],
  [{ toString: 1 }, 'toString'],
  [JSON.parse('{"__proto__": 1}'), '__proto__'],
])('of %j, %s is not known', (options, name) => {
  expect(unknownOption(options, { port: true })).toBe(name)
})
