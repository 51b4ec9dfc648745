/** What the browser tests share: the built page on a server, the browser, and the page as a user operates it. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { StaticServer } from '../../web/site/serve.ts'
import { patience } from '../support/patience.ts'
import { launchBrowser, SHORT_VISITS } from './browser.ts'
import { Outside } from './outside.ts'
import { BASE, type Served, serveSite } from './served.ts'

const VIEWPORT = { width: 1280, height: 900 }

/** Runs in the page. */
function saveData(): void {
  Object.defineProperty(Navigator.prototype, 'connection', { value: { saveData: true } })
}

/** The built page on two servers, and a browser. */
export class Site implements Served {
  readonly browser: Browser
  readonly outside: Outside
  readonly #parts: Served

  private constructor(parts: Served, browser: Browser, outside: Outside) {
    this.#parts = parts
    this.browser = browser
    this.outside = outside
  }

  static async open(): Promise<Site> {
    const parts = await serveSite()
    const outside = await Outside.open()
    return new Site(parts, await launchBrowser(outside.argument, SHORT_VISITS), outside)
  }

  get folder(): string {
    return this.#parts.folder
  }

  get server(): StaticServer {
    return this.#parts.server
  }

  get plainServer(): StaticServer {
    return this.#parts.plainServer
  }

  get served(): [string, number][] {
    return this.#parts.served
  }

  get plainServed(): [string, number][] {
    return this.#parts.plainServed
  }

  /**
   * The path inside the site without its hash, or the status and path if the request was outside the site or failed.
   */
  static nameOf([path, status]: [string, number]): string {
    if (!path.startsWith(BASE) || status !== 200) return `${status} ${path}`
    return path.slice(BASE.length).replace(/-[\w-]{8}(?=[./])/, '')
  }

  /** A browser context of a reader who saves data: the page loads nothing to be kept. */
  async newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({ viewport: VIEWPORT, ...options })
    context.setDefaultTimeout(patience(60_000))
    await context.addInitScript(saveData)
    return context
  }

  /** Opens the page in its own browser context, where `init` has run first. */
  async visit(url: string = this.server.url, init?: () => void): Promise<Visit> {
    const context = await this.newContext()
    if (init) await context.addInitScript(init)
    return Site.visitIn(context, url)
  }

  /** Opens the page in `context`. */
  static async visitIn(context: BrowserContext, url: string): Promise<Visit> {
    const visit = new Visit(await context.newPage())
    await visit.page.goto(url)
    await visit.ready()
    return visit
  }

  async close(): Promise<void> {
    await this.browser.close()
    await Promise.all([this.#parts.close(), this.outside.close()])
  }
}

/** The page in one tab, operated by the labels that a user sees. */
export class Visit {
  readonly page: Page
  /** Console errors and page errors, also of its Workers. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text())
    })
  }

  /**
   * Resolves once the page offers to start enclaves or reports what is missing. The page may have been loaded twice
   * by then.
   */
  async ready(): Promise<void> {
    await this.page.locator('#start button:enabled, #missing li').first().waitFor()
  }

  button(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, exact: true })
  }

  /** Chooses a file, and returns the PCR0 that the page shows. */
  async choose(name: string, bytes: Uint8Array): Promise<string> {
    const buffer = Buffer.from(bytes)
    await this.page
      .getByLabel('Image file')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
    return textOf(this.page.locator(`.measured[data-image="${name}"]`))
  }

  /** Starts an enclave and returns its card. */
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

  /** Sends a line and returns the first answer. */
  async say(card: Locator, line: string): Promise<string> {
    const answers = card.locator('.answered bdi')
    const count = await answers.count()
    await card.getByLabel('Line').fill(line)
    await this.button('Send', card).click()
    return textOf(answers.nth(count))
  }

  /**
   * Requests an attestation, and returns the first line of the verdict, the names of the failed checks, and the
   * number of checks.
   */
  async attest(card: Locator): Promise<{ summary: string; failed: string[]; count: number }> {
    await this.button('Attest', card).click()
    const summary = await textOf(card.locator('.summary'))
    const failed = await card
      .locator('.checks .fails')
      .evaluateAll((items) => items.map((item) => item.dataset['check']))
    return { summary, failed: failed as string[], count: await card.locator('.checks li').count() }
  }

  /** Stops the enclave, and returns the last state shown. */
  async stop(card: Locator): Promise<string> {
    await this.button('Stop', card).click()
    return this.ended(card)
  }

  /** The state shown after the enclave has ended. */
  ended(card: Locator): Promise<string> {
    return textOf(card.locator('.state[data-state="ended"]'))
  }
}

/** The editor of the bench: the page loads it when the reader points there, and only later by itself. */
export async function openEditor(page: Page): Promise<Locator> {
  await page.locator('.editor-box').hover()
  return page.getByRole('textbox', { name: 'Source of the program' })
}

/** The text of an element, as soon as it has one. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? ''
}
