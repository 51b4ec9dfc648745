/** A page in Chromium and in Firefox calls an enclave through a hostile parent of another origin, which captures everything. */
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { build } from 'esbuild'
import puppeteer from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import type { AttestedClientOptions } from '../../src/channel/index.ts'
import { hostileParent, type Parent, type Tampering } from '../channel/attacks/parent.ts'
import { type RealEnclave, startEnclave } from '../channel/real-enclave.ts'
import { launchBrowser } from './browser.ts'
import type { Outcome } from './channel-page.ts'
import { findFirefox } from './firefox.ts'
import { findWebKit, WebKit } from './webkit.ts'

type PageOptions = Pick<AttestedClientOptions, 'url' | 'roots'> & { pcrs: Record<string, string> }

/** A tab of any browser. */
interface Tab {
  run(name: 'useEnclave' | 'tryEnclave', options: PageOptions): Promise<unknown>
  close(): Promise<void>
}

const firefox = findFirefox()
const webkit = findWebKit()
if (!firefox) console.warn('LEFT OUT: Firefox is missing and cannot be installed (firefox-esr)')
if (!webkit) console.warn('LEFT OUT: WebKitGTK is missing and cannot be installed (webkit2gtk-driver, xvfb)')

let real: RealEnclave
let parent: Parent
let tampering: Tampering = {}
let server: ReturnType<typeof serve>
let script: string

beforeAll(async () => {
  real = await startEnclave({ env: { X_WING: '1' } })
  const built = await build({
    entryPoints: [fileURLToPath(new URL('channel-page.ts', import.meta.url))],
    bundle: true,
    external: ['node:*'],
    format: 'iife',
    globalName: 'bundle',
    platform: 'browser',
    write: false,
    tsconfigRaw: {},
  })
  script = built.outputFiles[0]!.text
  const answer = async (request: Request) => {
    const { pathname } = new URL(request.url)
    const type = (name: string) => ({ headers: { 'content-type': name } })
    if (pathname === '/')
      return new Response('<!doctype html><script src="/bundle.js"></script>', type('text/html'))
    if (pathname === '/bundle.js') return new Response(script, type('text/javascript'))
    const { url, method, headers } = request
    const body = method === 'POST' ? new Uint8Array(await request.arrayBuffer()) : null
    return parent.fetch(url, { method, headers: Object.fromEntries(headers), body })
  }
  server = serve({ fetch: answer, port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
})
afterAll(async () => {
  server?.close()
  await real?.[Symbol.asyncDispose]()
})

const originOf = (host: string) => `http://${host}:${(server.address() as AddressInfo).port}`

/** The page is of one origin, and the enclave of another. */
function optionsOf(change: Partial<PageOptions> = {}): PageOptions {
  const pcrs = { PCR0: toHex((real.options.pcrs as ReadonlyMap<number, Uint8Array>).get(0)!) }
  return { url: originOf('127.0.0.1'), roots: real.options.roots as string, pcrs, ...change }
}

async function chromiumTab(): Promise<Tab> {
  const browser = await launchBrowser()
  const page = await browser.newPage()
  await page.goto(originOf('localhost'))
  return {
    run: (name, options) =>
      page.evaluate(
        ([one, given]) =>
          (globalThis as unknown as { bundle: Record<string, (o: unknown) => unknown> }).bundle[one]!(given),
        [name, options] as const,
      ),
    close: () => browser.close(),
  }
}

async function firefoxTab(): Promise<Tab> {
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox!, headless: true })
  const page = await browser.newPage()
  await page.goto(originOf('localhost'))
  return {
    run: (name, options) => page.evaluate(`bundle.${name}(${JSON.stringify(options)})`),
    close: () => browser.close(),
  }
}

async function webkitTab(): Promise<Tab> {
  const page = await WebKit.open(webkit!)
  await page.goto(originOf('localhost'))
  return {
    async run(name, options) {
      await page.run(`window.outcome = undefined
        bundle.${name}(${JSON.stringify(options)}).then(
          (value) => { window.outcome = { value } },
          ({ message }) => { window.outcome = { error: message } },
        )`)
      const outcome = () =>
        page.run<{ value?: unknown; error?: string } | null>('return window.outcome ?? null')
      let found = await outcome()
      for (; !found; found = await outcome()) await new Promise((resolve) => setTimeout(resolve, 50))
      const { value, error } = found
      if (error !== undefined) throw new Error(error)
      return value
    },
    close: () => page[Symbol.asyncDispose](),
  }
}

const EXPECTED: Outcome = {
  echo: 'secret-content',
  header: 'secret-header',
  large: 1 << 20,
  ticks: ['tick 0', 'tick 1', 'tick 2'],
  fromStream: 5,
  sum: 3,
  streamed: 6,
  numbers: 100,
}

describe.each([
  ['Chromium', chromiumTab, true],
  ['Firefox', firefoxTab, firefox !== undefined],
  ['WebKit', webkitTab, webkit !== undefined],
])('a page in %s', (_, open, isThere) => {
  if (!isThere) return test.skip('is left out', () => {})
  let tab: Tab
  beforeAll(async () => {
    parent = hostileParent(real.front, { instead: (url, init) => tampering.instead?.(url, init) })
    tab = await open()
  })
  afterAll(() => tab?.close())

  test('calls the enclave, and the capture of its parent has nothing of it', async () => {
    parent = hostileParent(real.front)
    expect(await tab.run('useEnclave', optionsOf())).toEqual(EXPECTED)
    const capture = parent.capture()
    expect(parent.requests.length).toBeGreaterThan(5)
    // The control: this is how the page begins.
    expect(capture).toContain('/.well-known/webclave/attestation?nonce=')
    expect(capture).not.toMatch(/secret|x-inner|tick|echo|count/)
  })

  test('refuses another image, another root, and answers that are not sealed', async () => {
    const other = { PCR0: 'ab'.repeat(48) }
    expect(await tab.run('tryEnclave', optionsOf({ pcrs: other }))).toBe('E_CHANNEL_ATTESTATION')
    expect(await tab.run('tryEnclave', optionsOf({ roots: 'cd'.repeat(32) }))).toBe('E_CHANNEL_ATTESTATION')
    const forged = (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte))
    tampering = { answer: forged }
    parent = hostileParent(real.front, tampering)
    expect(await tab.run('tryEnclave', optionsOf())).toBe('E_CHANNEL_MESSAGE')
    // The control: the same parent, when it changes nothing.
    tampering = {}
    parent = hostileParent(real.front)
    expect(await tab.run('tryEnclave', optionsOf())).toBe('no error')
  })
})
