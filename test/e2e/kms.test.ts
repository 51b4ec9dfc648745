/** The KMS in Chromium: the same application as in Node, stored in IndexedDB under a key that is not extractable. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import type { KmsPage } from './kms-page.ts'

declare const page: KmsPage

const ORIGIN = 'http://localhost/'
let browser: Browser
let tab: Page
const complaints: string[] = []

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('kms-page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
    write: false,
  })
  browser = await launchBrowser()
  tab = await browser.newPage()
  tab.on('pageerror', (error) => complaints.push(String(error)))
  await tab.route(`${ORIGIN}**`, (route) =>
    route.request().url() === ORIGIN
      ? route.fulfill({
          contentType: 'text/html',
          body: '<!doctype html><script type="module" src="page.js"></script>',
        })
      : route.fulfill({ contentType: 'text/javascript', body: outputFiles[0]!.text }),
  )
  await open()
}, 60_000)
afterAll(() => browser.close())

async function open(): Promise<void> {
  await tab.goto(ORIGIN)
  await tab.waitForFunction(() => 'page' in globalThis)
}

test('keeps keys over a reload, and decrypts for an enclave in the tab', async () => {
  const ciphertext = await tab.evaluate(() => page.encrypt('a secret'))
  const identity = await tab.evaluate(() => page.identity())
  expect(await tab.evaluate((blob) => page.decrypt(blob), ciphertext)).toBe('a secret')
  await open()
  expect(await tab.evaluate((blob) => page.decrypt(blob), ciphertext)).toBe('a secret')
  expect(await tab.evaluate(() => page.identity())).toBe(identity)
  expect(complaints).toEqual([])
})

test('accepts a document with a nonce once, also if two KMSs share the database', async () => {
  const ciphertext = await tab.evaluate(() => page.encrypt('a secret'))
  const outcomes = await tab.evaluate((blob) => page.replay(blob), ciphertext)
  expect(outcomes).toEqual(['served', 'E_KMS_DOCUMENT', 'served'])
})

test('stores nothing in plaintext, under a key that is not extractable', async () => {
  await tab.evaluate(() => page.encrypt('a secret'))
  expect(await tab.evaluate(() => page.extractable)).toBe(false)
  const raw = await tab.evaluate(() => page.raw())
  expect(raw.length).toBeGreaterThan(500)
  for (const word of ['SYMMETRIC', 'material', 'pkcs8']) expect(raw).not.toContain(word)
})

test('its store keeps the contract of every store', async () => {
  const names = await tab.evaluate(() => page.contracts)
  expect(names.length).toBeGreaterThan(5)
  for (const name of names) {
    const findings = await tab.evaluate((one) => page.contract(one), name)
    for (const [found, expected] of findings) expect(found, name).toEqual(expected)
  }
})
