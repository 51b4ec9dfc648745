/**
 * The page: how long it takes from a navigation until the first enclave is attested, with everything cached, against a
 * bare page until the first message of a bare Worker.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../test/e2e/browser.ts'
import { serveFolder } from '../web/site/serve.ts'
import type { Benchmark } from './harness.ts'

const BARE = '<!doctype html><title>bare</title><script src="bare.js"></script>'
const BARE_SCRIPT = `const worker = new Worker('worker.js')
worker.onmessage = () => { globalThis.doneAt = performance.now() }`
const BARE_WORKER = 'postMessage(0)'

type Timed = typeof globalThis & { doneAt?: number }

/**
 * Presses the page's buttons as soon as they can be pressed, and notes when the verdict is there. In the page, because a
 * click of the driver takes longer than most of what is measured.
 */
function attestFirst(): void {
  const button = (text: string) =>
    [...document.querySelectorAll('button')].find((one) => one.textContent === text && !one.disabled)
  const steps = [
    () => document.querySelector<HTMLButtonElement>('#start button.main:enabled'),
    () => button('Attest'),
    () => document.querySelector<HTMLElement>('.summary[data-ok="true"]'),
  ]
  new MutationObserver((_, observer) => {
    const found = steps[0]!()
    if (!found) return
    steps.shift()
    found.click()
    if (steps.length > 0) return
    observer.disconnect()
    ;(globalThis as Timed).doneAt = performance.now()
  }).observe(document, { childList: true, subtree: true, attributes: true })
}

/** Milliseconds from the navigation until the page is done, by its own clock. */
async function untilDone(page: Page, url: string): Promise<number> {
  await page.goto(url)
  const found = await page.waitForFunction(() => (globalThis as Timed).doneAt)
  return (await found.jsonValue())!
}

export const web: Benchmark = {
  room: 'web',
  async measurements() {
    const { buildSite } = await import('../web/site/build.ts')
    const folder = await mkdtemp(join(tmpdir(), 'webclave-bench-web-'))
    await buildSite(join(folder, 'site'))
    await writeFile(join(folder, 'site/bare.html'), BARE)
    await writeFile(join(folder, 'site/bare.js'), BARE_SCRIPT)
    await writeFile(join(folder, 'site/worker.js'), BARE_WORKER)
    const server = await serveFolder({ root: join(folder, 'site'), port: 0 })
    const browser = await launchBrowser()
    const context = async () => {
      const own = await browser.newContext({ locale: 'en' })
      await own.addInitScript(attestFirst)
      return own
    }
    const page = await (await context()).newPage()
    const cold = async () => {
      const own = await context()
      const time = await untilDone(await own.newPage(), server.url)
      await own.close()
      return time
    }
    return {
      rows: [
        {
          name: 'the page until the first attested enclave, warm, against a bare Worker',
          unit: 'ms',
          samples: 9,
          subject: () => untilDone(page, server.url),
          baseline: () => untilDone(page, `${server.url}bare.html`),
          goal: { atMost: 2000, orTimes: 6 },
        },
        {
          name: 'the page until the first attested enclave, cold',
          unit: 'ms',
          samples: 5,
          subject: cold,
          goal: { atMost: 4000, orTimes: 1 },
        },
      ],
      async tearDown() {
        await browser.close()
        await server.close()
        await rm(folder, { recursive: true })
      },
    }
  },
}
