/**
 * A sealed Worker cannot reach a server: a script in the place of a component's glue tries every known way,
 * restricted by the policy alone and in the emptied scope. The servers must count 0 requests from it, and more than 0
 * from the same script in an unrestricted Worker or page, in the same run.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { kernelScript } from '../support/probe.ts'
import { BarePages } from './bare-page.ts'
import { COUNTED, HttpCounter, UdpCounter } from './counter.ts'
import type { Surroundings } from './seal-page.ts'
import { type Scope, slug, TRY_ALL, WAYS_OUT, type WayOut } from './ways-out.ts'

/** Milliseconds to wait for late requests, after at least one has arrived by every way. */
const SETTLE_TIME = 500
/** Maximum milliseconds to wait until one request has arrived by every way. */
const MAX_WAIT = 20_000

/** The Workers and pages that run the script, each with its own paths and ports. */
const TRIES: Readonly<Record<string, { surroundings: Surroundings; from?: string }>> = {
  'sealed by the policy': { surroundings: 'sealed' },
  'sealed, started by a Worker': { surroundings: 'sealed', from: '/host.js' },
  'sealed, started by a Worker of a blob': { surroundings: 'sealed', from: '/host.js#blob' },
  'sealed, a classic script': { surroundings: 'sealed classic' },
  'sealed, its scope emptied': { surroundings: 'emptied' },
  'open module Worker': { surroundings: 'open' },
  'open classic Worker': { surroundings: 'open classic' },
  'open page': { surroundings: 'page' },
}
const SEALED = Object.keys(TRIES).filter((who) => who.startsWith('sealed'))
const CONTROL: Readonly<Record<Scope, string>> = {
  'module Worker': 'open module Worker',
  'classic Worker': 'open classic Worker',
  page: 'open page',
}

/** The results of one way, in one Worker or page. */
interface Outcome {
  /** Number of requests or packets that arrived. */
  readonly count: number
  /** The script's outcome for the page's own origin, and for another. */
  readonly went: readonly string[]
}

let pages: BarePages
let other: HttpCounter
let page: Page
const outcomes = new Map<string, ReadonlyMap<string, Outcome>>()
const udp: UdpCounter[] = []

/** Calls a function of the page's bundle. */
function call(name: 'ask' | 'askFromWorker', ...words: unknown[]): Promise<unknown> {
  return page.evaluate(
    ([key, ...rest]) =>
      (globalThis as unknown as { bundle: Record<string, (...words: unknown[]) => unknown> }).bundle[
        key as string
      ]!(...rest),
    [name, ...words],
  )
}

async function tryAll(who: string): Promise<[string, Map<string, Outcome>]> {
  const { surroundings, from } = TRIES[who]!
  const counters = new Map<string, UdpCounter>()
  for (const way of WAYS_OUT) if (way.udp) counters.set(way.name, await UdpCounter.open())
  udp.push(...counters.values())
  const path = `${COUNTED}${slug(who)}/`
  const ports = Object.fromEntries([...counters].map(([name, { port }]) => [name, port]))
  const question = { bases: [pages.server, other].map(({ origin }) => origin + path), ports }
  const words = [surroundings, TRY_ALL, question, await kernelScript()]
  const went = (await (from ? call('askFromWorker', from, ...words) : call('ask', ...words))) as Record<
    string,
    string[]
  >
  const outcomeOf = ({ name }: WayOut): Outcome => ({
    went: went[name]!,
    get count() {
      return (
        counters.get(name)?.packets ?? pages.server.count(path + slug(name)) + other.count(path + slug(name))
      )
    },
  })
  return [who, new Map(WAYS_OUT.map((way) => [way.name, outcomeOf(way)]))]
}

/** The results in unrestricted Workers and pages, one for each way. */
const controls = () => WAYS_OUT.map(({ name, scope }) => outcomes.get(CONTROL[scope])!.get(name)!)

