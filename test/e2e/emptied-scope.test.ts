/**
 * What a component's glue can reach in a browser after the kernel has emptied the Worker's global scope: JavaScript
 * itself, and none of the removed objects, whichever way it searches. Each search has a control in a scope that was
 * not emptied, where it must find many of them.
 */
import { runInNewContext } from 'node:vm'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelScript } from '../support/probe.ts'
import { BarePages } from './bare-page.ts'
import type { Surroundings } from './seal-page.ts'

/** The global names of JavaScript itself, taken from a realm without host objects. */
const JAVASCRIPT = new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[])
/**
 * The host's names that remain are harmless; two of them are numeric constants that a browser does not let us delete.
 */
const REMAINING = ['PERSISTENT', 'TEMPORARY', 'TextDecoder', 'TextEncoder', 'queueMicrotask']

/**
 * Runs before the kernel: records every object of the scope by name, and defines the functions that search what is
 * reachable.
 */
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
// Browsers also put methods of arrays on their own list types; these belong to JavaScript.
const ofArrays = new Set(partsOf(Array.prototype))
const note = (name, parts) => {
  for (const part of parts) if (isObject(part) && !had.has(part) && !ofArrays.has(part)) had.set(part, String(name))
}
const named = holdersOf(globalThis).flatMap((holder) =>
  Reflect.ownKeys(holder).map((key) => [key, Reflect.getOwnPropertyDescriptor(holder, key)]))
for (const [key, { value, get, set }] of named) note(key, [value, get, set])
for (const [key, { value }] of named) if (isObject(value) && value.prototype) note(key, partsOf(value.prototype))
// The constructors that create code from strings. Whatever else functions inherit belongs to JavaScript.
const makers = [() => {}, async () => {}, function* () {}, async function* () {}].map((each) => each.constructor)
/** All objects that are reachable from the values of \`roots\` through properties, accessors and prototypes. */
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

interface Reached {
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

/** Runs `glue` and returns what its `instantiate` returns. */
function evaluate(surroundings: Surroundings, glue: string): Promise<unknown> {
  // Without emptying there is no kernel to prepend, so the glue contains the recording itself.
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

  test('are those of JavaScript and the harmless ones, when the glue is evaluated and when it is called', async () => {
    const [atTheTop, later] = (await evaluate('emptied', GLUE)) as [string[], string[]]
    expect(notJavaScript(atTheTop)).toEqual(REMAINING)
    expect(notJavaScript(later)).toEqual(REMAINING)
    expect(atTheTop).toContain('WebAssembly')
    for (const name of ['eval', 'Function', 'console']) expect(atTheTop).not.toContain(name)
  })

  test('are hundreds in a scope that was not emptied', async () => {
    const [names] = (await evaluate('open', GLUE)) as [string[]]
    expect(notJavaScript(names).length).toBeGreaterThan(200)
    for (const name of ['fetch', 'postMessage', 'constructor', 'addEventListener'])
      expect(names).toContain(name)
  })
})

describe('what is reachable through properties, accessors, prototypes and constructors', () => {
  const GLUE = `
    const allowed = new Set(${JSON.stringify([...JAVASCRIPT, ...REMAINING])})
    for (const name of ['eval', 'console']) allowed.delete(name)
    const instantiate = () => {
      const reached = reach(roots())
      const found = [...had].filter(([value, name]) => !allowed.has(name) && reached.has(value)).map(([, name]) => name)
      const making = makers.filter((each) => reached.has(each)).length
      return { found: [...new Set(found)], making, reached: reached.size }
    }`

  test('contains no removed object', async () => {
    const { found, making, reached } = (await evaluate('emptied', GLUE)) as Reached
    expect([found, making]).toEqual([[], 0])
    expect(reached).toBeGreaterThan(500)
  })

  test('contains them all in a scope that was not emptied', async () => {
    const { found, making } = (await evaluate('open', GLUE)) as Reached
    expect(making).toBe(4)
    expect(found.length).toBeGreaterThan(200)
    expect(found).toContain('fetch')
  })
})

describe('an attempt to get the global object or create code from strings:', () => {
  /** An expression, its result in the emptied scope, and its result in a scope that is neither emptied nor sealed. */
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
    expect([await evaluate('emptied', glue), await evaluate('open', glue)]).toEqual([emptied, open])
  })
})
