/** The exact text of a transcript of `qt demo`. */
import { expect, test } from 'vitest'
import { Transcript } from '../../../../src/cli/commands/demo/transcript.ts'

function transcript(isTTY: boolean) {
  let text = ''
  const out = {
    isTTY,
    write(part: string) {
      text += part
      return true
    },
  }
  return { transcript: new Transcript(out as never), read: () => text }
}

test('steps are numbered, facts are aligned, and checks are counted', () => {
  const { transcript: written, read } = transcript(false)
  written.title('qt demo', 'an enclave')
  written.step('Build')
  written.fact('PCR0', 'ab')
  written.fact('a long label', 'c')
  written.step('Look')
  written.check('it runs', true)
  written.check('it holds', true, 'as said')
  expect(written.end()).toBe(true)
  expect(read().split('\n')).toEqual([
    'qt demo: an enclave',
    '',
    '1. Build',
    '   PCR0        ab',
    '   a long labelc',
    '',
    '2. Look',
    '   ok  it runs',
    '   ok  it holds: as said',
    '',
    'all 2 checks passed',
    '',
  ])
})

test('failed checks are named at the end', () => {
  const { transcript: written, read } = transcript(false)
  written.check('one', false, 'no')
  written.check('two', true)
  written.check('three', false)
  expect(written.end()).toBe(false)
  expect(read()).toBe('   FAILED  one: no\n   ok  two\n   FAILED  three\n\nthese checks failed: one; three\n')
})

test('a transcript has colours on a terminal', () => {
  const { transcript: written, read } = transcript(true)
  written.title('t', 'l')
  written.step('s')
  written.fact('f', 'v')
  written.check('g', true, 'r')
  written.check('b', false)
  written.end()
  const paint = (code: number, text: string) => `\u001b[${code}m${text}\u001b[0m`
  expect(read()).toBe(
    `${paint(1, 't')}: l\n\n${paint(1, '1. s')}\n   ${paint(2, 'f'.padEnd(12))}v\n` +
      `   ${paint(32, 'ok')}  g${paint(2, ': r')}\n   ${paint(31, 'FAILED')}  b\n\n${paint(31, 'these checks failed: b')}\n`,
  )
  const { transcript: good, read: readGood } = transcript(true)
  good.end()
  expect(readGood()).toBe(`\n${paint(32, 'all 0 checks passed')}\n`)
})
