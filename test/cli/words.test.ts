/** Invalid command lines of every command, help, output formats and error codes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Command } from '../../src/cli/core/command.ts'
import { documentedCode } from '../../src/cli/core/error-codes.ts'
import { NITRO_TEXTS, QT_TEXTS } from '../../src/cli/core/error-texts.ts'
import { NITRO } from '../../src/cli/core/nitro-commands.ts'
import type { CommandLine } from '../../src/cli/core/program.ts'
import { QT } from '../../src/cli/core/qt-commands.ts'
import { allOptions } from '../../src/cli/core/read-options.ts'
import { nitro, qt } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'words-'))
afterAll(() => rmSync(folder, { recursive: true }))

const loadAll = (commandLine: CommandLine) =>
  Promise.all(Object.values(commandLine.commands).map((load) => load()))
const qtCommands = await loadAll(QT)
const nitroCommands = await loadAll(NITRO)
const run: Record<CommandLine['name'], typeof qt> = { qt, 'nitro-cli': nitro }
const all = [
  ...qtCommands.map((command) => ({ program: QT.name, command })),
  ...nitroCommands.map((command) => ({ program: NITRO.name, command })),
].map(({ program, command }) => ({ program, command, title: `${program} ${command.name}` }))

/** Valid arguments: all required options and operands. */
function validArgs({ options, operands = [] }: Command): string[] {
  const required = Object.entries(options).filter(([, { required: is }]) => is)
  return [...operands, ...required.flatMap(([name, spec]) => [`--${name}`, validValue(spec)])]
}
const validValue = ({ integer, choices }: Command['options'][string]) =>
  integer ? String(integer.min) : (choices?.[0] ?? 'word')

/** The words of the others are another program's. */
const parsed = all.filter(({ command }) => !command.passesWords)

describe.each(all)('$title', ({ program, command }) => {
  const call = (...args: string[]) => run[program](...command.name.split(' '), ...args)
  const options = Object.entries(allOptions(command))

  test('has help with one example, which shows this command', async () => {
    const { status, stdout } = await call('--help')
    expect(status).toBe(0)
    expect(stdout.match(/Example: /g)).toHaveLength(1)
    expect(command.example).toContain(`${program} ${command.name}`)
    for (const [name] of options) expect(stdout).toContain(`--${name}`)
  })

  test('has help with two spaces between every option and its meaning', async () => {
    const { stdout } = await call('--help')
    const rows = stdout.split('\n').filter((row) => row.startsWith('  --'))
    expect(rows).toHaveLength(options.length)
    for (const row of rows) expect(row).toMatch(/^ {2}--[a-z\d_-]+(, -[a-z\d])?( [^ ]+)? {2,}\S/)
  })
})

describe.each(parsed)('$title', ({ program, command }) => {
  const call = (...args: string[]) => run[program](...command.name.split(' '), ...args)
  const options = Object.entries(allOptions(command))

  test('rejects missing required options', async () => {
    for (const [name, { required }] of options) {
      if (!required) continue
      const args = validArgs(command)
      args.splice(args.indexOf(`--${name}`), 2)
      const { status, stderr } = await call(...args)
      expect(status).toBe(2)
      expect(stderr).toContain(`E_USAGE_MISSING: missing necessary argument --${name}`)
    }
  })

  test('rejects options that are repeated, lack a value or have an invalid one', async () => {
    for (const [name, spec] of options) {
      if (name === 'help') continue
      const good = spec.type === 'boolean' ? [`--${name}`] : [`--${name}`, validValue(spec)]
      const wrong = async (...args: string[]) => {
        const { status, stderr } = await call(...validArgs(command).filter(() => !spec.required), ...args)
        expect(stderr, args.join(' ')).toMatch(/^(?:EnclaveError: )?E_USAGE: .*--/)
        expect(status).toBe(2)
      }
      if (!spec.multiple) await wrong(...good, ...good)
      if (spec.type === 'boolean') await wrong(`--${name}=yes`)
      else await wrong(`--${name}`)
      if (spec.choices) await wrong(`--${name}`, 'something-else')
      for (const value of spec.integer ? invalidNumbers(spec.integer) : []) await wrong(`--${name}=${value}`)
    }
  })

  test('rejects options that exclude each other', async () => {
    for (const [name, spec] of options) {
      for (const other of spec.excludes ?? []) {
        const args = [name, other].flatMap((each) => {
          const { type } = allOptions(command)[each]!
          return type === 'boolean' ? [`--${each}`] : [`--${each}`, validValue(allOptions(command)[each]!)]
        })
        const { status, stderr } = await call(...args)
        expect(stderr).toMatch(/^E_USAGE_CONFLICT: /)
        expect(status).toBe(2)
      }
    }
  })

  test('rejects an unknown option and an unexpected operand', async () => {
    const unknown = await call('--nonsense')
    expect(unknown.status).toBe(2)
    expect(unknown.stderr).toContain('unknown option --nonsense')
    const more = await call(...validArgs(command), 'and', 'more')
    expect(more.status).toBe(2)
    expect(more.stderr).toMatch(/^E_USAGE: this command expects/)
  })
})

