/**
 * What a component's glue finds in a tab once the kernel has emptied the Worker's scope (issue 5): JavaScript itself,
 * and nothing that was taken away, by whatever way it is looked for. Each look finds plenty where nothing was emptied.
 */
import { runInNewContext } from 'node:vm'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelScript } from '../support/probe.ts'
import { BarePages } from './bare-page.ts'
import type { Surroundings } from './seal-page.ts'

/** JavaScript's own names, as a realm without any host has them. */
const JAVASCRIPT = new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[])
/** The host's names that are left hold no way out; two of them are numbers that a browser does not let go of. */
const LEFT = ['PERSISTENT', 'TEMPORARY', 'TextDecoder', 'TextEncoder', 'queueMicrotask']

/** Stands before the kernel: what the scope had, by name, and how to look at what can be reached. */
const BEFORE = `
const holdersOf = (object) => {
  const holders = []
  for (let it = object; it !== null && it !== Object.prototype; it = Object.getPrototypeOf(it)) holders.push(it)
  return holders
}
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'
const partsOf = (object) => Reflect.ownKeys(object).flatMap((key) => {
  const { value, get, set } = Reflect.getOwnPropertyDescriptor(object, key) ?? {}
  return [value, get, set]
})
const had = new Map()
// What browsers lend from arrays to lists of their own is JavaScript's.
const ofArrays = new Set(partsOf(Array.prototype))
const note = (name, parts) => {
  for (const part of parts) if (isObject(part) && !had.has(part) && !ofArrays.has(part)) had.set(part, String(name))
}
const named = holdersOf(globalThis).flatMap((holder) =>
  Reflect.ownKeys(holder).map((key) => [key, Reflect.getOwnPropertyDescriptor(holder, key)]))
for (const [key, { value, get, set }] of named) note(key, [value, get, set])
for (const [key, { value }] of named) if (isObject(value) && value.prototype) note(key, partsOf(value.prototype))
// What makes code of text; what functions inherit beside it is JavaScript's.
const makers = [() => {}, async () => {}, function* () {}, async function* () {}].map((each) => each.constructor)
/** All that can be reached from the values of \`roots\` by properties, accessors and prototypes. */
const reach = (roots) => {
  const seen = new Set(roots)
  for (const object of seen) {
    for (const part of [...partsOf(object), Object.getPrototypeOf(object)]) if (isObject(part)) seen.add(part)
  }
  return seen
}
const roots = () => [
  globalThis, import.meta, () => {}, async () => {}, function* () {}, async function* () {}, (function* () {})(),
  (async function* () {})(), class {}, [], /./, Promise.resolve(), new Error('probe'), Symbol.iterator, 1n, 1, '', true,
  [][Symbol.iterator](), new Map().entries(), ''.matchAll(/./g), new Intl.Segmenter().segment('')[Symbol.iterator](),
  (function () { return arguments })(), new Proxy({}, {}), WebAssembly, Atomics, Reflect,
].map(Object)
`

interface Looked {
  found: string[]
  making: number
  reached: number
}
let pages: BarePages
let page: Page
let kernel: string

beforeAll(async () => {
  pages = await BarePages.open('seal-page.ts')
  page = await pages.visitIsolated()
  kernel = `${BEFORE}${await kernelScript()}`
}, 300_000)

afterAll(() => pages?.close())

/** What the expressions in `glue` are; those at its top are evaluated when the glue is, before it is called. */
function look(surroundings: Surroundings, glue: string): Promise<unknown> {
  // Where nothing is emptied there is no kernel either.
  const text = surroundings === 'emptied' ? glue : `${BEFORE}${glue}`
  return page.evaluate(
    ([where, ...words]) =>
      (globalThis as unknown as { bundle: typeof import('./seal-page.ts') }).bundle.ask(
        where as Surroundings,
        words[0]!,
        {},
        words[1]!,
      ),
    [surroundings, text, kernel] as const,
  )
}

