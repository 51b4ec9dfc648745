/**
 * The platform's Workers behave the same in Node and in Chromium: every failure is reported, and a terminated Worker
 * stops.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BarePages } from './bare-page.ts'
import { CASES, endOfPoster } from './platform-cases.ts'

/** The expected result of each case, in Node and in Chromium. Messages of the platform itself may differ. */
const EXPECTED: Record<string, unknown> = {
  'a script with a syntax error': expect.stringMatching(/unexpected identifier|could not be started/i),
  'a script that throws at once': expect.stringContaining('thrown at once'),
  'a boot that throws': expect.stringContaining('thrown in boot'),
  'a boot that rejects': expect.stringContaining('rejected in boot'),
  'terminating a Worker that spins': null,
  'an enclave whose Worker does not start': expect.stringMatching(/^E_ENCLAVE_BOOT: .*got host-lost: /),
  'an enclave that never runs': expect.stringMatching(/^E_ENCLAVE_BOOT: .*got deadline: /),
  'an enclave whose Worker fails while it runs': ['host-lost', expect.stringContaining('broken')],
  'an enclave that spins and is killed': { kind: 'killed', message: 'enough' },
}
const NAMES = Object.keys(EXPECTED)

/** The global variable that the bundle sets. */
interface Bundle {
  bundle: typeof import('./platform-cases.ts')
}

test('every case has an expectation', () => {
  expect(Object.keys(CASES)).toEqual(NAMES)
})

describe('Workers in Node', () => {
  test.each(NAMES)('%s', async (name) => {
    expect(await CASES[name]?.()).toEqual(EXPECTED[name])
  })

  test('ignore unexpected messages', async () => {
    expect(await endOfPoster()).toEqual({ kind: 'deadline', message: 'it ran for more than 1000 ms' })
  })
})

describe('Workers in Chromium', () => {
  let pages: BarePages
  let page: Page

  beforeAll(async () => {
    pages = await BarePages.open('platform-cases.ts')
    page = await pages.visitIsolated()
  }, 300_000)

  afterAll(() => pages?.close())

  test.each(NAMES)('%s', async (name) => {
    const result = await page.evaluate((key) => (globalThis as unknown as Bundle).bundle.CASES[key]?.(), name)
    expect(result).toEqual(EXPECTED[name])
  })

  test('are ended at the first unexpected message', async () => {
    const end = await page.evaluate(() => (globalThis as unknown as Bundle).bundle.endOfPoster())
    expect(end).toEqual({
      kind: 'host-lost',
      message: 'the Worker sent an unexpected message',
    })
  })
})
