/**
 * A page on a static host that sends no extra headers, with a bundled test module whose exports are the page's global
 * `bundle`. The page has no policy of its own, so whatever is blocked in it is blocked by the code under test.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { patience } from '../support/patience.ts'
import { launchBrowser } from './browser.ts'
import { HttpCounter, type ServedFile } from './counter.ts'

const SERVICE_WORKER = fileURLToPath(new URL('../../dist/service-worker.js', import.meta.url))
const JAVASCRIPT = 'text/javascript'

const PAGE = '<!doctype html><title>A page</title><script src="/bundle.js"></script>'

/** Isolates the page, and stores the outcome in `data-outcome`. */
const ISOLATING = `<script>
  const tell = (outcome) => { document.documentElement.dataset.outcome = outcome }
  bundle.isolateTab().then(() => tell('isolated'), ({ message }) => tell(message))
</script>`

/** A Worker that calls a function of the bundle, as an application does that runs the parent instance in a Worker. */
const HOST = `importScripts(origin + '/bundle.js')
onmessage = ({ data: [name, ...words] }) =>
  bundle[name](...words).then((answer) => postMessage({ answer }), ({ message }) => postMessage({ error: message }))`

/** A service worker that is not webclave's. */
const OTHERS = `onactivate = (event) => event.waitUntil(clients.claim())
onfetch = () => {}`

/** The host, the browser and the pages, each in its own browser context. */
export class BarePages {
  readonly server: HttpCounter
  readonly browser: Browser

  private constructor(server: HttpCounter, browser: Browser) {
    this.server = server
    this.browser = browser
  }

  /** Bundles the module `file` of this folder, and serves it with the service worker, at / and at /deep/. */
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

  /** Opens `path` in a new browser context, in which `init` runs first. */
  async visit(path = '/', init: () => void = () => {}): Promise<Page> {
    const context = await this.browser.newContext()
    context.setDefaultTimeout(patience(60_000))
    await context.addInitScript(init)
    const page = await context.newPage()
    await page.goto(`${this.server.origin}${path}`)
    return page
  }

  /**
   * Opens a page in `folder` that isolates itself, and waits until it is isolated. The browser loads it twice for
   * that.
   */
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
