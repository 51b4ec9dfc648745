/** The picture of what passes through the wall, in Chromium. */
import { readFile } from 'node:fs/promises'
import type { Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { settled } from './settled.ts'
import { Site, textOf, type Visit } from './site.ts'

let site: Site
let visit: Visit

beforeAll(async () => {
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

beforeEach(async () => {
  visit = await site.visit()
})
afterEach(async () => {
  await visit.page.context().close()
  expect(visit.complaints).toEqual([])
})

/** Calls a function of the service, and returns the answer. */
async function call(card: Locator, method: string, request: object): Promise<string> {
  const answers = card.locator('.answered bdi')
  const count = await answers.count()
  await card.getByLabel('Function').fill(method)
  await card.getByLabel('Argument as JSON').fill(JSON.stringify(request))
  await visit.button('Send', card).click()
  return textOf(answers.nth(count))
}

test('packets are listed with their headers decoded', async () => {
  const card = await visit.start()
  await call(card, 'greet', { name: 'Ada' })
  const rows = visit.page.locator('.packets tbody tr')
  await rows.filter({ hasText: 'REQUEST: connect' }).filter({ hasText: '→ 5000' }).waitFor()
  await rows.filter({ hasText: 'RW: data' }).filter({ hasText: '→ 5000' }).last().getByRole('button').click()
  const chosen = visit.page.locator('.chosen')
  const fields = Object.fromEntries(
    await chosen
      .locator('.header-fields > div')
      .evaluateAll((all) =>
        all.map((one) => [
          one.querySelector('dt code')?.textContent,
          one.querySelector('dd')?.textContent?.match(/= (\d+)/)?.[1],
        ]),
      ),
  )
  expect(fields).toMatchObject({ src_cid: '3', dst_cid: '4', dst_port: '5000', type: '1', op: '5' })
  expect(await textOf(chosen.locator('bdi'))).toContain('Ada')
  expect(fields['len']).not.toBe('0')
})

test('it can be paused, and packets let pass one by one', async () => {
  const card = await visit.start()
  await visit.button('Pause').click()
  await call(card, 'greet', { name: 'Ada' })
  const waiting = visit.page.getByText(/packets wait to be shown/)
  await waiting.waitFor()
  /** How many packets have been shown of those that have passed so far. */
  const shown = () =>
    visit.page.evaluate(() => {
      const sum = (selector: string) =>
        [...(document.querySelector(selector)?.textContent ?? '').matchAll(/\d+/g)].reduce(
          (total, [digits]) => total + Number(digits),
          0,
        )
      return sum('.packets .hint') - sum('.picture .row [role="status"]')
    })
  // Those of its boot may have been shown before the pause.
  const before = await settled(shown)
  const step = visit.button('One packet')
  await step.click()
  await expect.poll(shown).toBe(before + 1)
  await step.click()
  await expect.poll(shown).toBe(before + 2)
  await visit.button('Play').click()
  await waiting.waitFor({ state: 'detached' })
  expect(await step.isDisabled()).toBe(true)
})

test('the packets can be saved as pcapng', async () => {
  const card = await visit.start()
  await call(card, 'greet', { name: 'Ada' })
  const download = visit.page.waitForEvent('download')
  await visit.button('Download as pcapng').click()
  const saved = await download
  expect(saved.suggestedFilename()).toBe('enclave-0.pcapng')
  const bytes = await readFile(await saved.path())
  expect(bytes.subarray(0, 4).toString('hex')).toBe('0a0d0d0a')
  expect(bytes.includes('Ada')).toBe(true)
})

test('calls of the security module and the history of a PCR are shown, and memory below its limit', async () => {
  await visit.page.getByLabel('Example').selectOption('registers')
  await visit.page.locator('.measured[data-image="registers.eif"]').waitFor()
  const card = await visit.start()
  const own = visit.page.locator('[data-register="16"]')
  expect(await textOf(own)).toContain('open')
  const values = [
    await call(card, 'extend', { pcr: 16, text: 'a' }),
    await call(card, 'extend', { pcr: 16, text: 'b' }),
  ]
  await own.getByText('extended 2 times').waitFor()
  expect(await call(card, 'lock', { pcr: 16 })).toBe('true')
  await own.getByText('locked').waitFor()
  await card.getByLabel('Function').fill('extend')
  await card.getByLabel('Argument as JSON').fill('{"pcr":16,"text":"c"}')
  await visit.button('Send', card).click()
  expect(await textOf(card.getByRole('alert'))).toContain('read-only-index')
  const failed = visit.page.locator('.call-list .fails')
  expect(await textOf(failed)).toContain('extended PCR 16 failed: ReadOnlyIndex')
  // The value did not change, and its history is as the enclave reported it.
  const history = await own.locator('.history li').allTextContents()
  expect(history).toEqual(['0'.repeat(96), ...values.map((value) => JSON.parse(value))])
  const calls = await visit.page.locator('.call-list li').allTextContents()
  expect(calls.filter((one) => one.includes('extended'))).toHaveLength(3)
  const meter = card.getByRole('meter')
  await expect.poll(async () => Number(await meter.getAttribute('value'))).toBeGreaterThan(1)
  expect(Number(await meter.getAttribute('value'))).toBeLessThan(64)
  expect(await meter.getAttribute('max')).toBe('64')
})