function invalidNumbers({ min, max, step = 1 }: { min: number; max: number; step?: number }): string[] {
  const betweenSteps = step > 1 ? [String(min + 1)] : []
  return [
    String(min - 1),
    String(max + 1),
    '',
    'word',
    '1.5',
    '0x10',
    '1e3',
    ' 4',
    '9'.repeat(30),
    ...betweenSteps,
  ]
}

describe('a misspelt command', () => {
  test.each<[args: string[], near: string]>([
    [['enclave', 'strat'], 'qt enclave start'],
    [['enclav', 'query'], 'qt enclave query'],
    [['explian'], 'qt explain'],
    [['enclave', 'start', '--men', '512'], '--mem'],
  ])('%j gets a suggestion', async (args, near) => {
    const { status, stderr } = await qt(...args)
    expect(status).toBe(2)
    expect(stderr).toContain(`expected perhaps ${near}`)
    expect(stderr).toContain('02 Invalid argument provided.')
  })

  test('gets no suggestion if it is not similar to any', async () => {
    expect((await qt('teleport')).stderr).not.toContain('perhaps')
  })

  test('with an option that builds a container image gets the hint --docker-uri', async () => {
    const { stderr } = await qt('enclave', 'make-img', '--docker-dir', '.', '--eif', 'x.eif')
    expect(stderr).toContain('there is no Docker engine here: build the image with Docker elsewhere')
  })
})

test('global options may precede the name of the command', async () => {
  expect((await qt('--debug', 'explain', '43')).status).toBe(0)
})

