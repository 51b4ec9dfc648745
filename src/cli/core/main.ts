/** Finds the command that the command line names, runs it, and turns its outcome into an exit status. */

import { printError, printText, setPrinting } from '../output/output.ts'
import { type Command, type OptionValues, USAGE_STATUS, UsageError } from './command.ts'
import type { CommandLine, Program } from './program.ts'
import { GLOBAL_OPTIONS, readOptions, unknownOption } from './read-options.ts'

/** Whether a word asks for help, also together with other options of one letter. No value begins like that. */
export function isHelp(word: string): boolean {
  return word === '--help' || word.startsWith('--help=') || /^-h/.test(word)
}

/** Runs a command line; resolves with the exit status. */
export async function main(commandLine: CommandLine, words: readonly string[]): Promise<number> {
  const debug = words.includes('--debug')
  // `help` as the first word, as in many other tools; help of any kind starts nothing.
  const asksHelp = words[0] === 'help' || words.some(isHelp)
  const plain = (words[0] === 'help' ? words.slice(1) : words).filter((word) => !isHelp(word))
  const name = commandName(commandLine, plain)
  try {
    if (name === undefined || asksHelp) return await help(commandLine, plain, name)
    const command = await commandLine.commands[name]!()
    return await runCommand(command, words)
  } catch (error) {
    await reportError(commandLine, error, debug, name)
    return error instanceof UsageError ? USAGE_STATUS : 1
  }
}

/** Prints an error of `command`: our message, then the code that the cloud of `program` documents for it. */
export async function reportError(
  program: Program,
  error: unknown,
  debug: boolean,
  command?: string,
): Promise<void> {
  printError(error, debug)
  const { documentedError } = await import('./error-codes.ts')
  const line = documentedError(program, error, command)
  if (line !== undefined) printError(line)
}

/** Parses a command's options, and applies those that control printing. */
export async function optionsOf(command: Command, words: readonly string[]): Promise<OptionValues> {
  const length = command.name.split(' ').length
  const at = firstWord(words)
  const options = readOptions(command, [...words.slice(0, at), ...words.slice(at + length)])
  const loudness = options.flag('only-show-errors') ? 'errors' : options.flag('verbose') ? 'all' : 'notes'
  setPrinting({ loudness })
  // Loaded only on demand, so that most commands start faster.
  const [output, query] = [options.text('output'), options.text('query')]
  const isOurs = command.options['output'] === undefined || command.options['output'].choices !== undefined
  if (isOurs && (output !== 'json' || query !== undefined)) {
    const { formatter } = await import('../output/formats.ts')
    setPrinting({ format: await formatter(output ?? 'json', query) })
  }
  return options
}

async function runCommand(command: Command, words: readonly string[]): Promise<number> {
  return command.run(await optionsOf(command, words))
}

/** The name of the command, of one word or two; undefined for an unknown command or a group. */
function commandName(commandLine: CommandLine, words: readonly string[]): string | undefined {
  const [first = '', second = ''] = words.slice(firstWord(words))
  const name = [`${first} ${second}`, first].find((each) => Object.hasOwn(commandLine.commands, each))
  return name
}

/** The index of the first word of the command's name. Global options without a value may precede it. */
function firstWord(words: readonly string[]): number {
  const at = words.findIndex((word) => !word.startsWith('-'))
  return at < 0 ? words.length : at
}

async function help(
  commandLine: CommandLine,
  words: readonly string[],
  name: string | undefined,
): Promise<number> {
  const { commandHelp, programHelp } = await import('./help.ts')
  if (name !== undefined) {
    printText(`${commandHelp(commandLine.name, await commandLine.commands[name]!())}\n`)
    return 0
  }
  const options = words.slice(0, firstWord(words))
  const given = words.slice(options.length)
  if (given.length === 0 && words.includes('--version')) return version(commandLine)
  const unknown = options.find(
    (word) => word.startsWith('--') && !Object.hasOwn(GLOBAL_OPTIONS, word.slice(2)),
  )
  if (unknown !== undefined) throw unknownOption(unknown, GLOBAL_OPTIONS, `${commandLine.name} --help`)
  const names = Object.keys(commandLine.commands)
  const isGroup =
    given.length === 0 || (given.length === 1 && names.some((each) => each.startsWith(`${given[0]} `)))
  if (!isGroup) throw await unknownCommand(commandLine, given, names)
  const commands = await Promise.all(Object.values(commandLine.commands).map((load) => load()))
  printText(`${programHelp(commandLine.name, commands, given[0] ?? '')}\n`)
  return 0
}

async function version({ name: program }: CommandLine): Promise<number> {
  const { PACKAGE_JSON } = await import('../packaged.ts')
  const { readText } = await import('./files.ts')
  const { name, version } = JSON.parse(await readText(PACKAGE_JSON, 'the package')) as Record<string, string>
  printText(`${program} of ${name} ${version}\n`)
  return 0
}

async function unknownCommand(
  commandLine: CommandLine,
  given: readonly string[],
  names: readonly string[],
): Promise<UsageError> {
  const { nearest } = await import('./nearest.ts')
  const near = nearest(given.slice(0, 2).join(' '), names) ?? nearest(given[0]!, names)
  return new UsageError('E_USAGE', {
    what: `unknown command ${given.join(' ')}`,
    ...(near !== undefined && { expected: `perhaps ${commandLine.name} ${near}` }),
    hint: `run ${commandLine.name} --help for a list`,
  })
}
