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
  run(options: OptionValues): Promise<number>
}

/** The options as given. */
export class OptionValues {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
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
}

/** The command line is wrong; the exit status is 2. */
export class UsageError extends EnclaveError {}

/**
 * Reads the words that follow a command's name.
 * @throws {UsageError} E_USAGE for an unknown option, one without its value, or one that is missing.
 */
export function readOptions(command: Command, words: readonly string[]): OptionValues {
  const spec = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  )
  let values: Record<string, unknown>
  try {
    values = parseArgs({ args: [...words], options: spec, strict: true, allowPositionals: false }).values
  } catch (cause) {
    throw new UsageError('E_USAGE', {
      what: cause instanceof Error ? cause.message : String(cause),
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
  return new OptionValues(values)
}

/** Help for one command. */
export function commandHelp(command: Command): string {
  const rows = Object.entries(command.options).map(([name, { value, help, required }]) => {
    const written = `--${name}${value ? ` ${value}` : ''}`
    return `  ${written.padEnd(24)}${help}${required ? ' (required)' : ''}`
  })
  return [`qt ${command.name}: ${command.summary}`, '', ...rows, '', `Example: ${command.example}`].join('\n')
}