describe('the output format', () => {
  const explain = async (...args: string[]) => (await qt('explain', '43', ...args)).stdout
  test.each<[form: string, output: string | RegExp]>([
    ['json', /^\{\n {2}"Code": "43",\n/],
    // Without colours, because the output is not a terminal.
    ['jsonc', /^\{\n {2}"Code": "43",\n/],
    ['yaml', /^Code: "43"\nText: The cid/],
    ['yamlc', /^Code: "43"\nText: The cid/],
    ['tsv', /^43\tThe cid has already been used\.\t\["E_CID_TAKEN"\]\t/],
    ['table', /^Code {2}Text +Here +QingTian .*\n---- {2}-+ {2}-+ .*\n43 {4}The cid/],
    ['none', ''],
  ])('%s is available', async (form, output) => {
    expect(await explain('--output', form)).toMatch(output)
    expect(await explain('-o', form)).toMatch(output)
    if (form === 'none') expect(await explain('-o', form)).toBe('')
  })

  test('is applied to the part that --query selects', async () => {
    expect(await explain('--query', 'Here[0]')).toBe('"E_CID_TAKEN"\n')
    expect(await explain('--query', 'Here[0]', '-o', 'tsv')).toBe('E_CID_TAKEN\n')
    expect(await explain('--query', 'Nothing')).toBe('null\n')
    const wrong = await qt('explain', '43', '--query', '[[')
    expect(wrong).toMatchObject({ status: 2, stdout: '' })
    expect(wrong.stderr).toContain('invalid --query')
  })
})

describe('codes', () => {
  test('that the clouds document can be explained, and unknown ones cannot', async () => {
    for (const code of [...Object.keys(QT_TEXTS), ...Object.keys(NITRO_TEXTS)]) {
      const { status, stdout } = await qt('explain', code)
      expect(status, code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ Code: code, Text: { ...QT_TEXTS, ...NITRO_TEXTS }[code] })
    }
    expect((await nitro('explain', '--error-code', 'e26')).stdout).toContain('E_CLOUD_MEMORY')
    expect((await qt('explain', '3')).stdout).toContain('"Code": "03"')
    expect(await qt('explain', '44')).toMatchObject({ status: 2, stdout: '' })
    expect(await qt('explain', 'E_NOTHING')).toMatchObject({ status: 2, stdout: '' })
  })

  test.each<[ours: string, qtCode: string | undefined, nitroCode: string | undefined]>([
    ['E_USAGE_MISSING', '01', 'E01'],
    ['E_USAGE', '02', 'E03'],
    ['E_FILE', '03', 'E19'],
    ['E_CLOUD_MEMORY', '10', 'E26'],
    ['E_POOL_MEMORY', '09', 'E27'],
    ['E_POOL_VCPUS', '11', 'E22'],
    ['E_CID_TAKEN', '43', 'E33'],
    ['E_ENCLAVE_UNKNOWN', '28', 'E39'],
    ['E_CONSOLE_MODE', '32', 'E44'],
    ['E_IMAGE_MAGIC', '03', 'E35'],
    ['E_IMAGE_SIGNATURE', '19', 'E59'],
    ['E_ADMISSION_IMPORT', '19', 'E36'],
    ['E_CERTIFICATE_PEM', undefined, undefined],
  ])('%s has the clouds’ codes %s and %s', (ours, qtCode, nitroCode) => {
    expect(documentedCode(QT, ours)).toBe(qtCode)
    expect(documentedCode(NITRO, ours)).toBe(nitroCode)
  })

  test('--debug prints the stack traces of an error and its cause', async () => {
    const args = ['enclave', 'query-eif', '--eif', join(folder, 'nothing.eif')]
    expect((await qt(...args)).stderr).not.toContain('    at ')
    expect((await qt(...args, '--debug')).stderr).toMatch(
      /E_FILE: [\s\S]* {4}at [\s\S]*caused by Error: ENOENT/,
    )
  })
})

test('without a command --version prints the version, and unknown options are rejected', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(await qt('--version')).toEqual({ status: 0, stdout: `qt of webclave ${version}\n`, stderr: '' })
  expect((await nitro('--version')).stdout).toBe(`nitro-cli of webclave ${version}\n`)
  const wrong = await qt('--verbos')
  expect(wrong).toMatchObject({ status: 2, stdout: '' })
  expect(wrong.stderr).toContain('E_USAGE: unknown option --verbos; expected perhaps --verbose')
})

test('--only-show-errors and --verbose exclude each other', async () => {
  const { status, stderr } = await qt('enclave', 'query', '--only-show-errors', '--verbose')
  expect(status).toBe(2)
  expect(stderr).toContain('E_USAGE_CONFLICT')
})

describe('run-enclave --config rejects', () => {
  test.each<[what: string, text: string, message: RegExp]>([
    ['invalid JSON', '{', /E_USAGE: .*invalid JSON/],
    ['a list', '[]', /the configuration has the wrong type/],
    ['a member twice', '{"memory_mib": 64, "memory_mib": 512}', /expected unique member names/],
    ['an unknown member', '{"cpus": 2}', /unknown member cpus/],
    ['a string instead of a number', '{"memory_mib": "64"}', /invalid memory_mib; expected a number/],
    ['a number instead of a string', '{"eif_path": 3}', /invalid eif_path; expected a string/],
    ['a number instead of a boolean', '{"debug_mode": 1}', /invalid debug_mode; expected true or false/],
    ['a CID out of range', '{"enclave_cid": 3}', /invalid --enclave-cid/],
    ['both cpu_count and cpu_ids', '{"cpu_count": 2, "cpu_ids": [1, 2]}', /E_USAGE_CONFLICT/],
  ])('%s', async (_, text, message) => {
    const path = join(folder, 'config.json')
    writeFileSync(path, text)
    const { status, stderr } = await nitro('run-enclave', '--config', path)
    expect(stderr).toMatch(message)
    expect(status).toBe(2)
  })
})
