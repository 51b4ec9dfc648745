/** The page without its host: after a visit on a plain host it works offline, whole. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveFolder } from '../../web/site/serve.ts'
import { openEditor, Site, textOf } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

/** Runs in the page: a copy is kept at once, not only when the reader's own work has come first. */
function keepAtOnce(): void {
  const real = globalThis.setTimeout
  const AFTER = 8000
  const sooner = (run: () => void, after?: number) => real(run, after === AFTER ? 0 : after)
  globalThis.setTimeout = sooner as typeof setTimeout
}

test('a copy is kept, with which enclaves run and programs are built when the host is gone', async () => {
  const server = await serveFolder({ root: site.folder, port: 0, base: '/deep/er/', bare: true })
  // Not `site.visit`, whose reader saves data.
  const context = await site.browser.newContext()
  await context.addInitScript(keepAtOnce)
  const visit = await Site.visitIn(context, server.url)
  const { page } = visit
  await page.getByText('A copy is kept: the page works without a network now.').waitFor({ timeout: 120_000 })
  await server.close()
  await expect(fetch(server.url)).rejects.toThrow()
  await page.reload()
  await visit.ready()
  const card = await visit.start()
  expect((await visit.attest(card)).failed).toEqual([])
  const measured = page.locator('.measured')
  const before = await textOf(measured)
  await (await openEditor(page)).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.insertText('console.log(1)')
  await expect.poll(() => measured.textContent()).not.toBe(before)
  await page.context().close()
})

test('says so if no copy can be kept', async () => {
  const context = await site.browser.newContext()
  await context.addInitScript(keepAtOnce)
  await context.addInitScript(() => {
    // What a full storage does: the service worker's request for the list of caches fails in the page's stead.
    const post = ServiceWorker.prototype.postMessage as (...words: unknown[]) => void
    ServiceWorker.prototype.postMessage = function (this: ServiceWorker, ...words: unknown[]) {
      const [message, ports] = words as [unknown, MessagePort[] | undefined]
      if (message === 'webclave: keep a copy') ports?.[0]?.postMessage(false)
      else post.apply(this, words)
    } as typeof ServiceWorker.prototype.postMessage
  })
  const visit = await Site.visitIn(context, site.server.url)
  await visit.page.getByText('No copy could be kept').waitFor({ timeout: 60_000 })
  await visit.page.context().close()
})
