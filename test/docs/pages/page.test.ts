/** Reading a page: no block is left out, and what is wrong is found. */
import { describe, expect, test } from 'vitest'
import { headingsOf, linksOf, missingLines, stepsOf } from './page.ts'

const fence = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\`\n`

describe('the steps of a page', () => {
  test('are its files and commands in order, then its module', () => {
    const page = [
      fence('ts', '// a/b.ts\nexport {}'),
      fence('ts', 'one()'),
      fence('sh', 'ls'),
      fence('text', 'a…'),
    ]
    expect(stepsOf([...page, fence('ts', 'two()')].join('words\n'))).toMatchObject([
      { kind: 'file', path: 'a/b.ts' },
      { kind: 'run', code: 'ls\n' },
      { kind: 'prints', code: 'a…\n' },
      { kind: 'file', path: 'page.ts', code: 'one()\n\ntwo()\n' },
      { kind: 'run', code: 'node page.ts\n' },
    ])
  })

  test.each([
    ['an unknown language', fence('python', 'print(1)')],
    ['no language', fence('', 'words')],
    ['output of nothing', fence('text', 'words')],
    ['JSON without a path', fence('json', '{}')],
  ])('refuse %s', (_, page) => {
    expect(() => stepsOf(page)).toThrow('would not be run')
  })
})

test('output is compared by lines', () => {
  expect(missingLines('PCR0  …\nb', 'a\nPCR0  12ab\nb\n')).toEqual([])
  expect(missingLines('…\nPCR0  …\nc', 'PCR0  12ab\nb')).toEqual(['c'])
  expect(missingLines('b', 'ab')).toEqual(['b'])
})

test('links and headings are found as GitHub finds them', () => {
  const page = `# One two: \`three\`\n[a](b.md#c) [web](https://example.org)\n<img src="d.svg">\n${fence('ts', '[e](f)')}`
  expect(linksOf(page)).toEqual([
    { path: 'b.md', fragment: 'c' },
    { path: 'd.svg', fragment: '' },
  ])
  expect(headingsOf(page)).toEqual(['one-two-three'])
})
