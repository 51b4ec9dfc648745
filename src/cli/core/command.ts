/** What a command is: data that the parser, help, completion and both programs read, and a function that runs it. */
import { EnclaveError } from '../../base/error.ts'

/** One option: how it is written, what it means, what it takes. */
export interface OptionSpec {
  type: 'string' | 'boolean'
  help: string
  /** What the value is called in help. */
  value?: string
  /** The one letter that stands for it. */
  short?: string
  required?: boolean
  multiple?: boolean
  /** Its value is a whole number within these bounds, and a multiple of `step`. */
  integer?: { min: number; max: number; step?: number }
  /** Its value is one of these words. */
  choices?: readonly string[]
  /** What it is where it is not given. */
  default?: string
  /** Options that contradict it. */
  excludes?: readonly string[]
}

/** Options by their names. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** A command's words, in groups: `enclave make-img`. */
export interface Command {
  name: string
  summary: string
  example: string
  options: OptionSpecs
  /** What the words without an option are called; all of them must be there but those in brackets, `[FILE]`. @default none */
  operands?: readonly string[]
  run(options: OptionValues): Promise<number>
}

/** The options and operands as given. */
export class OptionValues {
  /** The words without an option, as many as the command names. */
  readonly operands: readonly string[]
  /** All words that followed the command's name, as they were given. */
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

  /** The same under other names, as another command takes them; `fixed` are options of its own. */
  as(names: Readonly<Record<string, string>>, fixed: Readonly<Record<string, string>> = {}): OptionValues {
    const renamed = Object.entries(this.#values).map(([name, value]) => [names[name] ?? name, value])
    return new OptionValues({ ...Object.fromEntries(renamed), ...fixed }, this.operands, this.words)
  }

  /** The option's text, or undefined. */
  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** The text of an option that is required or has a default. */
  need(name: string): string {
    return this.text(name) ?? ''
  }

  /** The number of an option whose value is a whole number, or undefined. */
  integer(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : Number(text)
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

/** The exit status where the command line is wrong. */
export const USAGE_STATUS = 2

/** The command line is wrong. */
export class UsageError extends EnclaveError {}
