/** What the browser tests share: the built page on a server, the browser, and the page as a person uses it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { buildSite } from '../../web/site/build.ts'
import { type StaticServer, serveFolder } from '../../web/site/serve.ts'
import { launchBrowser } from './browser.ts'
import { Outside } from './outside.ts'

/** Somewhere beneath a host, where a site that reaches for its host's root would fail. */
const BASE = '/some/where/else/'

interface Parts {
  folder: string
  browser: Browser
  outside: Outside
  server: StaticServer
  plainServer: StaticServer
  served: [string, number][]
  plainServed: [string, number][]
}

/** The built page, served, and a browser. */
export class Site {
  readonly folder: string
  readonly browser: Browser
  readonly outside: Outside
  readonly server: StaticServer
  /** The same on the plainest of hosts: no header but what a file is. */
  readonly plainServer: StaticServer
  /** Paths that were served, and their status. */
  readonly served: [string, number][]
  readonly plainServed: [string, number][]

  private constructor(parts: Parts) {
    this.folder = parts.folder
    this.browser = parts.browser
    this.outside = parts.outside
    this.server = parts.server
    this.plainServer = parts.plainServer
    this.served = parts.served
    this.plainServed = parts.plainServed
  }

  static async open(): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), 'webclave-site-'))
    await buildSite(folder)
    const served: [string, number][] = []
    const plainServed: [string, number][] = []
    const server = await serveFolder({
      root: folder,
      port: 0,
      base: BASE,
      onRequest: (path, status) => void served.push([path, status]),
    })
    const plainServer = await serveFolder({
      root: folder,
      port: 0,
      base: BASE,
      bare: true,
      onRequest: (path, status) => void plainServed.push([path, status]),
    })
    const outside = await Outside.open()
    const browser = await launchBrowser(outside.argument)
    return new Site({ folder, browser, outside, server, plainServer, served, plainServed })
  }

  /** The part of a served path that is the site's own, or a word about one that is not. */
  static nameOf([path, status]: [string, number]): string {
    if (!path.startsWith(BASE) || status !== 200) return `${status} ${path}`
    return path.slice(BASE.length).replace(/-[\w-]{8}(?=[./])/, '')
  }

  /** Opens the page in a tab of its own, where `init` has run first. */
  async visit(url: string = this.server.url, init?: () => void): Promise<Visit> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 } })
    if (init) await context.addInitScript(init)
    const visit = new Visit(await context.newPage())
    await visit.page.goto(url)
    await visit.ready()
    return visit
  }

  async close(): Promise<void> {
    await this.browser.close()
    await Promise.all([this.server.close(), this.plainServer.close(), this.outside.close()])
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** The page in one tab, in the words that a person reads on it. */
export class Visit {
  readonly page: Page
  /** Whatever the page, or a Worker of it, complained about. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text())
    })
  }

  /** Resolves once the page offers enclaves, or says what is missing; it may have been loaded twice by then. */
  async ready(): Promise<void> {
    await this.page.locator('#app:not([hidden]), #missing li').first().waitFor()
  }

  button(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, exact: true })
  }

  /** Chooses a file, and gives the PCR0 that the page measures. */
  async choose(name: string, bytes: Uint8Array): Promise<string> {
    const buffer = Buffer.from(bytes)
    await this.page
      .getByLabel('Image file')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
    return textOf(this.page.locator('#image .measured'))
  }

  /** Starts an enclave and gives its card. */
  async start(button = 'Start'): Promise<Locator> {
    const cards = this.page.getByRole('article')
    const count = await cards.count()
    await this.button(button).click()
    const refused = this.page.locator('#start').getByRole('alert')
    await cards.nth(count).or(refused).waitFor()
    if (await refused.isVisible()) throw new Error(`it did not start: ${await textOf(refused)}`)
    return this.page.getByRole('article', { name: `Enclave ${count}`, exact: true })
  }

  pcr0(card: Locator): Promise<string> {
    return textOf(card.locator('[data-pcr="PCR0"] dd'))
  }

  /** Sends a line and gives the first answer. */
  async say(card: Locator, line: string): Promise<string> {
    const answers = card.locator('.answered bdi')
    const count = await answers.count()
    await card.getByLabel('Line').fill(line)
    await this.button('Send', card).click()
    return textOf(answers.nth(count))
  }

  /** Attests, and gives the verdict's first line and the names of the checks that fail. */
  async attest(card: Locator): Promise<{ summary: string; failed: string[]; count: number }> {
    await this.button('Attest', card).click()
    const summary = await textOf(card.locator('.summary'))
    const failed = await card
      .locator('.checks .fails')
      .evaluateAll((items) => items.map((item) => item.dataset['check']))
    return { summary, failed: failed as string[], count: await card.locator('.checks li').count() }
  }

  /** Stops it, and gives its last state. */
  async stop(card: Locator): Promise<string> {
    await this.button('Stop', card).click()
    return this.ended(card)
  }

  /** Its state once it has ended. */
  ended(card: Locator): Promise<string> {
    return textOf(card.locator('.state[data-state="ended"]'))
  }
}

/** The text of an element, once there is one. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? ''
}
