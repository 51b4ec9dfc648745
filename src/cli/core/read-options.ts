/** Parses the words of a command line into a command's options, or reports which word is wrong. */
import { parseArgs } from 'node:util'
import { type Command, type OptionSpec, type OptionSpecs, OptionValues, UsageError } from './command.ts'
import { nearest } from './nearest.ts'

/** Options that every command has. A command's own option of the same name takes precedence. */
export const GLOBAL_OPTIONS: OptionSpecs = {
  help: { type: 'boolean', short: 'h', help: 'show this help' },
  output: {
    type: 'string',
    short: 'o',
    value: 'FORMAT',
    choices: ['json', 'jsonc', 'none', 'table', 'tsv', 'yaml', 'yamlc'],
    default: 'json',
    help: 'output format of the result',
  },
  query: { type: 'string', value: 'JMESPATH', help: 'print only this part of the result' },
  'only-show-errors': {
    type: 'boolean',
    excludes: ['verbose'],
    help: 'print errors only, no other messages',
  },
  verbose: { type: 'boolean', help: 'print more messages' },
  debug: { type: 'boolean', help: 'print stack traces of errors' },
}

/** A command's own options and the global ones; none if its words are another program's. */
export function allOptions({ options, passesWords }: Command): OptionSpecs {
  return passesWords ? {} : { ...GLOBAL_OPTIONS, ...options }
}

/**
 * Parses the words after a command's name.
 * @throws {UsageError} E_USAGE_MISSING for a missing argument; E_USAGE_CONFLICT for options that exclude each other;
 * E_USAGE for an unknown option, an option with a missing or invalid value, an option given twice, and too many
 * operands.
 */
export function readOptions(command: Command, words: readonly string[]): OptionValues {
  if (command.passesWords) return new OptionValues({}, [], words)
  const specs = allOptions(command)
  const { tokens, positionals } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { type, short }]) => [name, { type, ...(short && { short }) }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Record<string, string | boolean | string[]> = {}
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (!spec) throw unknownOption(rawName, specs, command.example)
    if (Object.hasOwn(values, name) && !spec.multiple) {
      throw usage(command, `${rawName} is given twice`, 'once')
    }
    if (spec.type === 'boolean') {
      if (value !== undefined)
        throw usage(command, `${rawName} takes no value`, rawName, `${rawName}=${value}`)
      values[name] = true
      continue
    }
    // A value that begins with - must be attached with =, because it may be a misplaced option.
    if (value === undefined || (!token.inlineValue && /^-./.test(value))) {
      const form = value === undefined ? ` ${spec.value ?? 'VALUE'}` : `=${value}, if that is the value`
      throw usage(command, `${rawName} needs a value`, `${rawName}${form}`)
    }
    checkValue(command, rawName, spec, value)
    if (spec.multiple) values[name] = [...((values[name] as string[] | undefined) ?? []), value]
    else values[name] = value
  }
  checkTogether(command, specs, values)
  checkOperands(command, positionals)
  for (const [name, { default: otherwise }] of Object.entries(specs)) {
    if (otherwise !== undefined && values[name] === undefined) values[name] = otherwise
  }
  return new OptionValues(values, positionals, words)
}

function checkValue(command: Command, name: string, { integer, choices }: OptionSpec, value: string): void {
  if (choices && !choices.includes(value)) {
    throw usage(command, `invalid ${name}`, choices.join(', '), value, nearest(value, choices))
  }
  if (!integer) return
  const { min, max, step = 1 } = integer
  const number = Number(value)
  if (/^-?\d+$/.test(value) && number >= min && number <= max && number % step === 0) return
  const kind = step === 1 ? 'a whole number' : `a multiple of ${step}`
  throw usage(command, `invalid ${name}`, `${kind} from ${min} to ${max}`, value)
}

function checkTogether(command: Command, specs: OptionSpecs, values: Record<string, unknown>): void {
  for (const [name, { required, excludes = [] }] of Object.entries(specs)) {
    if (values[name] === undefined) {
      if (!required) continue
      throw new UsageError('E_USAGE_MISSING', {
        what: `missing necessary argument --${name}`,
        hint: `for example: ${command.example}`,
      })
    }
    const other = excludes.find((each) => values[each] !== undefined)
    if (other === undefined) continue
    throw new UsageError('E_USAGE_CONFLICT', {
      what: `--${name} and --${other} exclude each other`,
      expected: 'one of the two',
      hint: `for example: ${command.example}`,
    })
  }
}

function checkOperands({ operands = [], example }: Command, given: readonly string[]): void {
  const least = operands.filter((name) => !name.startsWith('[')).length
  if (given.length >= least && given.length <= operands.length) return
  throw new UsageError(given.length < least ? 'E_USAGE_MISSING' : 'E_USAGE', {
    what: `this command expects ${operands.join(' and ') || 'only options'}`,
    got: given.join(' ') || 'none',
    hint: `for example: ${example}`,
  })
}

/** The error for an option that is not in `specs`. */
export function unknownOption(name: string, specs: OptionSpecs, example: string): UsageError {
  const near = nearest(
    name,
    Object.keys(specs).map((each) => `--${each}`),
  )
  const advice = name.startsWith('--docker-d')
    ? 'there is no Docker engine here: build the image with Docker elsewhere, save it with docker save -o image.tar, and pass --docker-uri image.tar'
    : undefined
  return new UsageError('E_USAGE', {
    what: `unknown option ${name}`,
    ...(near && !advice && { expected: `perhaps ${near}` }),
    hint: [advice, `for example: ${example}`].filter(Boolean).join('; '),
  })
}

function usage(
  { example }: Command,
  what: string,
  expected: string,
  got?: string,
  near?: string,
): UsageError {
  return new UsageError('E_USAGE', {
    what,
    expected,
    ...(got !== undefined && { got: got === '' ? 'nothing' : got }),
    hint: `${near === undefined ? '' : `perhaps ${near}; `}for example: ${example}`,
  })
}
