/** The list of equivalent mutants (changes of the source that no test can detect) matches the current source. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Equivalent {
  readonly file: string
  readonly before: string
  readonly after: string
  readonly why: string
}

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const list = JSON.parse(read('scripts/mutants/equivalent.json')) as Equivalent[]

test('each mutant changes an existing line and has a reason', () => {
  expect(list.length).toBeGreaterThan(0)
  for (const { file, before, after, why } of list) {
    expect(read(file), file).toContain(before)
    expect(after).not.toBe(before)
    expect(why.length, file).toBeGreaterThan(5)
  }
})

test('no mutant is listed twice', () => {
  const keys = list.map(({ file, before, after }) => JSON.stringify([file, before, after]))
  expect(new Set(keys).size).toBe(keys.length)
})
