/** Lessons that are continued, in Chromium: after a visit that ended, or from a teacher's link. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LESSONS } from '../../web/lessons/all.ts'
import { writeProgress } from '../../web/lessons/progress.ts'
import { isDone, openLesson } from './lesson-tab.ts'
import { Site, textOf } from './site.ts'
import type { TabOptions } from './tab.ts'

let site: Site
beforeAll(async () => {
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

const open = (rest: string, options: TabOptions = {}) => openLesson(site, rest, options)

describe('a lesson that was left half done', () => {
  test('continues when it is opened again, with what was entered', async () => {
    const { page, step, run, close } = await open('1')
    await run('start')
    await step('greet').getByLabel('Your name').fill('Grace')
    await run('greet')
    await page.reload()
    await page.getByRole('heading', { name: 'This lesson was begun before' }).waitFor()
    expect(await step('greet').getByLabel('Your name').inputValue()).toBe('Grace')
    // Nothing runs before the reader wants it.
    expect(await page.locator('[data-event]').count()).toBe(0)
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect.poll(() => isDone(step('greet'))).toBe('true')
    expect(await textOf(step('greet').locator('[data-event="answer"] .value'))).toContain('Hello Grace')
    expect(await isDone(step('remember'))).toBe('false')
    // The focus goes where the lesson goes on.
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest<HTMLElement>('.step')?.dataset['step'])
    await expect.poll(focused).toBe('remember')
    await page.goto(`${site.server.url}#/lessons`)
    await page.getByText('2 of 6 steps done').waitFor()
    await close()
  })

  test('can be begun afresh', async () => {
    const data = writeProgress({ done: 1, entered: { greet: 'Grace' } })
    const { page, step, close } = await open(`1/${data}`)
    await page.getByRole('button', { name: 'Begin afresh' }).click()
    expect(await page.getByRole('heading', { name: 'This lesson was begun before' }).count()).toBe(0)
    expect(await step('greet').getByLabel('Your name').inputValue()).toBe('Ada')
    await close()
  })

  test('works where nothing may be stored', async () => {
    const { run, close } = await open('2', {
      init: () => {
        Object.defineProperty(globalThis, 'localStorage', {
          get: () => {
            throw new DOMException('forbidden', 'SecurityError')
          },
        })
      },
    })
    expect(await run('measure')).toContain('✓ Done')
    await close()
  })
})

describe('the link for teachers', () => {
  test('restores the state in another browser', async () => {
    const first = await open('6')
    await first.run('start')
    await first.step('extend').getByLabel('Text').fill('为课堂准备')
    await first.run('extend')
    await first.page.getByText('For teachers').click()
    await first.page.getByRole('button', { name: 'Copy a link to this state' }).click()
    await first.page.getByText('The link is copied').waitFor()
    const data = new URL(first.page.url()).hash.split('/')[3]!
    const register = await textOf(first.step('extend').locator('[data-event="answer"] .value'))
    await first.close()

    const second = await open(`6/${data}`)
    expect(await second.step('extend').getByLabel('Text').inputValue()).toBe('为课堂准备')
    await second.page.getByRole('button', { name: 'Continue' }).click()
    await expect.poll(() => isDone(second.step('extend'))).toBe('true')
    expect(await textOf(second.step('extend').locator('[data-event="answer"] .value'))).toBe(register)
    await second.close()
  })

  test('is refused if it was cut, and the lesson begins at its start', async () => {
    const { page, step, close } = await open('1/AAAA')
    expect(await textOf(page.getByRole('alert'))).toContain('E_SHARED')
    expect(await step('start').getByRole('button').first().isEnabled()).toBe(true)
    await close()
  })

  test('to a lesson that does not exist shows the list', async () => {
    const { page, close } = await open('8')
    await page.getByText('This lesson does not exist').waitFor()
    expect(await page.locator('.cards li').count()).toBe(LESSONS.length)
    await close()
  })
})