describe('the names in the scope', () => {
  const GLUE = `
    const namesHere = () => holdersOf(globalThis).flatMap((holder) =>
      Reflect.ownKeys(holder).filter((key) => globalThis[key] !== undefined).map(String))
    const atTheTop = namesHere()
    const instantiate = () => [atTheTop, namesHere()]`
  const notJavaScript = (names: string[]) => names.filter((name) => !JAVASCRIPT.has(name)).sort()

  test('are JavaScript’s own and three more, for the glue’s first line and when it is called', async () => {
    const [atTheTop, later] = (await look('emptied', GLUE)) as [string[], string[]]
    expect(notJavaScript(atTheTop)).toEqual(LEFT)
    expect(notJavaScript(later)).toEqual(LEFT)
    expect(atTheTop).toContain('WebAssembly')
    for (const name of ['eval', 'Function', 'console']) expect(atTheTop).not.toContain(name)
  })

  test('are hundreds where nothing was emptied', async () => {
    const [names] = (await look('open', GLUE)) as [string[]]
    expect(notJavaScript(names).length).toBeGreaterThan(200)
    for (const name of ['fetch', 'postMessage', 'constructor', 'addEventListener'])
      expect(names).toContain(name)
  })
})

describe('all that can be reached, by properties, accessors, prototypes and constructors', () => {
  const GLUE = `
    const allowed = new Set(${JSON.stringify([...JAVASCRIPT, ...LEFT])})
    for (const name of ['eval', 'console']) allowed.delete(name)
    const instantiate = () => {
      const reached = reach(roots())
      const found = [...had].filter(([value, name]) => !allowed.has(name) && reached.has(value)).map(([, name]) => name)
      const making = makers.filter((each) => reached.has(each)).length
      return { found: [...new Set(found)], making, reached: reached.size }
    }`

  test('holds nothing that was taken away', async () => {
    const { found, making, reached } = (await look('emptied', GLUE)) as Looked
    expect([found, making]).toEqual([[], 0])
    expect(reached).toBeGreaterThan(500)
  })

  test('holds all of it where nothing was emptied', async () => {
    const { found, making } = (await look('open', GLUE)) as Looked
    expect(making).toBe(4)
    expect(found.length).toBeGreaterThan(200)
    expect(found).toContain('fetch')
  })
})

describe('a way round', () => {
  /** Each with what it gives in the emptied scope, and what where nothing is emptied or sealed. */
  test.each<[string, unknown, unknown]>([
    ["Function('return this')()", 'ReferenceError', 'an object'],
    ["(() => {}).constructor('return this')()", 'TypeError', 'an object'],
    ["[].constructor.constructor('return this')()", 'TypeError', 'an object'],
    ["(async () => {}).constructor('return this')()", 'TypeError', 'an object'],
    ["(function* () {}).constructor('return this')()", 'TypeError', 'an object'],
    ["Reflect.construct((() => {}).constructor, ['return this'])()", 'TypeError', 'an object'],
    ["(0, eval)('this')", 'ReferenceError', 'an object'],
    ['(function () { return this })()', 'undefined', 'undefined'],
    ['Object.getPrototypeOf(globalThis).constructor.name', 'Object', 'DedicatedWorkerGlobalScope'],
    ['globalThis.constructor.name', 'Object', 'DedicatedWorkerGlobalScope'],
    ['globalThis.__proto__.__proto__.__proto__.constructor.name', 'Object', 'EventTarget'],
    [
      "import('data:text/javascript,export const here = globalThis').then(({ here }) => here)",
      'TypeError',
      'an object',
    ],
    ['callers.every((it) => it === undefined)', 'true', 'true'],
  ])('%s gives %s', async (expression, emptied, open) => {
    const glue = `
      const instantiate = async () => {
        try {
          const callers = (() => {
            const before = Error.prepareStackTrace
            Error.prepareStackTrace = (_, sites) => sites.flatMap((site) => [site.getThis(), site.getFunction()])
            try { return new Error('probe').stack } finally { Error.prepareStackTrace = before }
          })()
          const value = await (${expression})
          return typeof value === 'object' || typeof value === 'function' ? 'an object' : String(value)
        } catch (error) { return error.name }
      }`
    expect([await look('emptied', glue), await look('open', glue)]).toEqual([emptied, open])
  })
})
