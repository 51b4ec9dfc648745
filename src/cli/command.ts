/** What a command is, and how the words of a command line become its options. */
import { parseArgs } from 'node:util'
import { EnclaveError } from '../base/error.ts'

/** One option: how it is written, what it means, whether it must be there. */
export interface OptionSpec {
  type: 'string' | 'boolean'
  help: string
  /** What the value is called in help. */
  value?: string
  required?: boolean
  multiple?: boolean
}

/** A command's words, in groups: `enclave make-img`. */
export interface Command {
  name: string
  summary: string
  example: string
  options: Readonly<Record<string, OptionSpec>>
  /** What the words without an option are called; all of them must be there. @default none */
  operands?: readonly string[]
  run(options: OptionValues): Promise<number>
}

/** The options and operands as given. */
export class OptionValues {
  /** The words without an option, as many as the command names. */
  readonly operands: readonly string[]
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>, operands: readonly string[] = []) {
    this.#values = values
    this.operands = operands
  }

  /** The option's text, or undefined. */
  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** The text of a required option. */
  need(name: string): string {
    return this.text(name) ?? ''
  }

  /** The texts of an option that may be given several times, in their order. */
  list(name: string): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value : []
  }

  /** Whether an option without a value is there. */
  flag(name: string): boolean {
    return this.#values[name] === true
  }
}

/** The command line is wrong; the exit status is 2. */
export class UsageError extends EnclaveError {}

/**
 * Reads the words that follow a command's name.
 * @throws {UsageError} E_USAGE for an unknown option, one without its value, one that is missing, and for operands
 * too few or too many.
 */
export function readOptions(command: Command, words: readonly string[]): OptionValues {
  const spec = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  )
  const operands = command.operands ?? []
  let values: Record<string, unknown>
  let positionals: string[]
  try {
    const parsed = parseArgs({
      args: [...words],
      options: spec,
      strict: true,
      allowPositionals: operands.length > 0,
    })
    ;({ values, positionals } = parsed)
  } catch (cause) {
    throw new UsageError('E_USAGE', {
      what: (cause instanceof Error ? cause.message : String(cause)).replaceAll('\n', ' '),
      hint: `see qt ${command.name} --help`,
      cause,
    })
  }
  for (const [name, { required }] of Object.entries(command.options)) {
    if (!required || values[name] !== undefined) continue
    throw new UsageError('E_USAGE', {
      what: `missing necessary argument --${name}`,
      hint: `for example: ${command.example}`,
    })
  }
  if (positionals.length !== operands.length) {
    throw new UsageError('E_USAGE', {
      what: `the command takes ${operands.join(' and ')}`,
      got: positionals.join(' ') || 'none',
      hint: `for example: ${command.example}`,
    })
  }
  return new OptionValues(values, positionals)
}

/** Help for one command. */
export function commandHelp(command: Command): string {
  const written = Object.entries(command.options).map(
    ([name, { value, help, required }]) =>
      [`--${name}${value ? ` ${value}` : ''}`, `${help}${required ? ' (required)' : ''}`] as const,
  )
  const width = Math.max(0, ...written.map(([option]) => option.length)) + 2
  const rows = written.map(([option, help]) => `  ${option.padEnd(width)}${help}`)
  const head = [`qt ${command.name}`, ...(command.operands ?? [])].join(' ')
  return [`${head}: ${command.summary}`, '', ...rows, '', `Example: ${command.example}`].join('\n')
}
