/** A command: data that the parser, help, completion and both programs read, and a function that runs it. */
import { EnclaveError } from '../../base/error.ts'

/** One option: its syntax, its help text and its allowed values. */
export interface OptionSpec {
  type: 'string' | 'boolean'
  help: string
  /** The placeholder of the value in help, such as FILE. */
  value?: string
  /** Its one-letter form, without the dash. */
  short?: string
  required?: boolean
  multiple?: boolean
  /** The value must be a whole number within these bounds and a multiple of `step`. */
  integer?: { min: number; max: number; step?: number }
  /** The allowed values. */
  choices?: readonly string[]
  /** The value when the option is omitted. */
  default?: string
  /** Options that cannot be combined with it. */
  excludes?: readonly string[]
}

/** Options by name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** A command; its name may have a group: `enclave make-img`. */
export interface Command {
  name: string
  summary: string
  example: string
  /** Lines that help shows after the example. */
  notes?: readonly string[]
  options: OptionSpecs
  /** Names of the positional arguments; all are required except those in brackets, `[FILE]`. @default none */
  operands?: readonly string[]
  /** Its words are those of another program, which are not parsed: `OptionValues.words`. */
  passesWords?: boolean
  run(options: OptionValues): Promise<number>
}

/** The parsed options and operands. */
export class OptionValues {
  /** The positional arguments, checked against `Command.operands`. */
  readonly operands: readonly string[]
  /** All words after the command's name, unparsed. */
  readonly words: readonly string[]
  readonly #values: Readonly<Record<string, unknown>>

  constructor(
    values: Readonly<Record<string, unknown>>,
    operands: readonly string[] = [],
    words: readonly string[] = [],
  ) {
    this.#values = values
    this.operands = operands
    this.words = words
  }

  /** The same values with options renamed as in `names`, for another command; `fixed` adds options. */
  as(names: Readonly<Record<string, string>>, fixed: Readonly<Record<string, string>> = {}): OptionValues {
    const renamed = Object.entries(this.#values).map(([name, value]) => [names[name] ?? name, value])
    return new OptionValues({ ...Object.fromEntries(renamed), ...fixed }, this.operands, this.words)
  }

  /** The option's value, or undefined. */
  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** The value of an option that is required or has a default. */
  need(name: string): string {
    return this.text(name) ?? ''
  }

  /** The value of an option with `integer` as a number, or undefined. */
  integer(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : Number(text)
  }

  /** The values of an option with `multiple`, in order. */
  list(name: string): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value : []
  }

  /** Whether a boolean option is set. */
  flag(name: string): boolean {
    return this.#values[name] === true
  }
}

/** The exit status of a usage error. */
export const USAGE_STATUS = 2

/** The command line is invalid. */
export class UsageError extends EnclaveError {}
