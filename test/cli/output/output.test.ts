/** The output of commands: untrusted text cannot control a terminal, in any format or error. */
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
/** Whether `text` has any of the control characters in `HOSTILE`. */
const hasControls = (text: string) =>
  ['\u001b', '\u009b', '\u202e'].some((character) => text.includes(character))

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
    ['a verbose note', () => printMore(HOSTILE)],
    ['an error', () => printError(new EnclaveError('E_FILE', { what: HOSTILE }))],
    ['another error', () => printError(new Error(HOSTILE))],
    ['a thrown string', () => printError(HOSTILE)],
    ['an error with --debug', () => printError(new EnclaveError('E_FILE', { what: HOSTILE }), true)],
    [
      'the cause of an error with --debug',
      () => printError(new EnclaveError('E_FILE', { what: 'x', cause: new Error(HOSTILE) }), true),
    ],
  ])('in %s', (_, act) => {
    act()
    expect(printed).toContain(ESCAPED)
    expect(hasControls(printed)).toBe(false)
  })

  it.each(['json', 'jsonc', 'yaml', 'yamlc', 'table', 'tsv'])('in a result as %s', async (form) => {
    setPrinting({ format: await formatter(form, undefined) })
    printJson([{ name: HOSTILE, [HOSTILE]: 1 }])
    expect(printed).toContain('red')
    expect(hasControls(printed)).toBe(false)
  })
})

describe('on a terminal', () => {
  it.each(['jsonc', 'yamlc'])('%s has colours, but no other control characters', async (form) => {
    const { isTTY } = process.stdout
    process.stdout.isTTY = true
    vi.stubEnv('NO_COLOR', '')
    try {
      const format = await formatter(form, undefined)
      const text = format({ name: HOSTILE })
      expect(text).toContain('\u001b[34m')
      const colours = ['\u001b[34m', '\u001b[32m', '\u001b[33m', '\u001b[0m']
      expect(hasControls(colours.reduce((rest, colour) => rest.replaceAll(colour, ''), text))).toBe(false)
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
