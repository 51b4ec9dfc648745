/** Every view by keyboard alone, in Chromium: all is reached, the focus shows and is not covered, and nothing holds it. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settled } from './settled.ts'
import { openEditor, Site } from './site.ts'
import { openTab, type Tab } from './tab.ts'
import { missed, walk } from './tab-walk.ts'

let site: Site
beforeAll(async () => {
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** The views, each with what it shows when there is most to operate. */
const VIEWS: readonly (readonly [name: string, fragment: string, fill: (page: Page) => Promise<void>])[] = [
  [
    'the bench with an enclave',
    '',
    async (page) => {
      await (await openEditor(page)).waitFor()
      await press(page, 'Start')
      await press(page, 'Send')
      await page.locator('.log .answered').waitFor()
      await press(page, 'Attest')
      await page.locator('.summary').waitFor()
      // The last packets come after the answers, and each is a button.
      await settled(() => page.locator('.packets .hint').first().textContent())
    },
  ],
  [
    'a document',
    '#/document',
    async (page) => {
      await press(page, 'Get one from an enclave of this page')
      await page.locator('.summary').waitFor()
      // A hundred items of the tree are one like the other.
      await page.evaluate(() => {
        for (const one of document.querySelectorAll('.tree li li li')) one.remove()
      })
    },
  ],
  [
    'the key',
    '#/key',
    async (page) => {
      await press(page, 'Create a key')
      await press(page, 'Encrypt it')
      await press(page, 'Open it here, outside')
      await page.locator('.kms-calls details').waitFor()
    },
  ],
  [
    'a lesson',
    '#/lessons/1',
    async (page) => {
      await page.locator('.step button:enabled').first().click()
      await page.locator('.step[data-done="true"]').waitFor()
    },
  ],
  [
    'an attack',
    '#/attacks/memory',
    async (page) => {
      await page.locator('.step button:enabled').first().click()
      await page.locator('.step[data-outcome]').waitFor()
    },
  ],
  ['the list of lessons', '#/lessons', (page) => page.locator('.cards').waitFor()],
]

/** The views that are open and filled, which are looked at in two widths. */
const tabs = new Map<string, Tab>()

async function tabOf(fragment: string, fill: (page: Page) => Promise<void>): Promise<Tab> {
  const found = tabs.get(fragment)
  if (found) return found
  const tab = await openTab(site, fragment)
  await fill(tab.page)
  tabs.set(fragment, tab)
  return tab
}

describe.each([1440, 360])('at %i pixels', (width) => {
  test.each(VIEWS)('%s', async (_, fragment, fill) => {
    const { page, close } = await tabOf(fragment, fill)
    await page.setViewportSize({ width, height: 740 })
    const stops = await walk(page)
    expect(stops.filter(({ isMarked }) => !isMarked)).toEqual([])
    expect(stops.filter(({ coveredBy }) => coveredBy)).toEqual([])
    expect(await missed(page)).toEqual([])
    // Nothing is wider than the page.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    if (width === 360) await close()
  })
})

test('one can skip to the content, past the header', async () => {
  const { page, close } = await openTab(site, '#/key')
  await page.getByRole('button', { name: 'Create a key' }).waitFor()
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Create a key')
  await close()
})

test('in the editor Tab indents, and the page says how to leave it', async () => {
  const { page, close } = await openTab(site, '')
  const editor = await openEditor(page)
  await editor.click()
  const before = await editor.textContent()
  await page.keyboard.press('Tab')
  await expect.poll(() => editor.textContent()).not.toBe(before)
  expect(await editor.getAttribute('aria-description')).toBe(
    await page.locator('.editor-foot p.hint:not(.meter)').textContent(),
  )
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Back to the example')
  await page.keyboard.press('Shift+Tab')
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('editor')
  await close()
})
