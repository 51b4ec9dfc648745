/** The view of the attacks, in Chromium: each really runs and fails for the reason that is shown; its control succeeds. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTACKS } from '../../web/attacks/all.ts'
import { REASONS } from './attack-reasons.ts'
import { axeFindings } from './axe.ts'
import { failExamples } from './fail-examples.ts'
import { Site, textOf } from './site.ts'
import { openTab, show, type Tab, type TabOptions } from './tab.ts'

let site: Site
beforeAll(async () => {
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

async function open(rest: string, options: TabOptions = {}) {
  const tab = await openTab(site, `#/attacks${rest && `/${rest}`}`, options)
  await tab.page.locator('.steps button:enabled, .cards').first().waitFor()
  return tab
}

const trialOf = (page: Page, name: string) => page.locator(`[data-trial="${name}"]`)

/** Presses the button of an attempt; its outcome. */
async function run(trial: Locator): Promise<string | null> {
  expect(await trial.getAttribute('data-outcome')).toBeNull()
  await trial.getByRole('button').first().click()
  await trial.page().locator('[data-busy]').waitFor({ state: 'detached' })
  return trial.getAttribute('data-outcome')
}

describe('each attack fails, and succeeds without the defence', () => {
  /** The attacks come one after the other in the same tab, as a reader goes through them. */
  let tab: Tab
  beforeAll(async () => {
    tab = await open('')
  })
  afterAll(() => tab?.close())

  test.each(Object.entries(REASONS))('%s', async (name, [reason, hasText]) => {
    const { page } = tab
    await show(page, `#/attacks/${name}`, ATTACKS.find((one) => one.name === name)!.texts.en.title)
    const [attack, control] = [trialOf(page, 'attack'), trialOf(page, 'control')]
    expect(await run(attack), (await attack.textContent())!).toBe('stopped')
    expect(await attack.locator(reason, { hasText }).count()).toBeGreaterThan(0)
    expect(await page.getByRole('heading', { name: 'Why' }).count()).toBe(0)
    expect(await run(control)).toBe('succeeded')
    expect(await textOf(control.locator('.step-state'))).toContain('The attack succeeded.')
    await page.getByRole('heading', { name: 'Why' }).waitFor()
  })
})

test('the owner of the machine succeeds: every check passes, and the secret is out', async () => {
  const { page, close } = await open('owner')
  expect(await run(trialOf(page, 'control'))).toBe('stopped')
  const attack = trialOf(page, 'attack')
  expect(await run(attack)).toBe('succeeded')
  expect(await textOf(attack.locator('.summary').first())).toContain('Verified')
  expect(await attack.locator('[data-status="200"]').count()).toBe(1)
  expect(await attack.locator('[data-event="answer"] .value').textContent()).toContain(
    'Only the enclave may know this',
  )
  // The same measurement both times.
  const measured = (trial: Locator) => textOf(trial.locator('[data-event="started"] [data-name="PCR0"]'))
  expect(await measured(attack)).toBe(await measured(trialOf(page, 'control')))
  await close()
})

test('the list has every attack, also for an unknown name', async () => {
  const { page, close } = await open('nothing')
  await page.getByText('This attack does not exist').waitFor()
  expect(await page.locator('.cards li').count()).toBe(ATTACKS.length)
  await page.getByRole('link', { name: 'Tamper with the image' }).click()
  await page.getByRole('heading', { level: 1, name: 'Tamper with the image' }).waitFor()
  await close()
})

test('an attempt that cannot be made shows why, and has no outcome', async () => {
  const { page, close } = await open('replay', { init: failExamples })
  expect(await run(trialOf(page, 'attack'))).toBeNull()
  expect(await textOf(page.getByRole('alert'))).toContain('HTTP status 404')
  await page.evaluate(() => Reflect.set(globalThis, 'isMended', true))
  expect(await run(trialOf(page, 'attack'))).toBe('stopped')
  await close()
})

test('leaving an attack ends its enclaves', async () => {
  const { page, close } = await open('tamper')
  await run(trialOf(page, 'attack'))
  await page.getByRole('link', { name: 'Bench' }).click()
  await page.locator('#enclaves > .empty').waitFor()
  await expect.poll(() => page.locator('#enclaves article').count()).toBe(0)
  await close()
})

describe.each([
  ['en', 'dark'],
  ['zh-CN', 'light'],
] as const)('in %s and %s', (locale, colorScheme) => {
  test('axe finds nothing, in the list and in an attack with its results', async () => {
    const { page, close } = await open('', { locale })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await axeFindings(page)).toEqual([])
    await page.goto(`${site.server.url}#/attacks/owner`)
    expect(await run(trialOf(page, 'control'))).toBe('stopped')
    expect(await run(trialOf(page, 'attack'))).toBe('succeeded')
    expect(await axeFindings(page)).toEqual([])
    await close()
  })
})

test('at 360 pixels nothing is wider than the page', async () => {
  const { page, close } = await open('owner', { viewport: { width: 360, height: 740 } })
  await run(trialOf(page, 'attack'))
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  await close()
})
