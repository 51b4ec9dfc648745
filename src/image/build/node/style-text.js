/** `util.styleText`. The console of an enclave is not a terminal, so there are no codes unless the caller insists. */
import { inspect } from './inspect.js'

function invalid(type, code, message) {
  return Object.assign(new type(message), { code })
}

export function styleText(format, text, { validateStream = true } = {}) {
  if (typeof text !== 'string')
    throw invalid(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "text" argument must be of type string')
  const codes = [format].flat().filter((name) => name !== 'none')
  const unknown = codes.find((name) => !Object.hasOwn(inspect.colors, name))
  if (unknown !== undefined)
    throw invalid(
      TypeError,
      'ERR_INVALID_ARG_VALUE',
      `The argument 'format' must be a known style. Received '${unknown}'`,
    )
  if (validateStream) return text
  return codes.reduceRight((inner, name) => {
    const [open, close] = inspect.colors[name]
    return `\u001b[${open}m${inner}\u001b[${close}m`
  }, text)
}
