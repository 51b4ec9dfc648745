/** A view of the page in a tab of its own, which must neither complain nor ask another host for anything. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Site } from './site.ts'

export interface TabOptions {
  /** Whether the host sends no headers and the browser runs no service workers, so that the tab is not isolated. */
  readonly isBare?: boolean
  readonly locale?: string
  readonly viewport?: { readonly width: number; readonly height: number }
  /** Runs in the page before everything else. */
  readonly init?: (() => void) | undefined
}

export interface Tab {
  readonly page: Page
  close(): Promise<void>
}

/** Shows a view in a page that is open, which keeps what it has loaded. */
export async function show(page: Page, fragment: string, title: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash
  }, fragment)
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
}

/** Opens the page at `fragment`. */
export async function openTab(site: Site, fragment: string, options: TabOptions = {}): Promise<Tab> {
  const { isBare = false, locale = 'en', viewport = { width: 1280, height: 900 }, init } = options
  const serviceWorkers = isBare ? 'block' : 'allow'
  const context = await site.newContext({ viewport, locale, serviceWorkers })
  if (init) await context.addInitScript(init)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  const { url } = isBare ? site.plainServer : site.server
  await page.goto(`${url}${fragment}`)
  return {
    page,
    async close() {
      await context.close()
      expect(complaints).toEqual([])
      expect(site.outside.requests).toEqual([])
    },
  }
}
