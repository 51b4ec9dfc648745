/** Node's modules in an application: what the documentation lists is what the bundler knows. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ABSENT, PROVIDED } from '../../../src/image/build/node-names.ts'

test.each([
  ['There |', PROVIDED],
  ['Not there: ', ABSENT],
])('docs/globals.md lists the modules of the row "%s"', (row, names) => {
  const text = readFileSync(new URL('../../../docs/globals.md', import.meta.url), 'utf8')
  const line = text.split('\n').find((one) => one.startsWith(`| ${row}`))!
  expect(Array.from(line.matchAll(/`([^`]+)`/g), ([, name]) => name)).toEqual([...names])
})
