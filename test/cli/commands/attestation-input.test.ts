/** The input of the commands that read attestation documents. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import {
  documentBytes,
  outputOf,
  readInput,
  readInputText,
} from '../../../src/cli/commands/attestation-input.ts'
import { OptionValues, UsageError } from '../../../src/cli/core/command.ts'

const LENGTH_MAX = 2 << 20
const folder = mkdtempSync(join(tmpdir(), 'input-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

const file = (content: string | Uint8Array) => {
  writeFileSync(join(folder, 'file'), content)
  return join(folder, 'file')
}
/** Replaces standard input by these pieces. */
function provideInput(...pieces: Uint8Array[]): void {
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from(pieces) as never)
}

describe('input', () => {
  test('is the whole file if one is given', async () => {
    provideInput(Uint8Array.of(9))
    expect([...(await readInput(file(Uint8Array.of(1, 255, 0))))]).toEqual([1, 255, 0])
    expect(await readInputText(file('naïve'))).toBe('naïve')
    expect(await readInput(file(''))).toHaveLength(0)
    expect(await readInput(file(new Uint8Array(LENGTH_MAX)))).toHaveLength(LENGTH_MAX)
  })

  test('is standard input for -', async () => {
    provideInput(Uint8Array.of(1), Uint8Array.of(2, 3))
    expect([...(await readInput('-'))]).toEqual([1, 2, 3])
  })

  test('is read only up to 2 MiB and one byte', async () => {
    const [maximum, one] = [new Uint8Array(LENGTH_MAX), new Uint8Array(1)]
    provideInput(maximum, one, one)
    expect(await readInput('-')).toHaveLength(LENGTH_MAX + 1)
    provideInput(new Uint8Array(LENGTH_MAX + 1), one)
    expect(await readInput('-')).toHaveLength(LENGTH_MAX + 1)
    provideInput(maximum)
    expect(await readInput('-')).toHaveLength(LENGTH_MAX)
  })

  test('from a file that does not exist is a usage error', async () => {
    const failing = readInput(join(folder, 'none'))
    await expect(failing).rejects.toBeInstanceOf(UsageError)
    await expect(failing).rejects.toMatchObject({ code: 'E_FILE', got: expect.stringContaining('ENOENT') })
  })
})

test('input in an unknown encoding is returned unchanged, and other errors are thrown', () => {
  const text = new TextEncoder().encode('%%%')
  expect(documentBytes(text)).toBe(text)
  expect(() => documentBytes(undefined as never)).toThrow(TypeError)
})

test('--output is json or text, or the default', () => {
  const output = (word: string | undefined, otherwise: 'json' | 'text') =>
    outputOf(new OptionValues({ output: word }), otherwise)
  expect([output(undefined, 'json'), output(undefined, 'text')]).toEqual(['json', 'text'])
  expect([output('text', 'json'), output('json', 'text')]).toEqual(['text', 'json'])
  for (const word of ['', 'yaml']) expect(() => output(word, 'json')).toThrow(/E_USAGE: unknown --output/)
})
