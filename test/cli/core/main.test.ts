/** How a command line is assigned to its command. */
import { expect, test } from 'vitest'
import type { Command, OptionSpecs, OptionValues } from '../../../src/cli/core/command.ts'
import { main } from '../../../src/cli/core/main.ts'
import type { CommandLine } from '../../../src/cli/core/program.ts'
import { QT_PROGRAM } from '../../../src/cli/core/program.ts'
import { printJson, printMore, printNote, setPrinting } from '../../../src/cli/output/output.ts'

const calls: [name: string, options: OptionValues][] = []
function command(name: string, options: OptionSpecs = {}, operands: readonly string[] = ['[WORD]']): Command {
  return {
    name,
    summary: 'does',
    example: `qt ${name}`,
    options,
    operands,
    async run(given) {
      calls.push([name, given])
      printNote('a note')
      printMore('more')
      printJson({ answer: 42 })
      return 7
    },
  }
}
const commands = [
  command('one'),
  command('group one'),
  command('group two'),
  command('own', { output: { type: 'string', value: 'FILE', help: 'a file' } }),
]
const commandLine: CommandLine = {
  ...QT_PROGRAM,
  commands: Object.fromEntries(commands.map((each) => [each.name, async () => each])),
}

async function run(...args: string[]) {
  calls.length = 0
  const printed = { out: '', err: '' }
  setPrinting({
    out: (text) => {
      printed.out += text
    },
    err: (text) => {
      printed.err += text
    },
    isTerminal: false,
    format: (value) => `${JSON.stringify(value)}\n`,
  })
  return { status: await main(commandLine, args), ...printed, called: calls.map(([name]) => name) }
}

test.each<[args: string[], name: string, operands: string[]]>([
  [['one'], 'one', []],
  [['one', 'two'], 'one', ['two']],
  [['group', 'one'], 'group one', []],
  [['group', 'two', 'three'], 'group two', ['three']],
  [['--verbose', '--debug', 'group', 'two', 'three'], 'group two', ['three']],
])('%j runs its command', async (args, name, operands) => {
  expect(await run(...args)).toMatchObject({ status: 7, called: [name] })
  expect(calls[0]![1].operands).toEqual(operands)
})

test.each([[['--help']], [['-h']], [[]], [['group']], [['group', '--help']], [['--verbose']]])(
  '%j prints the program’s help',
  async (args) => {
    const { status, out, called } = await run(...args)
    expect({ status, called }).toEqual({ status: 0, called: [] })
    expect(out).toContain('qt group one')
    expect(out.includes('qt own')).toBe(!args.includes('group'))
  },
)

test.each([[['one', '--help']], [['--help', 'one']], [['one', '-h', '--nonsense']]])(
  '%j prints the command’s help',
  async (args) => {
    expect(await run(...args)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^qt one \[WORD\]: does\n/),
    })
  },
)

test.each<[args: string[], what: string]>([
  [['nothing'], 'unknown command nothing'],
  [['group', 'three'], 'unknown command group three; run qt --help for a list'],
  [['grou', 'two'], 'unknown command grou two; expected perhaps qt group two'],
  [['on', 'word'], 'unknown command on word; expected perhaps qt one'],
  [['group', 'one-', '--x'], 'unknown command group one- --x'],
  [['--nonsense'], 'unknown option --nonsense'],
  [['constructor'], 'unknown command constructor'],
])('%j is a usage error', async (args, what) => {
  expect(await run(...args)).toMatchObject({
    status: 2,
    out: '',
    err: expect.stringContaining(`E_USAGE: ${what}`),
  })
})

test('global options decide which notes are printed', async () => {
  expect((await run('one')).err).toBe('a note\n')
  expect((await run('one', '--verbose')).err).toBe('a note\nmore\n')
  expect((await run('--only-show-errors', 'one')).err).toBe('')
})

test('--output sets the format of a result, --query selects a part', async () => {
  expect((await run('one')).out).toBe('{"answer":42}\n')
  expect((await run('one', '-o', 'yaml')).out).toBe('answer: 42\n')
  expect((await run('one', '--query', 'answer')).out).toBe('42\n')
})

test('a command’s own option --output does not set the format', async () => {
  expect(await run('own', '--output', 'yaml', '--query', 'answer')).toMatchObject({
    status: 7,
    out: '{"answer":42}\n',
  })
  expect(calls[0]![1].text('output')).toBe('yaml')
})

test('an error that a command throws is printed, with exit status 1', async () => {
  const failing = { ...commands[0]!, run: () => Promise.reject(new Error('broken')) }
  const broken: CommandLine = { ...commandLine, commands: { one: async () => failing } }
  expect(await main(broken, ['one'])).toBe(1)
})
