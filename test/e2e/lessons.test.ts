/** The lessons in Chromium: every step of each is done, and checks itself only when it has really happened. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LESSONS } from '../../web/lessons/all.ts'
import { axeFindings } from './axe.ts'
import { failExamples } from './fail-examples.ts'
import { isDone, type LessonTab, openLesson } from './lesson-tab.ts'
import { Site, textOf } from './site.ts'
import { show, type TabOptions } from './tab.ts'

let site: Site
beforeAll(async () => {
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

const open = (rest: string, options: TabOptions = {}) => openLesson(site, rest, options)

describe('every step', () => {
  /** The lessons come one after the other in the same tab, as a reader goes through them. */
  let tab: LessonTab
  beforeAll(async () => {
    tab = await open('')
  })
  afterAll(() => tab?.close())

  test.each(LESSONS.map(({ texts, steps }, at) => [at + 1, texts.en.title, steps] as const))(
    'of lesson %i, %s, is done by what it does, one after the other',
    async (number, title, steps) => {
      const { page, step, run } = tab
      await show(page, `#/lessons/${number}`, title)
      const { en } = LESSONS[number - 1]!.texts
      for (const [at, { name }] of steps.entries()) {
        expect(await isDone(step(name))).toBe('false')
        const next = steps[at + 1]
        if (next) expect(await step(next.name).getByRole('button').first().isDisabled()).toBe(true)
        expect(await run(name)).toBe(`✓ Done · ${en.steps[name]!.done}`)
        expect(await isDone(step(name))).toBe('true')
      }
      await page.getByRole('heading', { name: 'To remember' }).waitFor()
      expect(await page.locator('.lesson > .hint').first().textContent()).toContain(
        `${steps.length} of ${steps.length} steps done`,
      )
    },
  )
})

describe('a step that did not happen', () => {
  test('is not done although it ran: the parent instance says nothing through the door', async () => {
    const { step, run, close } = await open('3')
    for (const name of ['start', 'look', 'fetch', 'visit', 'knock']) await run(name)
    await step('open').getByLabel('The answer of the parent instance').fill('')
    expect(await run('open')).toContain('what this step is about has not happened')
    expect(await isDone(step('open'))).toBe('false')
    await step('open').getByLabel('The answer of the parent instance').fill('Hello')
    await step('open').getByLabel('The answer of the parent instance').press('Enter')
    await expect.poll(() => isDone(step('open'))).toBe('true')
    expect(await textOf(step('open').locator('[data-event="answer"] .value'))).toBe('{"heard":"Hello"}')
    await close()
  })

  test('shows its error, and can be tried again: an example that cannot be loaded', async () => {
    const { page, step, run, close } = await open('2', { init: failExamples })
    await run('measure')
    expect(await textOf(step('measure').getByRole('alert'))).toContain('HTTP status 404')
    expect(await isDone(step('measure'))).toBe('false')
    await page.evaluate(() => Reflect.set(globalThis, 'isMended', true))
    expect(await run('measure')).toContain('✓ Done')
    expect(await step('measure').getByRole('alert').count()).toBe(0)
    await close()
  })
})

test('without isolation the page says what is missing; measuring works, and a start says why not', async () => {
  const { page, step, run } = await open('2', { isBare: true })
  await page.locator('#missing li').first().waitFor()
  expect(await run('measure')).toContain('✓ Done')
  await run('start')
  await step('start').getByRole('alert').waitFor()
  expect(await isDone(step('start'))).toBe('false')
  await page.context().close()
})

test('beside the steps, one can talk with the enclave as one likes', async () => {
  const { page, run, close } = await open('1')
  await run('start')
  await page.locator('.live-side details > summary').first().click()
  await page.getByLabel('Argument as JSON').fill('{"name":"Mary"}')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  expect(await textOf(page.locator('.log .answered bdi'))).toBe('"Hello Mary, you are visitor 1."')
  await close()
})

test('leaving a lesson ends its enclaves', async () => {
  const { page, run, close } = await open('7')
  await run('normal')
  await run('debug')
  await page.getByRole('link', { name: 'Bench' }).click()
  await page.locator('#enclaves > .empty').waitFor()
  await expect.poll(() => page.locator('#enclaves article').count()).toBe(0)
  await close()
})

describe.each([
  ['en', 'light'],
  ['zh-CN', 'dark'],
] as const)('in %s and %s', (locale, theme) => {
  test('axe finds nothing, in the list and in a lesson with results and notes', async () => {
    const { page, run, close } = await open('', { locale })
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    expect(await axeFindings(page)).toEqual([])
    await page.goto(`${site.server.url}#/lessons/2`)
    for (const name of ['measure', 'start', 'change', 'run', 'judge']) await run(name)
    await page.locator('.teacher summary').click()
    for (const summary of await page.locator('.step details > summary, .live-side details > summary').all())
      await summary.click()
    expect(await axeFindings(page)).toEqual([])
    await close()
  })
})

test('in Chinese, a whole lesson is read in Chinese', async () => {
  const { page, step, run, close } = await open('7', { locale: 'zh-CN' })
  const { zh } = LESSONS[6]!.texts
  expect(await textOf(page.getByRole('heading', { level: 1 }))).toBe(zh.title)
  for (const { name } of LESSONS[6]!.steps) {
    expect(await textOf(step(name).getByRole('button').first())).toBe(zh.steps[name]!.button)
    expect(await run(name)).toBe(`✓ 已完成 · ${zh.steps[name]!.done}`)
  }
  await close()
})

test('at 360 pixels nothing is wider than the page', async () => {
  const { page, run, close } = await open('5', { viewport: { width: 360, height: 740 } })
  for (const name of ['start', 'key', 'encrypt', 'outside']) await run(name)
  await page.locator('.teacher summary').click()
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(360)
  await close()
})
