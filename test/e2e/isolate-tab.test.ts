/**
 * The service worker: a page on a host without headers becomes isolated, a script is served once and within limits,
 * the service worker may be stopped at any time, and without it no enclave's Worker is started.
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BarePages, isolated } from './bare-page.ts'

type Bundle = typeof import('./seal-page.ts')

const MIB = 1 << 20
const GLUE = 'const instantiate = async () => crossOriginIsolated'

let pages: BarePages
const open: Page[] = []

beforeAll(async () => {
  pages = await BarePages.open('seal-page.ts')
}, 300_000)

beforeEach(() => {
  pages.server.requests.length = 0
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((page) => page.context().close()))
})

afterAll(() => pages?.close())

async function visit(path?: string): Promise<Page> {
  const page = await pages.visit(path)
  open.push(page)
  return page
}

async function visitIsolated(folder?: string, init?: () => void): Promise<Page> {
  const page = await pages.visitIsolated(folder, init)
  open.push(page)
  return page
}

/** Calls a function of the bundle; returns the error's message if it throws. */
function call<Name extends keyof Bundle>(page: Page, name: Name, ...words: unknown[]): Promise<unknown> {
  return page.evaluate(
    ([key, rest]) =>
      (globalThis as unknown as { bundle: Record<string, (...words: unknown[]) => Promise<unknown>> }).bundle[
        key
      ]!(...rest).catch(({ message }: Error) => message),
    [name as string, words] as const,
  )
}

/** Stops the browser's service workers, as a browser stops an idle one. */
async function endServiceWorker(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('ServiceWorker.enable')
  await devtools.send('ServiceWorker.stopAllWorkers')
  await devtools.detach()
}

const requestsFor = (path: string) => pages.server.requests.filter((line) => line === `GET ${path}`).length

describe('a page on a host without headers', () => {
  test.each(['/', '/deep/'])(
    'in %s is isolated after a second load, and at once after a reload',
    async (folder) => {
      const bare = await visit(folder)
      expect(await bare.evaluate(() => crossOriginIsolated)).toBe(false)
      const page = await visitIsolated(folder, () => {
        if (history.state === null) history.replaceState('its own', '')
      })
      expect(await page.evaluate(() => [crossOriginIsolated, history.state])).toEqual([true, 'its own'])
      expect(requestsFor(`${folder}isolating`)).toBe(2)
      await page.reload()
      await isolated(page)
      expect(requestsFor(`${folder}isolating`)).toBe(3)
      const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope)
      expect(scope).toBe(`${pages.server.origin}${folder}`)
    },
  )

  test('starts sealed Workers from the page, from a Worker, and from a Worker made from a blob', async () => {
    const page = await visitIsolated('/deep/')
    expect(await call(page, 'ask', 'sealed', GLUE, {})).toBe(true)
    expect(await call(page, 'askFromWorker', '/deep/host.js', 'sealed', GLUE, {})).toBe(true)
    expect(await call(page, 'askFromWorker', '/deep/host.js#blob', 'sealed', GLUE, {})).toBe(true)
    expect(pages.server.requests.filter((line) => line.includes('webclave-sealed'))).toEqual([])
  })

  test('is controlled again after a reload that bypassed the service worker', async () => {
    const page = await visitIsolated()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Page.reload', { ignoreCache: true })
    await expect.poll(() => requestsFor('/isolating')).toBe(4)
    await isolated(page)
    expect(await call(page, 'ask', 'sealed', GLUE, {})).toBe(true)
  })

  test('shows the answers of its host, including errors', async () => {
    const page = await visitIsolated()
    const response = await page.goto(`${pages.server.origin}/absent`)
    expect([response?.status(), response?.fromServiceWorker()]).toEqual([404, true])
    expect(response?.headers()).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    })
  })
})

