/** Help: of every command, wherever the word stands, and nothing is started; and the examples in it. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Command } from '../../src/cli/core/command.ts'
import { NITRO } from '../../src/cli/core/nitro-commands.ts'
import type { CommandLine } from '../../src/cli/core/program.ts'
import { QT } from '../../src/cli/core/qt-commands.ts'
import { readOptions } from '../../src/cli/core/read-options.ts'
import { nitro, qt } from './main.ts'

afterEach(() => void vi.restoreAllMocks())

const programs: [CommandLine, typeof qt][] = [
  [QT, qt],
  [NITRO, nitro],
]
const commands = await Promise.all(
  programs.flatMap(([program, run]) =>
    Object.values(program.commands).map(async (load) => [program.name, run, await load()] as const),
  ),
)

/** Some value of each required option, so that the command would otherwise run. */
const needed = ({ options, operands = [] }: Command): string[] => [
  ...operands.map((name) => name.toLowerCase()),
  ...Object.entries(options).flatMap(([name, { required, choices, integer }]) =>
    required ? [`--${name}=${choices?.[0] ?? integer?.min ?? 'file'}`] : [],
  ),
]

describe.each(commands)('%s', (program, run, command) => {
  const name = command.name.split(' ')
  const all = needed(command)
  test.each<[place: string, words: string[]]>([
    ['after the name', [...name, '--help']],
    ['as a letter', [...name, '-h']],
    ['before the name', ['--help', ...name]],
    ['within the name', [name[0]!, '-h', ...name.slice(1)]],
    ['after all options', [...name, ...all, '--help']],
    ['before all options', [...name, '-h', ...all]],
    ['with other letters', [...name, ...all, '-hojson']],
    ['with a value', [...name, ...all, '--help=true']],
    ['as the first word', ['help', ...name]],
    ['after an option without its value', [...name, `--${Object.keys(command.options)[0] ?? 'query'}`, '-h']],
  ])(`${command.name}: help %s`, async (_, words) => {
    const running = vi.spyOn(command, 'run')
    const { status, stdout, stderr } = await run(...words)
    expect([status, stderr, running.mock.calls]).toEqual([0, '', []])
    expect(stdout.startsWith(`${[program, command.name].join(' ')}`)).toBe(true)
    expect(stdout).toContain(`Example: ${command.example}`)
  })

  test(`${command.name}: its example is one of its own, and needs nothing of this repository`, () => {
    const { example } = command
    expect(example).not.toMatch(/guests\//)
    const words = (example.split(' | ').at(-1) ?? '').replace(/ > .*|^source <\(|\)$/g, '').split(' ')
    expect(words.slice(0, 1 + name.length)).toEqual([program, ...name])
    expect(() => readOptions(command, words.slice(1 + name.length))).not.toThrow()
  })
})

test('help of what is not there is an error', async () => {
  expect((await qt('help', 'nothing')).status).toBe(2)
  expect((await qt('help')).stdout).toMatch(/qt enclave start/)
  expect((await qt('help', 'kms')).stdout).not.toMatch(/qt enclave start/)
})
