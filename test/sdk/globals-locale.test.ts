/** Intl and toLocaleString in an enclave: what is there is as in Node, what is not there says so by name. */
import { bigInt, date, double, integer, oneof, sample } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 20_000 : 1000

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

describe('toLocaleString without options', () => {
  test('of numbers is what Node writes in en-US', async () => {
    const numbers = sample(
      oneof(double({ noNaN: true }), double({ min: -1e6, max: 1e6, noNaN: true }), integer()),
      RUNS,
    )
    const texts = [
      ...numbers.map(String),
      '0',
      '-0',
      'NaN',
      'Infinity',
      '-Infinity',
      '0.0005',
      '1.0005',
      '999.9995',
      '1e21',
    ]
    const code = `return ${JSON.stringify(texts)}.map((text) => Number(text).toLocaleString())`
    const found = await lab.run<string[]>(code)
    expect(found).toEqual(texts.map((text) => Number(text).toLocaleString('en-US')))
  })

  test('of BigInts and dates is what Node writes in en-US and UTC', async () => {
    const integers = sample(bigInt(), RUNS / 10).map(String)
    const times = sample(
      date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }),
      RUNS,
    ).map(Number)
    const code = `const dates = ${JSON.stringify(times)}.map((time) => new Date(time))
      return [
        ${JSON.stringify(integers)}.map((text) => BigInt(text).toLocaleString()),
        dates.map((date) => [date.toLocaleString(), date.toLocaleDateString('en-US'), date.toLocaleTimeString('en', { timeZone: 'UTC' })]),
      ]`
    const utc = { timeZone: 'UTC' }
    // Node separates the time and AM or PM with a narrow space.
    const plain = (text: string) => text.replaceAll('\u202f', ' ')
    const dates = times.map((time) => new Date(time))
    expect(await lab.run(code)).toEqual([
      integers.map((text) => BigInt(text).toLocaleString('en-US')),
      dates.map((one) => [
        plain(one.toLocaleString('en-US', utc)),
        one.toLocaleDateString('en-US', utc),
        plain(one.toLocaleTimeString('en-US', utc)),
      ]),
    ])
  })
})

/** What an expression gives in the enclave: its value, or its error's name and message. */
const attempt = (expression: string) =>
  lab.run(`try { return ${expression} } catch (error) { return error.name + ': ' + error.message }`)

const WITHOUT = 'does not exist in an enclave, which has only en-US and UTC'

test.each([
  ['(5).toLocaleString("de")', 'Number.prototype.toLocaleString: the locale "de"'],
  ['(5).toLocaleString("en-US", { style: "percent" })', 'Number.prototype.toLocaleString: the option style'],
  [
    'new Date().toLocaleDateString(undefined, { month: "long" })',
    'Date.prototype.toLocaleDateString: the option month',
  ],
  [
    'new Date().toLocaleString("en", { timeZone: "Europe/Paris" })',
    'Date.prototype.toLocaleString: the option timeZone',
  ],
  ['new Intl.NumberFormat().format(1)', 'Intl.NumberFormat.prototype.format'],
  [
    'new Intl.DateTimeFormat("en-US", { year: "numeric" }).formatToParts()',
    'Intl.DateTimeFormat.prototype.formatToParts',
  ],
  ['[1].map(new Intl.DateTimeFormat().format)', 'Intl.DateTimeFormat.prototype.format'],
  ['new Intl.RelativeTimeFormat("en").format(1, "day")', 'Intl.RelativeTimeFormat.prototype.format'],
  ['new Intl.PluralRules("en").select(1)', 'Intl.PluralRules.prototype.select'],
  ['[..."ab"].sort(Intl.Collator().compare)', 'Intl.Collator.prototype.compare'],
  ['[...new Intl.Segmenter().segment("a")]', 'Intl.Segmenter.prototype.segment'],
  ['new Intl.Locale("en")', 'Intl.Locale'],
])('%s throws an error that names it', async (expression, name) => {
  expect(await attempt(expression)).toBe(`Error: ${name} ${WITHOUT}`)
})

test('packages can begin: options are resolved to en-US and UTC', async () => {
  const found =
    await lab.run(`const { locale, timeZone, calendar, numberingSystem } = Intl.DateTimeFormat().resolvedOptions()
    return [locale, timeZone, calendar, numberingSystem, new Intl.NumberFormat('de-DE').resolvedOptions().locale,
      Intl.DateTimeFormat.supportedLocalesOf(['de', 'en-us', 'en']), Intl.getCanonicalLocales('EN-latn-us'),
      new Intl.DateTimeFormat('en', { timeZone: 'Etc/UTC' }) instanceof Intl.DateTimeFormat,
      Object.prototype.toString.call(Intl), Intl.supportedValuesOf('timeZone')]`)
  expect(found).toEqual([
    'en-US',
    'UTC',
    'gregory',
    'latn',
    'en-US',
    ['en-US', 'en'],
    ['en-Latn-US'],
    true,
    '[object Intl]',
    ['UTC'],
  ])
  expect(await attempt('new Intl.DateTimeFormat("en", { timeZone: "Europe/Paris" })')).toBe(
    'RangeError: Invalid time zone specified: Europe/Paris; an enclave has only UTC',
  )
  expect(await attempt('Intl.getCanonicalLocales("not a locale")')).toMatch(/^RangeError/)
})

test('fetch rejects without a proxy, and says so', async () => {
  expect(await attempt('await fetch("https://example.com/path")')).toMatch(
    /^TypeError: fetch failed: E_NETWORK_PROXY: cannot connect to a proxy on port 8000 of the parent instance/,
  )
  expect(await attempt('await fetch("ftp://example.com/path")')).toBe(
    'TypeError: fetch failed: the protocol ftp: is neither http: nor https:',
  )
  expect(await attempt('await fetch("relative")')).toBe(
    'TypeError: Request: "relative" is not an absolute URL',
  )
  expect(await attempt('await fetch("http://a/", { signal: AbortSignal.abort() })')).toMatch(/^AbortError: /)
})

test('the time of an enclave begins at its start', async () => {
  const before = Date.now()
  await using fresh = await Laboratory.open()
  const [origin, now, date] = await fresh.run<number[]>(
    'return [performance.timeOrigin, performance.now(), Date.now()]',
  )
  expect(origin).toBeGreaterThanOrEqual(before)
  expect(origin! + now!).toBeLessThanOrEqual(date! + 2)
  expect(now).toBeGreaterThan(0)
})
