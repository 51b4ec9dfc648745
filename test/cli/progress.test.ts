/** Progress on standard error, only if that is a terminal. */
import { afterEach, expect, test } from 'vitest'
import { printNote, printProgress, printText, setPrinting } from '../../src/cli/output/output.ts'

let out = ''
let err = ''

function printing(isTerminal: boolean, loudness: 'errors' | 'notes'): void {
  out = ''
  err = ''
  setPrinting({
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    isTerminal,
    loudness,
  })
}

function work(): void {
  printProgress('building the image')
  printProgress('starting')
  printNote('done')
  printText('result\n')
}

afterEach(() => setPrinting({ isTerminal: false, loudness: 'notes' }))

test('each step replaces the previous one, and a result replaces the last', () => {
  printing(true, 'notes')
  work()
  const clear = '\r\u001b[K'
  expect(err).toBe(`${clear}building the image ...${clear}starting ...${clear}done\n`)
  expect(out).toBe('result\n')
})

test('there is no progress in a file or a pipe, or with --only-show-errors', () => {
  printing(false, 'notes')
  work()
  expect({ out, err }).toEqual({ out: 'result\n', err: 'done\n' })
  printing(true, 'errors')
  work()
  expect({ out, err }).toEqual({ out: 'result\n', err: '' })
})
