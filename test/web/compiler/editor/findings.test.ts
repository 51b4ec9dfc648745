/** Where the editor shows what a build has found. */
import { Text } from '@codemirror/state'
import { expect, test } from 'vitest'
import { findingsOfBuild } from '../../../../web/compiler/editor/findings.ts'
import type { Place } from '../../../../web/compiler/problem.ts'

const DOC = Text.of(['const a = 1', 'const b =', ''])

/** The text that is marked for a problem at `place`. */
function marked(place: Place | undefined): string[] {
  const problem = {
    code: 'E_APP_SYNTAX',
    what: 'index.ts:2: Unexpected end',
    hint: 'write more',
    ...(place && { place }),
  }
  return findingsOfBuild(DOC, 'index.ts', problem).map(({ from, to }) => DOC.sliceString(from, to))
}

test.each([
  ['a word', { line: 1, column: 6, length: 1 }, ['a']],
  ['the end of a line: the character before', { line: 2, column: 9, length: 0 }, ['=']],
  ['more than the line', { line: 1, column: 10, length: 50 }, ['1']],
  ['only a line', { line: 1 }, ['const a = 1']],
  ['an empty line', { line: 3, column: 0, length: 0 }, ['']],
  ['a line that the text no longer has', { line: 9, column: 0, length: 1 }, []],
])('%s', (_, place, texts) => {
  expect(marked({ file: 'index.ts', ...place })).toEqual(texts)
})

test('a problem of another file, or without a place, is not shown here', () => {
  expect(marked({ file: 'other.ts', line: 1, column: 0, length: 1 })).toEqual([])
  expect(marked(undefined)).toEqual([])
})

test('the message has what to do, and not the place again; warnings are there too', () => {
  const problem = {
    what: 'index.ts:2: Unexpected end',
    hint: 'write more',
    place: { file: 'index.ts', line: 2 },
  }
  const warnings = [
    { text: 'Intl is missing', place: { file: 'index.ts', line: 1 } },
    { text: 'without a place' },
  ]
  const found = findingsOfBuild(DOC, 'index.ts', problem, warnings)
  expect(found.map(({ severity, message }) => [severity, message])).toEqual([
    ['error', 'Unexpected end; write more'],
    ['warning', 'Intl is missing'],
  ])
})
