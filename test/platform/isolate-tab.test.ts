/** How a page is isolated, with a simulated browser; test/e2e tests it in real browsers. */
import { setImmediate as task } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CLAIM } from '../../src/platform/sealed-script.ts'

const PAGE = 'https://tab.example/app/page'
const code = (name: string) => expect.objectContaining({ code: name })

/** The simulated browser; each test changes the parts that it is about. */
let container: EventTarget & { controller: object | null; ready: Promise<unknown>; register: unknown }
let registered: { url: string; options: unknown }[]
let registering: (() => unknown) | undefined
let claims: unknown[]
let history: { state: unknown; replaceState(state: unknown, title: string): void }
let reloads: number
let isServed: boolean
let timeout: AbortController
let timeouts: number[]
let isolateTab: typeof import('../../src/platform/isolate-tab.ts').isolateTab

beforeEach(async () => {
  ;[registered, registering, claims, reloads, isServed, timeouts] = [[], undefined, [], 0, true, []]
  timeout = new AbortController()
  container = Object.assign(new EventTarget(), {
    controller: {},
    ready: Promise.resolve({ active: { postMessage: (message: unknown) => void claims.push(message) } }),
    register: async (url: URL, options: unknown) => {
      registered.push({ url: url.href, options })
      return registering ? registering() : { scope: 'https://tab.example/app/' }
    },
  })
  history = {
    state: { own: 1 },
    replaceState(state) {
      history.state = state
    },
  }
  vi.stubGlobal('document', { baseURI: PAGE })
  vi.stubGlobal('navigator', { serviceWorker: container })
  vi.stubGlobal('location', { href: PAGE, reload: () => void reloads++ })
  vi.stubGlobal('history', history)
  vi.stubGlobal('origin', 'https://tab.example')
  vi.stubGlobal('crossOriginIsolated', true)
  vi.stubGlobal(
    'fetch',
    async () => new Response(null, { headers: isServed ? { 'Webclave-Sealed': '1' } : {} }),
  )
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((time) => {
    timeouts.push(time)
    return timeout.signal
  })
  vi.resetModules()
  ;({ isolateTab } = await import('../../src/platform/isolate-tab.ts'))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** The state of `work` after all pending tasks: 'done', 'waits', or its error. */
async function outcome(work: Promise<void>): Promise<unknown> {
  let found: unknown = 'waits'
  work.then(
    () => {
      found = 'done'
    },
    (error: unknown) => {
      found = error
    },
  )
  for (let turn = 0; turn < 5; turn++) await task()
  return found
}

describe('a page that its service worker controls', () => {
  test('is ready if it is isolated, without a reload', async () => {
    expect(await outcome(isolateTab())).toBe('done')
    expect(registered).toEqual([
      { url: 'https://tab.example/app/service-worker.js', options: { updateViaCache: 'none' } },
    ])
    expect([reloads, claims, history.state, timeouts]).toEqual([0, [], { own: 1 }, [15_000]])
  })

  test('can have its service worker at any URL', async () => {
    await isolateTab({ serviceWorker: '/sw.js' })
    await isolateTab({ serviceWorker: new URL('https://tab.example/other.js') })
    expect(registered.map(({ url }) => url)).toEqual([
      'https://tab.example/sw.js',
      'https://tab.example/other.js',
    ])
  })

  test('is reloaded once if it is not isolated, and its history state is kept', async () => {
    vi.stubGlobal('crossOriginIsolated', false)
    expect(await outcome(isolateTab())).toBe('waits')
    expect([reloads, history.state]).toEqual([1, { webclaveReloaded: true, state: { own: 1 } }])
    // The page after the reload.
    expect(await outcome(isolateTab())).toEqual(code('E_TAB_ISOLATION'))
    expect([reloads, history.state]).toEqual([1, { own: 1 }])
  })

  test('gets its history state back if it is isolated after the reload', async () => {
    history.state = { webclaveReloaded: true, state: null }
    expect(await outcome(isolateTab())).toBe('done')
    expect(history.state).toBeNull()
    expect(await outcome(isolateTab())).toBe('done')
    expect([history.state, reloads]).toEqual([null, 0])
  })
})

describe('a page that its service worker does not control', () => {
  test.each([
    ['no service worker does', null, true],
    ['another service worker does', {}, false],
  ])('asks it to take control if %s, and waits for it', async (_, controller, isWebclave) => {
    container.controller = controller
    isServed = isWebclave
    const work = isolateTab()
    expect(await outcome(work)).toBe('waits')
    expect(claims).toEqual([CLAIM])
    container.dispatchEvent(new Event('controllerchange'))
    expect(await outcome(work)).toBe('waits')
    expect(claims).toEqual([CLAIM, CLAIM])
    Object.assign(container, { controller: {} })
    isServed = true
    container.dispatchEvent(new Event('controllerchange'))
    expect(await outcome(work)).toBe('done')
    expect(claims).toEqual([CLAIM, CLAIM])
  })

  test('fails at the deadline', async () => {
    Object.assign(container, { controller: null, ready: Promise.resolve({ active: null }) })
    const work = isolateTab()
    expect(await outcome(work)).toBe('waits')
    timeout.abort()
    expect(await outcome(work)).toEqual(code('E_TAB_SERVICE_WORKER'))
  })
})

describe('a page without a service worker fails', () => {
  test('if the browser has no service workers', async () => {
    vi.stubGlobal('navigator', {})
    const error = await outcome(isolateTab())
    expect(error).toEqual(code('E_TAB_SERVICE_WORKER'))
    expect([error, Object.hasOwn(error as object, 'cause')]).toMatchObject([{ got: undefined }, false])
  })

  test.each([
    [new TypeError('no such file'), 'no such file'],
    ['a string', 'a string'],
  ])('with the cause if it cannot be registered: %s', async (cause, got) => {
    registering = () => {
      throw cause
    }
    expect(await outcome(isolateTab())).toMatchObject({ code: 'E_TAB_SERVICE_WORKER', cause, got })
  })

  test('if the service worker’s scope does not contain the page', async () => {
    registering = () => ({ scope: 'https://tab.example/app/page/deeper/' })
    expect(await outcome(isolateTab())).toEqual(code('E_TAB_SERVICE_WORKER'))
  })
})
