/** Suggestions for misspelt words. */
import { expect, test } from 'vitest'
import { nearest } from '../../../src/cli/core/nearest.ts'

test.each<[what: string, given: string, word: string]>([
  ['the same word', 'start', 'start'],
  ['one extra letter at the end', 'startt', 'start'],
  ['one extra letter at the beginning', 'sstart', 'start'],
  ['one missing letter', 'strt', 'start'],
  ['one wrong letter', 'stert', 'start'],
  ['two wrong letters in six', 'verfyy', 'verify'],
  ['three wrong letters in nine', 'xxxplexon', 'complexon'],
  ['one wrong letter in two', 'ax', 'ab'],
  ['one missing letter of two', 'b', 'ab'],
])('%s is close enough', (_, given, word) => expect(nearest(given, [word])).toBe(word))

test.each<[what: string, given: string, word: string]>([
  ['two wrong letters in five', 'stxxt', 'start'],
  ['two swapped letters in five', 'satrt', 'start'],
  ['three wrong letters in eight', 'xxxplete', 'complete'],
  ['four wrong letters in nine', 'xxxxlexon', 'complexon'],
  ['two wrong letters in two', 'xx', 'ab'],
  ['two missing letters in four', 'ab', 'abcd'],
  ['an empty word', '', 'start'],
])('%s is not close enough', (_, given, word) => expect(nearest(given, [word])).toBeUndefined())

test('the nearest of several words is suggested, the first of equally near ones', () => {
  expect(nearest('verfy', ['verity', 'verify', 'version'])).toBe('verify')
  expect(nearest('stap', ['star', 'stop', 'step'])).toBe('star')
  expect(nearest('start', [])).toBeUndefined()
})
