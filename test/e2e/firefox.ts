/** Firefox by WebDriver BiDi: Debian's firefox-esr, or what WEBCLAVE_FIREFOX names. */
import puppeteer, { type Browser, type BrowserContext, type ElementHandle, type Page } from 'puppeteer-core'
import { expect } from 'vitest'
import { patience } from '../support/patience.ts'
import { installed, programOf } from './debian.ts'
import type { Outside } from './outside.ts'

const NAMES = ['firefox-esr', 'firefox']

/** The path of Firefox; undefined if there is none and it cannot be installed. */
export function findFirefox(): string | undefined {
  return (
    process.env['WEBCLAVE_FIREFOX'] ??
    programOf(NAMES) ??
    (installed('firefox-esr') ? programOf(NAMES) : undefined)
  )
}

/** What puppeteer does not offer: the protocol itself. */
interface Protocol {
  readonly connection: { send(method: string, params: object): Promise<{ result: unknown }> }
}

/**
 * Ends the listener for Workers that WebDriver BiDi has in every process. While there is one, a Worker that starts
 * another waits for it, on the condition on which the new Worker waits for its tasks; Firefox wakes only one of them, and
 * so the Worker with the parent instances hangs after some hundred starts. A reader's Firefox has no such listener.
 */
async function leaveWorkersAlone(browser: Browser): Promise<void> {
  const { connection } = browser as unknown as Protocol
  const { result } = await connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' })
  const [window] = (result as { contexts: { context: string }[] }).contexts
  const answer = await connection.send('script.evaluate', {
    expression: "ChromeUtils.unregisterProcessActor('WebDriverWorkerListener')",
    target: { context: window!.context },
    awaitPromise: true,
  })
  expect(answer.result).toMatchObject({ type: 'success' })
}

/** One Firefox, whose tabs share what the page stores. */
export class Firefox {
  readonly #browser: Browser
  readonly #outside: Outside
  #shared: Promise<BrowserContext> | undefined

  private constructor(browser: Browser, outside: Outside) {
    this.#browser = browser
    this.#outside = outside
  }

  static async open(executablePath: string, outside: Outside): Promise<Firefox> {
    const host = '127.0.0.1'
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      args: ['--remote-allow-system-access'],
      extraPrefsFirefox: {
        'network.proxy.type': 1,
        'network.proxy.http': host,
        'network.proxy.http_port': outside.port,
        'network.proxy.ssl': host,
        'network.proxy.ssl_port': outside.port,
      },
    })
    await leaveWorkersAlone(browser)
    return new Firefox(browser, outside)
  }

  /** Opens a page in a new tab; a new visitor has nothing stored. */
  async tab(url: string, { isNewVisitor = false }: { isNewVisitor?: boolean } = {}): Promise<FirefoxTab> {
    this.#shared ??= this.#browser.createBrowserContext()
    const context = isNewVisitor ? await this.#browser.createBrowserContext() : await this.#shared
    const page = await context.newPage()
    page.setDefaultTimeout(patience(60_000))
    const tab = new FirefoxTab(page, this.#outside)
    await page.goto(url)
    return tab
  }

  close(): Promise<void> {
    return this.#browser.close()
  }
}

/** The page in one tab, which must neither complain nor ask another host for anything. */
export class FirefoxTab {
  readonly page: Page
  readonly #outside: Outside
  readonly #complaints: string[] = []

  constructor(page: Page, outside: Outside) {
    this.page = page
    this.#outside = outside
    page.on('pageerror', (error) => this.#complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push(message.text())
    })
  }

  /** The first element of a selector, as soon as there is one. */
  async find(selector: string): Promise<ElementHandle> {
    const found = await this.page.waitForSelector(selector)
    if (!found) throw new Error(`${selector} is not there`)
    return found
  }

  async press(name: string): Promise<void> {
    const button = await this.find(
      `::-p-xpath(//button[normalize-space(.)=${JSON.stringify(name)}][not(@disabled)])`,
    )
    await button.click()
  }

  async textOf(selector: string): Promise<string> {
    const found = await this.find(selector)
    return found.evaluate((element) => element.textContent ?? '')
  }

  /** The texts of all elements of a selector that are there now. */
  textsOf(selector: string): Promise<string[]> {
    return this.page.$$eval(selector, (found) => found.map((element) => element.textContent ?? ''))
  }

  /** Waits until `text` is shown. */
  async shows(text: string): Promise<void> {
    await this.find(`::-p-text(${text})`)
  }

  /** Drops a file on the page. */
  async drop(name: string, bytes: Uint8Array): Promise<void> {
    await this.page.evaluate(
      (name, base64) => {
        const dataTransfer = new DataTransfer()
        const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
        dataTransfer.items.add(new File([bytes], name))
        const how = { dataTransfer, bubbles: true, cancelable: true }
        document.querySelector('main')?.dispatchEvent(new DragEvent('drop', how))
      },
      name,
      Buffer.from(bytes).toString('base64'),
    )
  }

  async close(): Promise<void> {
    await this.page.close()
    expect(this.#complaints).toEqual([])
    expect(this.#outside.requests).toEqual([])
  }
}
