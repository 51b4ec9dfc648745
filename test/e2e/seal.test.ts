/**
 * No way out of a sealed Worker (issue 5): a script in the very place of a component's glue tries everything that could
 * reach a server, under the policy alone and in the emptied scope. Servers count: 0, and more than 0 from the same
 * script where nothing restrains it, in the same run.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { kernelScript } from '../support/probe.ts'
import { BarePages } from './bare-page.ts'
import { COUNTED, HttpCounter, UdpCounter } from './counter.ts'
import type { Surroundings } from './seal-page.ts'
import { type Home, slug, TRY_ALL, WAYS_OUT, type WayOut } from './ways-out.ts'

/** Time in which what was begun arrives, once something has by every way. */
const SETTLE = 500
/** Time that is waited for something to arrive by every way. */
const LONGEST = 20_000

/** Who tries: each a Worker or page of its own, and paths and ports of its own. */
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
const CONTROL: Readonly<Record<Home, string>> = {
  'module Worker': 'open module Worker',
  'classic Worker': 'open classic Worker',
  page: 'open page',
}

/** What each way came to, for one who tries. */
interface Outcome {
  /** Requests, or packets, that have been counted. */
  readonly count: number
  /** How it went, towards the page's own origin and towards another. */
  readonly went: readonly string[]
}

let pages: BarePages
let other: HttpCounter
let page: Page
const outcomes = new Map<string, ReadonlyMap<string, Outcome>>()
const udp: UdpCounter[] = []

/** Calls the bundle of the page. */
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

/** What those who are not sealed came to, by every way. */
const controls = () => WAYS_OUT.map(({ name, home }) => outcomes.get(CONTROL[home])!.get(name)!)

beforeAll(async () => {
  pages = await BarePages.open('seal-page.ts')
  other = await HttpCounter.open()
  page = await pages.visitIsolated()
  for (const [who, found] of await Promise.all(Object.keys(TRIES).map(tryAll))) outcomes.set(who, found)
  // Where a way never arrives, its own test says so.
  await vi.waitUntil(() => controls().every(({ count }) => count > 0), LONGEST).catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, SETTLE))
  const row = ({ name, home }: WayOut) => [
    name,
    ...SEALED.map((who) => outcomes.get(who)!.get(name)!.count),
    `${outcomes.get(CONTROL[home])!.get(name)!.count} (${CONTROL[home]})`,
  ]
  console.log([['', ...SEALED, 'control'], ...WAYS_OUT.map(row)].map((cells) => cells.join(' | ')).join('\n'))
}, 300_000)

afterAll(async () => {
  await Promise.all([pages?.close(), other?.close(), ...udp.map((counter) => counter.close())])
})

describe('reaches no server from a sealed Worker, but from an open one:', () => {
  test.each(WAYS_OUT.filter(({ home }) => home !== 'page'))('$name ($home)', ({ name, home }) => {
    expect(outcomes.get(CONTROL[home])!.get(name)!.count).toBeGreaterThan(0)
    expect(SEALED.map((who) => outcomes.get(who)!.get(name)!.count)).toEqual(SEALED.map(() => 0))
  })
})

describe('is in no Worker at all, sealed or open, but reaches a server from a page:', () => {
  test.each(WAYS_OUT.filter(({ home }) => home === 'page'))('$name', ({ name }) => {
    expect(outcomes.get('open page')!.get(name)!.count).toBeGreaterThan(0)
    for (const who of [...SEALED, 'open module Worker', 'open classic Worker']) {
      const { count, went } = outcomes.get(who)!.get(name)!
      expect(count).toBe(0)
      expect(went[0]).toMatch(/^(?:Reference|Type)Error$/)
    }
  })
})

describe('in the emptied scope', () => {
  test('every way but `import` is gone by name, and the policy stops that one', () => {
    const went = [...outcomes.get('sealed, its scope emptied')!].map(([name, outcome]) => [
      name,
      outcome.went[0],
    ])
    expect(went.filter(([, word]) => word !== 'ReferenceError')).toEqual([['dynamic import', 'TypeError']])
  })
})

describe('a sealed Worker', () => {
  /** The smallest module, and what is tried with text. */
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
  const MAY = {
    compiled: '[object WebAssembly.Module]',
    instance: '[object WebAssembly.Instance]',
    shared: 8,
  }
  const TEXTS = ['eval', 'Function', 'a function’s constructor', 'a timer of text']
  const all = (value: unknown) => Object.fromEntries(TEXTS.map((name) => [name, value]))

  test('compiles WebAssembly and shares memory, but makes no code of text', async () => {
    expect(await call('ask', 'sealed', GLUE, {})).toEqual({
      ...MAY,
      ...all('EvalError'),
      'a timer of text': expect.stringMatching(/^(?:nothing|EvalError)$/),
      isolated: true,
    })
  })

  test('an open one makes code of text', async () => {
    expect(await call('ask', 'open', GLUE, {})).toEqual({ ...MAY, ...all(2), isolated: true })
  })
})
