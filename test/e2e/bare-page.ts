/**
 * A page on the plainest of hosts with a module of the tests in it, bundled: its exports are the page's global `bundle`.
 * It has no policy of its own, so what is refused in it is refused by what is tested.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { HttpCounter, type ServedFile } from './counter.ts'

const SERVICE_WORKER = fileURLToPath(new URL('../../dist/service-worker.js', import.meta.url))
const JAVASCRIPT = 'text/javascript'

const PAGE = '<!doctype html><title>A page</title><script src="/bundle.js"></script>'

/** What such a page says first of all. */
const ISOLATING = `<script>
  const tell = (outcome) => { document.documentElement.dataset.outcome = outcome }
  bundle.isolateTab().then(() => tell('isolated'), ({ message }) => tell(message))
</script>`

/** A Worker of the page that calls a function of the bundle, as the parent instance's Worker would. */
const HOST = `importScripts(origin + '/bundle.js')
onmessage = ({ data: [name, ...words] }) =>
  bundle[name](...words).then((answer) => postMessage({ answer }), ({ message }) => postMessage({ error: message }))`

/** A service worker of somebody else's. */
const OTHERS = `onactivate = (event) => event.waitUntil(clients.claim())
onfetch = () => {}`

/** The host and the browser, and pages in contexts of their own. */
export class BarePages {
  readonly server: HttpCounter
  readonly browser: Browser

  private constructor(server: HttpCounter, browser: Browser) {
    this.server = server
    this.browser = browser
  }

  /** Bundles the module `file` of this folder, and serves it with the service worker, twice: at / and under /deep/. */
  static async open(file: string, ...browserArguments: string[]): Promise<BarePages> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
      bundle: true,
      format: 'iife',
      globalName: 'bundle',
      external: ['node:*'],
      logLevel: 'error',
      tsconfigRaw: {},
      write: false,
    })
    const bundle = { type: JAVASCRIPT, body: outputFiles[0]!.contents }
    const files = new Map<string, ServedFile>([['/bundle.js', bundle]])
    for (const folder of ['/', '/deep/']) {
      files.set(folder, { type: 'text/html', body: PAGE })
      files.set(`${folder}isolating`, { type: 'text/html', body: `${PAGE}${ISOLATING}` })
      files.set(`${folder}service-worker.js`, { type: JAVASCRIPT, body: await readFile(SERVICE_WORKER) })
      files.set(`${folder}others.js`, { type: JAVASCRIPT, body: OTHERS })
      files.set(`${folder}host.js`, { type: JAVASCRIPT, body: HOST })
    }
    const server = await HttpCounter.open(files)
    return new BarePages(server, await launchBrowser(...browserArguments))
  }

  /** A page at `path`, new to the browser, in which `init` runs first. */
  async visit(path = '/', init: () => void = () => {}): Promise<Page> {
    const context = await this.browser.newContext()
    await context.addInitScript(init)
    const page = await context.newPage()
    await page.goto(`${this.server.origin}${path}`)
    return page
  }

  /** A page in `folder` that isolates itself, once it is; the browser loads it twice for that. */
  async visitIsolated(folder = '/', init?: () => void): Promise<Page> {
    const page = await this.visit(`${folder}isolating`, init)
    await isolated(page)
    return page
  }

  async close(): Promise<void> {
    await this.browser.close()
    await this.server.close()
  }
}

/** Resolves once the page has isolated itself. */
export async function isolated(page: Page): Promise<void> {
  await page.locator('html[data-outcome="isolated"]').waitFor({ state: 'attached' })
}
