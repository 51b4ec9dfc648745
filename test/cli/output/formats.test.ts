/** The exact output formats of a result. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { formatter } from '../../../src/cli/output/formats.ts'

const { isTTY } = process.stdout
afterEach(() => {
  process.stdout.isTTY = isTTY
  vi.unstubAllEnvs()
})

const ROWS = [
  { Name: 'one', Count: 1, Parts: [1, 2] },
  { Name: 'twenty-two', Other: null },
]

test.each<[form: string, value: unknown, text: string]>([
  ['none', ROWS, ''],
  ['json', { a: [1] }, '{\n  "a": [\n    1\n  ]\n}\n'],
  ['json', undefined, 'null\n'],
  ['yaml', { a: [1] }, 'a:\n  - 1\n'],
  ['yaml', undefined, 'null\n'],
  ['tsv', ROWS, 'one\t1\t[1,2]\ntwenty-two\t\n'],
  ['tsv', { a: 1, b: true }, '1\ttrue\n'],
  ['tsv', ['a\tb\nc', 7], 'a b c\n7\n'],
  ['tsv', [null], '\n'],
  ['tsv', 'word', 'word\n'],
  ['tsv', null, ''],
  ['tsv', undefined, ''],
  ['tsv', 0, '0\n'],
  ['tsv', [], ''],
  [
    'table',
    ROWS,
    'Name        Count  Parts  Other\n----------  -----  -----  -----\none         1      [1,2]\ntwenty-two\n',
  ],
  ['table', { A: 'x' }, 'A\n-\nx\n'],
  ['table', [1, 22], 'Result\n------\n1\n22\n'],
  ['table', [null], 'Result\n------\n\n'],
  ['table', [], ''],
  ['table', null, ''],
  ['table', [{}], ''],
])('%s prints %j', async (form, value, text) => {
  expect((await formatter(form, undefined))(value)).toBe(text)
})

test('an unknown format is rejected', async () => {
  await expect(formatter('xml', undefined)).rejects.toMatchObject({ code: 'E_USAGE', got: 'xml' })
})

describe('a query', () => {
  test('selects what is printed', async () => {
    expect((await formatter('json', '[1].Name'))(ROWS)).toBe('"twenty-two"\n')
    expect((await formatter('tsv', '[].Name'))(ROWS)).toBe('one\ntwenty-two\n')
  })

  test.each(['[[', 'no_such_function(@)'])('%s is rejected with an error that shows it', async (query) => {
    const format = async () => (await formatter('json', query))(ROWS)
    await expect(format()).rejects.toMatchObject({
      code: 'E_USAGE',
      what: expect.stringContaining('invalid --query'),
      got: query,
      cause: expect.any(Error),
    })
  })
})

describe('colours', () => {
  const painted = async (form: string, value: unknown) => {
    process.stdout.isTTY = true
    vi.stubEnv('NO_COLOR', '')
    return (await formatter(form, undefined))(value)
  }
  const blue = (text: string) => `\u001b[34m${text}\u001b[0m`
  const green = (text: string) => `\u001b[32m${text}\u001b[0m`
  const yellow = (text: string) => `\u001b[33m${text}\u001b[0m`

  test('distinguish names, strings and other values in JSON', async () => {
    expect(await painted('jsonc', { a: 'b"', c: -1.5, d: true, e: null })).toBe(
      `{\n  ${blue('"a"')}: ${green('"b\\""')},\n  ${blue('"c"')}: ${yellow('-1.5')},\n  ${blue('"d"')}: ${yellow('true')},\n  ${blue('"e"')}: ${yellow('null')}\n}\n`,
    )
  })

  test('mark the names in YAML', async () => {
    expect(await painted('yamlc', [{ a: 'b', c: 1 }])).toBe(`${blue('- a')}: b\n${blue('  c')}: 1\n`)
  })

  test('of YAML with very many empty lines need linear time', async () => {
    const text = `${'\n'.repeat(100_000)}x`
    const [plain, colours] = [await formatter('yaml', undefined), await formatter('yamlc', undefined)]
    process.stdout.isTTY = true
    vi.stubEnv('NO_COLOR', '')
    const timeOf = (work: () => unknown) => {
      const begun = performance.now()
      work()
      return performance.now() - begun
    }
    const control = timeOf(() => plain({ text }))
    // A quadratic algorithm would take seconds.
    expect(timeOf(() => colours({ text }))).toBeLessThan(10 * control + 500)
    expect(colours({ text: `\n\n${'x'}`, b: 1 })).toContain(blue('text'))
  })

  test.each(['json', 'yaml', 'tsv', 'table'])('are not in %s', async (form) => {
    expect(await painted(form, ROWS)).not.toContain('\u001b')
  })

  test.each(['jsonc', 'yamlc'])('are in %s only on a terminal without NO_COLOR', async (form) => {
    process.stdout.isTTY = false
    vi.stubEnv('NO_COLOR', '')
    expect((await formatter(form, undefined))({ a: 1 })).not.toContain('\u001b')
    process.stdout.isTTY = true
    vi.stubEnv('NO_COLOR', '0')
    expect((await formatter(form, undefined))({ a: 1 })).not.toContain('\u001b')
    vi.stubEnv('NO_COLOR', undefined)
    expect((await formatter(form, undefined))({ a: 1 })).toContain('\u001b')
  })
})
