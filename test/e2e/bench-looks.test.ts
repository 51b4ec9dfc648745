/** The bench for people, in Chromium: accessibility, narrow screens, both languages, and that nothing jumps. */
import type { BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bench } from '../../web/i18n/bench.ts'
import { checks } from '../../web/i18n/checks.ts'
import { enclave } from '../../web/i18n/enclave.ts'
import { examples } from '../../web/i18n/examples.ts'
import { picture } from '../../web/i18n/picture.ts'
import { shell } from '../../web/i18n/shell.ts'
import { textsOf } from '../web/i18n/walk.ts'
import { axeFindings } from './axe.ts'
import { openEditor, Site, Visit } from './site.ts'

let site: Site

beforeAll(async () => {
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

async function open(options: BrowserContextOptions): Promise<Visit> {
  const context = await site.newContext(options)
  const visit = new Visit(await context.newPage())
  await visit.page.goto(site.server.url)
  await visit.ready()
  return visit
}

/** Starts and attests an enclave, so that everything of the bench is shown. */
async function fill({ page }: Visit): Promise<void> {
  await page.locator('#start button.main:enabled').click()
  const card = page.getByRole('article')
  await card.locator('form button').click()
  await card.locator('.log .answered').waitFor()
  await card.locator('.side-parent > div.row > button').click()
  await card.locator('.summary').waitFor()
  for (const details of await page.locator('main details > summary').all()) await details.click()
  await page.locator('.packets tbody button').first().click()
  await page.locator('.chosen').waitFor()
}

const cases = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1440, 360].map((width) => [colorScheme, width] as const),
)

describe('with everything shown', () => {
  let visit: Visit
  beforeAll(async () => {
    visit = await open({ reducedMotion: 'reduce' })
    await fill(visit)
  })
  afterAll(() => visit?.page.context().close())

  test.each(cases)('axe finds nothing, in the %s theme at %d pixels', async (colorScheme, width) => {
    await visit.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await visit.page.setViewportSize({ width, height: 900 })
    expect(await axeFindings(visit.page)).toEqual([])
    const wide = await visit.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wide).toBeLessThanOrEqual(0)
    expect(visit.complaints).toEqual([])
  })
})

test('in Chinese nothing on the bench is left in English', async () => {
  const visit = await open({ locale: 'zh-CN', viewport: { width: 1440, height: 900 } })
  await fill(visit)
  // What is marked as English is the original of what is explained beside it, and the program is as it was written.
  await visit.page.evaluate(() => {
    for (const original of document.querySelectorAll('[lang="en"], .editor-box')) original.remove()
  })
  // biome-ignore lint/performance/useDomNodeTextContent: only what is shown counts
  const shown = await visit.page.locator('body').innerText()
  expect(shown).toContain(bench.zh.title)
  const all = [bench, checks, enclave, examples, picture, shell].flatMap((texts) => textsOf(texts))
  const left = all.filter(({ en, zh }) => en !== zh && en.includes(' ') && shown.includes(en))
  expect(left).toEqual([])
  // What is only read aloud is not in the text.
  const labels = await visit.page
    .locator('[aria-label]')
    .evaluateAll((found) => found.map((one) => one.getAttribute('aria-label') ?? ''))
  expect(labels.filter((label) => all.some(({ en, zh }) => en !== zh && en === label))).toEqual([])
  await visit.page.context().close()
})

test('nothing jumps while the page and its editor are loaded, and while a program is built', async () => {
  const context = await site.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addInitScript(() => {
    const shifts: unknown[] = []
    Object.assign(globalThis, { shifts })
    const sizes = (of: { sources: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[] }) =>
      of.sources.map(({ node, previousRect, currentRect }) => {
        const element = node as Element | undefined
        return `${element?.nodeName}.${element?.className}: ${previousRect.y} to ${currentRect.y}`
      })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as (Parameters<typeof sizes>[0] & { value: number })[])
        shifts.push({ value: entry.value, sources: sizes(entry) })
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const visit = new Visit(await context.newPage())
  await visit.page.goto(site.server.url)
  await visit.ready()
  const editor = visit.page.getByRole('textbox', { name: 'Source of the program' })
  await editor.click()
  await visit.page.keyboard.press('Control+End')
  const before = await visit.page.locator('.measured').textContent()
  await visit.page.keyboard.insertText('console.log(1)')
  await expect.poll(() => visit.page.locator('.measured').textContent()).not.toBe(before)
  const shifts = (await visit.page.evaluate('shifts')) as { value: number; sources: string[] }[]
  const total = shifts.reduce((sum, { value }) => sum + value, 0)
  // What browsers' makers call good is 0.1.
  expect(total, JSON.stringify(shifts)).toBeLessThan(0.02)
  await context.close()
})

test('an enclave is started, talked with and stopped with the keyboard alone', async () => {
  const visit = await open({ viewport: { width: 1440, height: 900 } })
  const { page } = visit
  const focusedName = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 60; presses++) {
      if ((await focusedName()) === name) return
      // In the editor Tab indents, until Escape is pressed.
      await page.keyboard.press('Escape')
      await page.keyboard.press('Tab')
    }
    throw new Error(`${name} cannot be reached`)
  }
  await (await openEditor(page)).waitFor()
  await tabTo('Start')
  await page.keyboard.press('Enter')
  await page.getByRole('article').waitFor()
  await expect.poll(focusedName).toBe('Enclave 0')
  await tabTo('Send')
  await page.keyboard.press('Enter')
  await page.locator('.log .answered').waitFor()
  await page.keyboard.press('Tab')
  await tabTo('Attest')
  await page.keyboard.press('Enter')
  await page.locator('.summary[data-ok="true"]').waitFor()
  await page.context().close()
})
