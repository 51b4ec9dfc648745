/**
 * `Intl` (ECMA-402) as far as packages need it to load: its classes can be constructed and return their options,
 * which are those of en-US and UTC. Whatever would need the data of a language throws an error that names it. Loaded on
 * first use.
 */
import { isUtc } from './locale.js'

const LOCALE = 'en-US'

/** What each class resolves to without options, and its members that need the data of a language. */
const CLASSES = {
  Collator: {
    resolved: {
      usage: 'sort',
      sensitivity: 'variant',
      ignorePunctuation: false,
      collation: 'default',
      numeric: false,
      caseFirst: 'false',
    },
    missing: ['compare'],
  },
  DateTimeFormat: {
    resolved: {
      calendar: 'gregory',
      numberingSystem: 'latn',
      timeZone: 'UTC',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    },
    missing: ['format', 'formatToParts', 'formatRange', 'formatRangeToParts'],
  },
  DisplayNames: { resolved: { style: 'long', type: 'language', fallback: 'code' }, missing: ['of'] },
  DurationFormat: {
    resolved: { numberingSystem: 'latn', style: 'short' },
    missing: ['format', 'formatToParts'],
  },
  ListFormat: { resolved: { type: 'conjunction', style: 'long' }, missing: ['format', 'formatToParts'] },
  NumberFormat: {
    resolved: {
      numberingSystem: 'latn',
      style: 'decimal',
      minimumIntegerDigits: 1,
      minimumFractionDigits: 0,
      maximumFractionDigits: 3,
      useGrouping: 'auto',
      notation: 'standard',
      signDisplay: 'auto',
      roundingIncrement: 1,
      roundingMode: 'halfExpand',
      roundingPriority: 'auto',
      trailingZeroDisplay: 'auto',
    },
    missing: ['format', 'formatToParts', 'formatRange', 'formatRangeToParts'],
  },
  PluralRules: {
    resolved: { type: 'cardinal', pluralCategories: ['one', 'other'] },
    missing: ['select', 'selectRange'],
  },
  RelativeTimeFormat: {
    resolved: { style: 'long', numeric: 'always', numberingSystem: 'latn' },
    missing: ['format', 'formatToParts'],
  },
  Segmenter: { resolved: { granularity: 'grapheme' }, missing: ['segment'] },
}
/** Members that are accessors of a bound function; the others are methods. */
const ACCESSORS = new Set(['Collator.compare', 'DateTimeFormat.format', 'NumberFormat.format'])

const missing = (name) => {
  throw new Error(`${name} does not exist in an enclave, which has only en-US and UTC`)
}

function canonical(locales) {
  if (locales === undefined) return []
  const list = typeof locales === 'string' ? [locales] : Array.from(locales, (one) => `${one}`)
  for (const tag of list) {
    if (!/^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/i.test(tag))
      throw new RangeError(`Incorrect locale information provided: ${tag}`)
  }
  const shape = (part, at) => {
    if (at === 0) return part.toLowerCase()
    if (part.length === 4) return part[0].toUpperCase() + part.slice(1).toLowerCase()
    return part.length === 2 ? part.toUpperCase() : part.toLowerCase()
  }
  return [...new Set(list.map((tag) => tag.split('-').map(shape).join('-')))]
}

const isKnown = (tag) => tag === 'en' || tag === LOCALE

/** The time zone of the options. @throws {RangeError} for every one but UTC. */
function zoneOf(options) {
  if (options?.timeZone === undefined) return
  if (!isUtc(options.timeZone)) {
    throw new RangeError(`Invalid time zone specified: ${options.timeZone}; an enclave has only UTC`)
  }
}

function createClass(name, { resolved, missing: members }) {
  const made = {
    [name]: class {
      #options
      constructor(locales = undefined, options = undefined) {
        const locale = canonical(locales).find(isKnown) ?? LOCALE
        if (name === 'DateTimeFormat') zoneOf(options)
        const given = Object.keys(resolved)
          .filter((key) => key !== 'timeZone' && options?.[key] !== undefined)
          .map((key) => [key, options[key]])
        this.#options = { locale, ...resolved, ...Object.fromEntries(given) }
      }
      static supportedLocalesOf(locales) {
        return canonical(locales).filter(isKnown)
      }
      resolvedOptions() {
        return { ...this.#options }
      }
    },
  }[name]
  for (const member of members) {
    const title = `Intl.${name}.prototype.${member}`
    const fail = { [member]: () => missing(title) }[member]
    const isAccessor = ACCESSORS.has(`${name}.${member}`)
    Object.defineProperty(made.prototype, member, {
      ...(isAccessor ? { get: () => fail } : { value: fail, writable: true }),
      configurable: true,
    })
  }
  Object.defineProperty(made.prototype, Symbol.toStringTag, { value: `Intl.${name}`, configurable: true })
  // ECMA-402 lets these three be called without `new`.
  if (!['Collator', 'DateTimeFormat', 'NumberFormat'].includes(name)) return made
  return new Proxy(made, { apply: (target, _, given) => new target(...given) })
}

function createIntl() {
  const intl = {}
  const set = (key, value) => Object.defineProperty(intl, key, { value, writable: true, configurable: true })
  for (const [name, form] of Object.entries(CLASSES)) set(name, createClass(name, form))
  set('getCanonicalLocales', (locales) => canonical(locales))
  set('supportedValuesOf', (key) => {
    const known = {
      calendar: ['gregory'],
      collation: [],
      currency: [],
      numberingSystem: ['latn'],
      timeZone: ['UTC'],
      unit: [],
    }
    if (!Object.hasOwn(known, `${key}`)) throw new RangeError(`Invalid key: ${key}`)
    return known[key]
  })
  set(
    'Locale',
    class Locale {
      constructor() {
        missing('Intl.Locale')
      }
    },
  )
  Object.defineProperty(intl, Symbol.toStringTag, { value: 'Intl', configurable: true })
  return intl
}

const intl = createIntl()

export { intl as Intl }
