/** Help texts, generated from the commands' data. */
import type { Command, OptionSpec, OptionSpecs } from './command.ts'
import { allOptions } from './read-options.ts'

/** The help of one command of `program`. */
export function commandHelp(program: string, command: Command): string {
  const own = rows(command.options)
  const common = rows(
    Object.fromEntries(Object.entries(allOptions(command)).filter(([name]) => !(name in command.options))),
  )
  const width = Math.max(...[...own, ...common].map(([option]) => option.length)) + 2
  const lines = (all: [string, string][]) => all.map(([option, help]) => `  ${option.padEnd(width)}${help}`)
  const head = [program, command.name, ...(command.operands ?? [])].join(' ')
  return [
    `${head}: ${command.summary}`,
    '',
    ...(own.length > 0 ? [...lines(own), ''] : []),
    ...(common.length > 0 ? ['Options of every command:', ...lines(common), ''] : []),
    `Example: ${command.example}`,
    ...(command.notes ? ['', ...command.notes] : []),
  ].join('\n')
}

/** The help of a program: all commands, or only those of `group` if it is not empty. */
export function programHelp(program: string, commands: readonly Command[], group: string): string {
  const chosen = commands.filter(({ name }) => group === '' || name.startsWith(`${group} `))
  const width = Math.max(...chosen.map(({ name }) => name.length)) + 2
  const list = chosen.map(({ name, summary }) => `  ${program} ${name.padEnd(width)}${summary}`)
  return [
    'Enclaves as WebAssembly: no hardware isolation; the attestation root is simulated.',
    '',
    ...list,
    '',
    `Run ${program} COMMAND --help for the options of a command.`,
    `Example: ${chosen[0]!.example}`,
  ].join('\n')
}

function rows(options: OptionSpecs): [string, string][] {
  return Object.entries(options).map(([name, spec]) => [written(name, spec), meaning(spec)])
}

function written(name: string, { short, value }: OptionSpec): string {
  return `--${name}${short ? `, -${short}` : ''}${value ? ` ${value}` : ''}`
}

function meaning({ help, integer, choices, required, multiple, default: otherwise }: OptionSpec): string {
  const notes = [
    integer && `${integer.min} to ${integer.max}${integer.step ? `, in steps of ${integer.step}` : ''}`,
    choices?.join(', '),
    otherwise !== undefined && `default ${otherwise}`,
    multiple && 'repeatable',
    required && 'required',
  ].filter(Boolean)
  return notes.length > 0 ? `${help} (${notes.join('; ')})` : help
}
