/** Text of an image in an error is short, and cannot change what a terminal shows. */
import { expect, test } from 'vitest'
import { shown } from '../../src/oci/refusal.ts'

test.each([
  ['plain ü 名', '"plain ü 名"'],
  ['a\u001b[31m\n', '"a\\u001b[31m\\n"'],
  ['\u009b31m', '"\\u009b31m"'],
  ['\u202eevil\u2066\u200f\ufeff', '"\\u202eevil\\u2066\\u200f\\ufeff"'],
  ['\ud800', '"\\ud800"'],
])('%j is shown as %s', (text, expected) => {
  expect(shown(text)).toBe(expected)
})

test('a long text is cut', () => {
  expect(shown('x'.repeat(101))).toBe(`"${'x'.repeat(100)}…"`)
})