describe('without the service worker', () => {
  const REFUSED =
    /^E_TAB_SERVICE_WORKER: webclave’s service worker does not control this page.*await isolateTab\(\)/

  test('a page starts no Worker, sends its script to no server, and says what to do', async () => {
    const { message, workers } = (await call(await visit(), 'refusal')) as {
      message: string
      workers: number
    }
    expect(message).toMatch(REFUSED)
    expect(workers).toBe(0)
    expect(pages.server.requests.filter((line) => line.includes('webclave-sealed'))).toEqual([
      'GET /webclave-sealed/',
    ])
  })

  test('a page that another service worker controls starts no Worker', async () => {
    const page = await visit()
    await page.evaluate(async () => {
      const container = navigator.serviceWorker
      const changed = new Promise((resolve) => container.addEventListener('controllerchange', resolve))
      await container.register('/others.js')
      await changed
    })
    expect(await call(page, 'refusal')).toEqual({ message: expect.stringMatching(REFUSED), workers: 0 })
  })

  test.each<[string, string, unknown, RegExp]>([
    ['is not on the host', '/', '/absent.js', /absent\.js could not be registered/],
    ['lies beneath the page', '/', '/deep/service-worker.js', /outside the scope.*Service-Worker-Allowed/],
  ])('isolateTab reports a service worker that %s', async (_, path, serviceWorker, words) => {
    const message = await call(await visit(path), 'isolateTab', { serviceWorker })
    expect(message).toMatch(/^E_TAB_SERVICE_WORKER: /)
    expect(message).toMatch(words)
  })

  test('isolateTab reports a browser without service workers', async () => {
    const page = await visit()
    await page.evaluate(() => delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker)
    expect(await call(page, 'isolateTab')).toMatch(/^E_TAB_SERVICE_WORKER: service workers are not available/)
  })

  test('isolateTab reports a frame in a page that is not isolated, after loading it a second time', async () => {
    const page = await visit('/absent')
    await page.setContent(`<iframe src="${pages.server.origin}/isolating"></iframe>`)
    const html = page.frameLocator('iframe').locator('html[data-outcome]')
    await html.waitFor({ state: 'attached' })
    expect(await html.getAttribute('data-outcome')).toMatch(/^E_TAB_ISOLATION: .*cross-origin-isolated/)
    expect(requestsFor('/isolating')).toBe(2)
  })
})

describe('a script', () => {
  const seal = async (page: Page, length: number) =>
    page.evaluate(
      (size) =>
        (globalThis as unknown as { bundle: Bundle }).bundle
          .sealScript('postMessage(1);'.padEnd(size))
          .catch(({ message }: Error) => message),
      length,
    )
  /** The message that a Worker from that address sends, or its error message. */
  const run = (page: Page, address: string) =>
    page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const worker = new Worker(url)
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = ({ message }) => resolve(message)
        }),
      address,
    )

  test('is served once, to a Worker, at an unguessable address', async () => {
    const page = await visitIsolated('/deep/')
    const address = await seal(page, 100)
    expect(address).toMatch(/\/deep\/webclave-sealed\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.js$/)
    expect(await page.evaluate(async (url) => (await fetch(url)).status, address)).toBe(404)
    expect(await run(page, address)).toBe(1)
    expect(await run(page, address)).toContain('no longer has this script')
    expect(pages.server.requests.filter((line) => line.includes('webclave-sealed'))).toEqual([])
  })

  test('may have up to 16 MiB, and up to 16 may wait', async () => {
    const page = await visitIsolated()
    expect(await seal(page, 16 * MIB + 1)).toMatch(/^E_WORKER_SCRIPT: .*16777216 bytes.*413$/)
    expect(await seal(page, 16 * MIB)).toContain('/webclave-sealed/')
    const addresses: string[] = []
    for (let count = 1; count < 16; count += 1) addresses.push(await seal(page, 100))
    expect(await seal(page, 100)).toMatch(/^E_WORKER_SCRIPT: .*503$/)
    expect(await run(page, addresses[0]!)).toBe(1)
    expect(await seal(page, 100)).toContain('/webclave-sealed/')
  })

  test('is lost when the service worker stops; the next service worker serves the next script', async () => {
    const page = await visitIsolated()
    const address = await seal(page, 100)
    await endServiceWorker(page)
    expect(await run(page, address)).toContain('no longer has this script')
    await endServiceWorker(page)
    expect(await call(page, 'ask', 'sealed', GLUE, {})).toBe(true)
  })

  test.each<[number, unknown]>([
    [1, true],
    [2, expect.stringMatching(/^E_WORKER_SCRIPT: .*lost the script of a Worker twice/)],
  ])('that gets lost %i times is sent again once, then rejected', async (times, outcome) => {
    const page = await visitIsolated()
    await page.evaluate((losses) => {
      let left = losses
      globalThis.Worker = class extends Worker {
        constructor(url: string | URL, options?: WorkerOptions) {
          left -= 1
          super(left >= 0 ? String(url).replace(/[^/]+\.js$/, 'lost.js') : url, options)
        }
      }
    }, times)
    expect(await call(page, 'ask', 'sealed', GLUE, {})).toEqual(outcome)
  })
})
