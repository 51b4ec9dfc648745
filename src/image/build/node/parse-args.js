/** `util.parseArgs`: the options and positional arguments of a command line, by Node's rules and with Node's errors. */
const typeError = (code, message) => Object.assign(new TypeError(message), { code })
const wrongType = (name, expected) =>
  typeError('ERR_INVALID_ARG_TYPE', `The "${name}" property must be ${expected}`)
const wrongValue = (message) => typeError('ERR_PARSE_ARGS_INVALID_OPTION_VALUE', message)

function assertOptions(options) {
  for (const [name, { type, short, multiple = false, default: value }] of Object.entries(options)) {
    if (type !== 'string' && type !== 'boolean')
      throw wrongType(`options.${name}.type`, "'string' or 'boolean'")
    if (short !== undefined && typeof short !== 'string')
      throw wrongType(`options.${name}.short`, 'of type string')
    if (short !== undefined && short.length !== 1)
      throw typeError(
        'ERR_INVALID_ARG_VALUE',
        `The property 'options.${name}.short' must be a single character`,
      )
    if (typeof multiple !== 'boolean') throw wrongType(`options.${name}.multiple`, 'of type boolean')
    if (value === undefined) continue
    const values = multiple ? value : [value]
    if (!Array.isArray(values) || values.some((each) => typeof each !== type))
      throw wrongType(`options.${name}.default`, multiple ? `an array of ${type}s` : `of type ${type}`)
  }
}

/** What `args` say, one after the other. `options` decides which of them take the next argument as their value. */
function* tokensOf(args, options) {
  const typeOf = (name) => (Object.hasOwn(options, name) ? options[name].type : undefined)
  const longOf = (short) => Object.keys(options).find((name) => options[name].short === short) ?? short
  const option = (name, rawName, index, value, inlineValue) => ({
    kind: 'option',
    name,
    rawName,
    index,
    value,
    inlineValue,
  })
  for (let at = 0; at < args.length; at++) {
    const [arg, index] = [args[at], at]
    /** The next argument, for an option that takes one. */
    const next = (name, rawName) => {
      const takes = typeOf(name) === 'string' && at + 1 < args.length
      return takes ? option(name, rawName, index, args[++at], false) : option(name, rawName, index)
    }
    if (arg === '--') {
      yield { kind: 'option-terminator', index }
      while (++at < args.length) yield { kind: 'positional', index: at, value: args[at] }
    } else if (arg.startsWith('--') && arg.length > 2) {
      const end = arg.indexOf('=', 3)
      if (end < 0) yield next(arg.slice(2), arg)
      else yield option(arg.slice(2, end), arg.slice(0, end), index, arg.slice(end + 1), true)
    } else if (arg.startsWith('-') && arg.length > 1) {
      // A group such as -abc: the first one that takes a value takes the rest of the group.
      for (let letter = 1; letter < arg.length; letter++) {
        const [name, rawName] = [longOf(arg[letter]), `-${arg[letter]}`]
        if (letter === arg.length - 1) yield next(name, rawName)
        else if (typeOf(name) !== 'string') yield option(name, rawName, index)
        else {
          yield option(name, rawName, index, arg.slice(letter + 1), true)
          break
        }
      }
    } else yield { kind: 'positional', index, value: arg }
  }
}

const isNegative = (name, { allowNegative }) => allowNegative && name.startsWith('no-')

/** @throws {TypeError} as Node does in strict mode. */
function assertExpected(token, { options, allowPositionals, allowNegative }) {
  if (token.kind === 'positional' && !allowPositionals) {
    const message = `Unexpected argument '${token.value}'. This command does not take positional arguments`
    throw typeError('ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL', message)
  }
  if (token.kind !== 'option') return
  const { rawName, value, inlineValue } = token
  let { name } = token
  if (
    !Object.hasOwn(options, name) &&
    isNegative(name, { allowNegative }) &&
    options[name.slice(3)]?.type === 'boolean'
  )
    name = name.slice(3)
  if (!Object.hasOwn(options, name)) {
    const hint = allowPositionals
      ? `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- ${JSON.stringify(rawName)}`
      : ''
    throw typeError('ERR_PARSE_ARGS_UNKNOWN_OPTION', `Unknown option '${rawName}'${hint}`)
  }
  const { type, short } = options[name]
  const names = `${short ? `-${short}, ` : ''}--${name}`
  if (type === 'string' && value === undefined) throw wrongValue(`Option '${names} <value>' argument missing`)
  if (type === 'boolean' && value !== undefined)
    throw wrongValue(`Option '${names}' does not take an argument`)
  if (!inlineValue && value?.length > 1 && value.startsWith('-')) {
    const example = rawName.startsWith('--') ? `'${rawName}=-XYZ'` : `'--${name}=-XYZ' or '${rawName}-XYZ'`
    throw wrongValue(
      `Option '${rawName}' argument is ambiguous.\nDid you forget to specify the option argument for '${rawName}'?\nTo specify an option argument starting with a dash use ${example}.`,
    )
  }
}

export function parseArgs(config = {}) {
  const {
    args = require('node:process').argv.slice(2),
    options = {},
    strict = true,
    tokens: wantsTokens = false,
  } = config
  const { allowPositionals = !strict, allowNegative = false } = config
  if (!Array.isArray(args))
    throw typeError('ERR_INVALID_ARG_TYPE', 'The "args" argument must be an instance of Array')
  assertOptions(options)
  const tokens = [...tokensOf(args, options)]
  const values = Object.create(null)
  const positionals = []
  for (const token of tokens) {
    if (strict) assertExpected(token, { options, allowPositionals, allowNegative })
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option' || token.name === '__proto__') continue
    const negates = isNegative(token.name, { allowNegative }) && token.value === undefined
    if (negates) token.name = token.name.slice(3)
    const { name } = token
    const value = negates ? false : (token.value ?? true)
    if (Object.hasOwn(options, name) && options[name].multiple)
      values[name] = [...(values[name] ?? []), value]
    else values[name] = value
  }
  for (const [name, { default: value }] of Object.entries(options))
    if (value !== undefined && !(name in values)) values[name] = value
  return { values, positionals, ...(wantsTokens && { tokens }) }
}
