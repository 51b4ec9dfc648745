/**
 * toLocaleString and similar methods, for en-US and UTC only; what would need another language, another time zone
 * or a format throws an error that names it, because the engine's own would not look at the argument.
 */
const EN_US = /^en(?:-US)?$/i
const UTC = /^(?:(?:etc\/)?(?:utc|gmt|uct|zulu|universal|greenwich|gmt[+-]?0)|[+-]00:?(?:00)?)$/i

/** Whether a time zone is a name of UTC. */
export const isUtc = (timeZone) => UTC.test(`${timeZone}`)

function refuse(name, locales, options) {
  const other = locales !== undefined && ![locales].flat().every((one) => EN_US.test(`${one}`))
  const formats = Object.entries(options ?? {}).filter(
    ([key, value]) => value !== undefined && !(key === 'timeZone' && isUtc(value)),
  )
  if (!other && formats.length === 0) return
  const what = other ? `the locale ${JSON.stringify(locales)}` : `the option ${formats[0][0]}`
  throw new Error(`${name}: ${what} does not exist in an enclave, which has only en-US and UTC`)
}

/** Digits in groups of three. */
const grouped = (digits) => digits.replace(/\B(?=(?:\d{3})+$)/g, ',')

/** A number with at most three decimals, as en-US writes it: rounded by the shortest decimals that tell it apart. */
function numberText(value) {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  if (size === Infinity) return `${sign}∞`
  const [, first, more = '', exponent] = /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(size.toExponential())
  // The number as thousandths, and one more digit to round by.
  const shift = Number(exponent) - more.length + 4
  const digits = BigInt(first + more)
  const tenThousandths =
    shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(Math.min(-shift, 400))
  const thousandths = String((tenThousandths + 5n) / 10n).padStart(4, '0')
  const decimals = thousandths.slice(-3).replace(/0+$/, '')
  return sign + grouped(thousandths.slice(0, -3)) + (decimals === '' ? '' : `.${decimals}`)
}

const pad = (number) => String(number).padStart(2, '0')
const dateText = (date) => `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`
const timeText = (date) => {
  const hours = date.getUTCHours()
  return `${hours % 12 || 12}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())} ${hours < 12 ? 'AM' : 'PM'}`
}

function method(prototype, name, body) {
  const owner = prototype.constructor.name
  const made = {
    [name](locales = undefined, options = undefined) {
      refuse(`${owner}.prototype.${name}`, locales, options)
      return body(this)
    },
  }[name]
  Object.defineProperty(prototype, name, { value: made, writable: true, configurable: true })
}

/** Installs the methods. */
export function installLocale() {
  const dateMethod = (name, text) =>
    method(Date.prototype, name, (date) =>
      Number.isNaN(Date.prototype.getTime.call(date)) ? 'Invalid Date' : text(date),
    )
  dateMethod('toLocaleString', (date) => `${dateText(date)}, ${timeText(date)}`)
  dateMethod('toLocaleDateString', dateText)
  dateMethod('toLocaleTimeString', timeText)
  method(Number.prototype, 'toLocaleString', (value) => numberText(Number.prototype.valueOf.call(value)))
  method(BigInt.prototype, 'toLocaleString', (value) => {
    const text = BigInt.prototype.toString.call(value)
    return text.startsWith('-') ? `-${grouped(text.slice(1))}` : grouped(text)
  })
}
