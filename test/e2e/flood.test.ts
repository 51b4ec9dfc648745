/**
 * An enclave that prints lines without end does not freeze the page: another enclave answers, and Stop stops the
 * first one.
 */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { MAX_LINES, newestLines, newestText } from '../../web/parts/newest.ts'
import { Site } from './site.ts'

const guest = (path: string) => fileURLToPath(new URL(`../../guests/${path}`, import.meta.url))
const MAX_LINE = 4096

describe('the lines shown of a text', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`)
  const text = (count: number) => `${lines(count).join('\n')}\n`

  test.each([0, 1, 2, MAX_LINES - 1, MAX_LINES])('are all of %d lines', (count) => {
    expect(newestLines(count === 0 ? '' : text(count))).toEqual({
      lines: lines(count),
      isCut: false,
      rest: '',
    })
  })

  test('are the newest if there are more, and the rest is kept', () => {
    expect(newestLines(`${text(MAX_LINES + 1)}and`)).toEqual({
      lines: lines(MAX_LINES + 1).slice(1),
      isCut: true,
      rest: 'and',
    })
    expect(newestLines('\n'.repeat(MAX_LINES))).toMatchObject({ isCut: false })
    expect(newestLines('\n'.repeat(MAX_LINES + 1)).lines).toEqual(Array(MAX_LINES).fill(''))
    expect(newestLines('\n'.repeat(MAX_LINES + 1)).isCut).toBe(true)
  })

  test('are truncated if they are too long', () => {
    const most = 'x'.repeat(MAX_LINE)
    expect(newestLines(most)).toEqual({ lines: [], isCut: false, rest: most })
    expect(newestLines(`${most}y`)).toEqual({ lines: [`${most}…`], isCut: false, rest: '' })
    expect(newestLines(`${most}y\n`).lines).toEqual([`${most}…`])
    expect(newestLines(`${text(MAX_LINES)}${most}y`).lines).toHaveLength(MAX_LINES)
  })

  test('of a complete text end with what follows the last line', () => {
    expect(newestText('')).toEqual({ lines: [], isCut: false })
    expect(newestText('one\ntwo')).toEqual({ lines: ['one', 'two'], isCut: false })
    expect(newestText(text(MAX_LINES + 1))).toEqual({ lines: lines(MAX_LINES + 1).slice(1), isCut: true })
  })
})

describe('in Chromium', () => {
  let site: Site
  const images = new Map<string, Uint8Array>()

  beforeAll(async () => {
    images.set('echo', (await buildImage({ app: { path: guest('echo') } })).eif)
    images.set('flood', (await buildImage({ app: { path: guest('hostile/endless-lines.ts') } })).eif)
    site = await Site.open()
  }, 300_000)
  afterAll(() => site?.close())

  test.each([false, true])(
    'Stop works while an enclave prints without end (debug mode: %s)',
    async (debug) => {
      const visit = await site.visit()
      await visit.choose('echo.eif', images.get('echo')!)
      const quiet = await visit.start()
      await visit.choose('flood.eif', images.get('flood')!)
      if (debug) await visit.page.getByLabel('Debug mode').check()
      const flooding = await visit.start()
      await flooding.getByLabel('Line').fill('go')
      await visit.button('Send', flooding).click()
      await flooding.getByText('Earlier output is not shown.').first().waitFor({ state: 'attached' })
      // The other enclave still answers.
      expect(await visit.say(quiet, 'still here')).toBe('STILL HERE')
      expect(await flooding.locator('.log li').count()).toBeLessThanOrEqual(MAX_LINES + 1)
      expect(await flooding.locator('.state').getAttribute('data-state')).toBe('running')
      expect(await visit.stop(flooding)).toContain('killed')
      expect(await visit.stop(quiet)).toContain('killed')
      expect(visit.complaints).toEqual([])
      await visit.page.context().close()
    },
  )
})
