/** What somebody may have meant. */
import { expect, test } from 'vitest'
import { nearest } from '../../../src/cli/core/nearest.ts'

test.each<[what: string, given: string, word: string]>([
  ['the word itself', 'start', 'start'],
  ['a letter too many', 'startt', 'start'],
  ['a letter too many at the beginning', 'sstart', 'start'],
  ['a letter too few', 'strt', 'start'],
  ['another letter', 'stert', 'start'],
  ['two others in six', 'verfyy', 'verify'],
  ['three others in nine', 'xxxplexon', 'complexon'],
  ['one other in two', 'ax', 'ab'],
  ['one more than none', 'b', 'ab'],
])('%s is near', (_, given, word) => expect(nearest(given, [word])).toBe(word))

test.each<[what: string, given: string, word: string]>([
  ['two others in five', 'stxxt', 'start'],
  ['two letters that changed places in five', 'satrt', 'start'],
  ['three others in eight', 'xxxplete', 'complete'],
  ['four others in nine', 'xxxxlexon', 'complexon'],
  ['two others in two', 'xx', 'ab'],
  ['a word with two more', 'ab', 'abcd'],
  ['nothing', '', 'start'],
])('%s is not', (_, given, word) => expect(nearest(given, [word])).toBeUndefined())

test('the nearest of several words is suggested, the first of equally near ones', () => {
  expect(nearest('verfy', ['verity', 'verify', 'version'])).toBe('verify')
  expect(nearest('stap', ['star', 'stop', 'step'])).toBe('star')
  expect(nearest('start', [])).toBeUndefined()
})
