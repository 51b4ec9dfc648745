/** What a command prints: nothing that came from outside steers a terminal, in no form and in no error. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EnclaveError } from '../../../src/base/error.ts'
import { formatter } from '../../../src/cli/output/formats.ts'
import {
  printError,
  printJson,
  printMore,
  printNote,
  printText,
  setPrinting,
} from '../../../src/cli/output/output.ts'

const HOSTILE = '\u001b[2J\u009b31mred\u202e'
const ESCAPED = '\\u001b[2J\\u009b31mred\\u202e'
/** Whether `text` holds any of the three that `HOSTILE` does. */
const steers = (text: string) => ['\u001b', '\u009b', '\u202e'].some((character) => text.includes(character))

let printed = ''
const print = (text: string) => {
  printed += text
}
setPrinting({ out: print, err: print, isTerminal: false, loudness: 'all' })
afterEach(() => {
  printed = ''
  vi.unstubAllEnvs()
})

describe('terminal control characters are escaped', () => {
  it.each<[string, () => void]>([
    ['a text', () => printText(HOSTILE)],
    ['a note', () => printNote(HOSTILE)],
    ['more', () => printMore(HOSTILE)],
    ['an error', () => printError(new EnclaveError('E_FILE', { what: HOSTILE }))],
    ['an error of no known kind', () => printError(new Error(HOSTILE))],
    ['what was thrown and is no error', () => printError(HOSTILE)],
    ['an error with --debug', () => printError(new EnclaveError('E_FILE', { what: HOSTILE }), true)],
    [
      'the errors beneath it with --debug',
      () => printError(new EnclaveError('E_FILE', { what: 'x', cause: new Error(HOSTILE) }), true),
    ],
  ])('in %s', (_, act) => {
    act()
    expect(printed).toContain(ESCAPED)
    expect(steers(printed)).toBe(false)
  })

  it.each(['json', 'jsonc', 'yaml', 'yamlc', 'table', 'tsv'])('in a result as %s', async (form) => {
    setPrinting({ format: await formatter(form, undefined) })
    printJson([{ name: HOSTILE, [HOSTILE]: 1 }])
    expect(printed).toContain('red')
    expect(steers(printed)).toBe(false)
  })
})

describe('on a terminal', () => {
  it.each(['jsonc', 'yamlc'])('%s is coloured, and only by us', async (form) => {
    const { isTTY } = process.stdout
    process.stdout.isTTY = true
    vi.stubEnv('NO_COLOR', '')
    try {
      const format = await formatter(form, undefined)
      const text = format({ name: HOSTILE })
      expect(text).toContain('\u001b[34m')
      const colours = ['\u001b[34m', '\u001b[32m', '\u001b[33m', '\u001b[0m']
      expect(steers(colours.reduce((rest, colour) => rest.replaceAll(colour, ''), text))).toBe(false)
      setPrinting({ format })
      printJson({ name: 'plain' })
      expect(printed).toContain('\u001b[34m')
      vi.stubEnv('NO_COLOR', '1')
      expect((await formatter(form, undefined))({ name: 'plain' })).not.toContain('\u001b')
    } finally {
      process.stdout.isTTY = isTTY
    }
  })
})