beforeAll(async () => {
  pages = await BarePages.open('seal-page.ts')
  other = await HttpCounter.open()
  page = await pages.visitIsolated()
  for (const [who, found] of await Promise.all(Object.keys(TRIES).map(tryAll))) outcomes.set(who, found)
  // A timeout is ignored here: the test of the way that never arrived fails.
  await vi.waitUntil(() => controls().every(({ count }) => count > 0), MAX_WAIT).catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, SETTLE_TIME))
  const row = ({ name, scope }: WayOut) => [
    name,
    ...SEALED.map((who) => outcomes.get(who)!.get(name)!.count),
    `${outcomes.get(CONTROL[scope])!.get(name)!.count} (${CONTROL[scope]})`,
  ]
  console.log([['', ...SEALED, 'control'], ...WAYS_OUT.map(row)].map((cells) => cells.join(' | ')).join('\n'))
}, 300_000)

afterAll(async () => {
  await Promise.all([pages?.close(), other?.close(), ...udp.map((counter) => counter.close())])
})

describe('reaches a server from an open Worker, but not from a sealed one:', () => {
  test.each(WAYS_OUT.filter(({ scope }) => scope !== 'page'))('$name ($scope)', ({ name, scope }) => {
    expect(outcomes.get(CONTROL[scope])!.get(name)!.count).toBeGreaterThan(0)
    expect(SEALED.map((who) => outcomes.get(who)!.get(name)!.count)).toEqual(SEALED.map(() => 0))
  })
})

describe('reaches a server from a page, but does not exist in any Worker:', () => {
  test.each(WAYS_OUT.filter(({ scope }) => scope === 'page'))('$name', ({ name }) => {
    expect(outcomes.get('open page')!.get(name)!.count).toBeGreaterThan(0)
    for (const who of [...SEALED, 'open module Worker', 'open classic Worker']) {
      const { count, went } = outcomes.get(who)!.get(name)!
      expect(count).toBe(0)
      expect(went[0]).toMatch(/^(?:Reference|Type)Error$/)
    }
  })
})

describe('in the emptied scope', () => {
  test('every way except `import` is missing by name, and the policy blocks `import`', () => {
    const went = [...outcomes.get('sealed, its scope emptied')!].map(([name, outcome]) => [
      name,
      outcome.went[0],
    ])
    expect(went.filter(([, word]) => word !== 'ReferenceError')).toEqual([['dynamic import', 'TypeError']])
  })
})

describe('code from strings', () => {
  /** Compiles the smallest WebAssembly module, shares memory, and tries to create code from strings. */
  const GLUE = `
    const attempt = async (action) => { try { return await action() } catch (error) { return error.name } }
    const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
    const instantiate = async () => ({
      eval: await attempt(() => (0, eval)('1 + 1')),
      Function: await attempt(() => new Function('return 1 + 1')()),
      'a function’s constructor': await attempt(() => (async () => {}).constructor('return 1 + 1')()),
      'a timer of text': await attempt(() => new Promise((resolve) => {
        globalThis.tell = resolve
        setTimeout('tell(2)')
        setTimeout(resolve, 100, 'nothing')
      })),
      compiled: await attempt(async () => String(await WebAssembly.compile(bytes))),
      instance: await attempt(() => String(new WebAssembly.Instance(new WebAssembly.Module(bytes)))),
      shared: await attempt(() => new SharedArrayBuffer(8).byteLength),
      isolated: crossOriginIsolated,
    })`
  const ALLOWED = {
    compiled: '[object WebAssembly.Module]',
    instance: '[object WebAssembly.Instance]',
    shared: 8,
  }
  const TEXTS = ['eval', 'Function', 'a function’s constructor', 'a timer of text']
  const all = (value: unknown) => Object.fromEntries(TEXTS.map((name) => [name, value]))

  test('is blocked in a sealed Worker, which may still compile WebAssembly and share memory', async () => {
    expect(await call('ask', 'sealed', GLUE, {})).toEqual({
      ...ALLOWED,
      ...all('EvalError'),
      'a timer of text': expect.stringMatching(/^(?:nothing|EvalError)$/),
      isolated: true,
    })
  })

  test('is allowed in an open Worker', async () => {
    expect(await call('ask', 'open', GLUE, {})).toEqual({ ...ALLOWED, ...all(2), isolated: true })
  })
})
