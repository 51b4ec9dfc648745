/** The platform's Workers, the same cases in Node and in Chromium: every way to fail is told, and an end is an end. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StaticServer, serveFolder } from '../../web/site/serve.ts'
import { launchBrowser } from './browser.ts'
import { CASES } from './platform-cases.ts'

/** What each case gives, in both homes; the wording of what a home says itself is its own. */
const EXPECTED: Record<string, unknown> = {
  'a script that is no script': expect.stringMatching(/unexpected identifier|could not be started/i),
  'a script that throws at once': expect.stringContaining('thrown at once'),
  'a boot that throws': expect.stringContaining('thrown in boot'),
  'a boot that rejects': expect.stringContaining('rejected in boot'),
  'terminating one that spins': { error: null, stopped: true },
  'an enclave whose Worker does not start': expect.stringMatching(/^E_ENCLAVE_BOOT: .*got host-lost: /),
  'an enclave that never runs': expect.stringMatching(/^E_ENCLAVE_BOOT: .*got deadline: /),
  'an enclave whose Worker is lost while it runs': ['host-lost', expect.stringContaining('broken')],
  'an enclave that spins and is killed': { kind: 'killed', message: 'enough' },
}
const NAMES = Object.keys(EXPECTED)

const SERVICE_WORKER = fileURLToPath(new URL('../../dist/service-worker.js', import.meta.url))

/** What the bundle of the cases leaves in the page. */
interface Bundle {
  platform: typeof import('./platform-cases.ts')
}

test('every case has an expectation', () => {
  expect(Object.keys(CASES)).toEqual(NAMES)
})

describe('in Node', () => {
  test.each(NAMES)('%s', async (name) => {
    expect(await CASES[name]?.()).toEqual(EXPECTED[name])
  })
})

describe('in Chromium', () => {
  let folder: string
  let server: StaticServer
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webclave-platform-'))
    await build({
      entryPoints: [fileURLToPath(new URL('platform-cases.ts', import.meta.url))],
      bundle: true,
      format: 'iife',
      globalName: 'platform',
      external: ['node:*'],
      logLevel: 'error',
      outfile: join(folder, 'cases.js'),
      tsconfigRaw: {},
    })
    await writeFile(join(folder, 'index.html'), '<!doctype html><script src="./cases.js"></script>')
    await copyFile(SERVICE_WORKER, join(folder, 'service-worker.js'))
    server = await serveFolder({ root: folder, port: 0 })
    browser = await launchBrowser()
    page = await browser.newPage()
    await page.goto(server.url)
    await page.evaluate(() => (globalThis as unknown as Bundle).platform.isolateTab())
  }, 300_000)

  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await rm(folder, { recursive: true, force: true })
  })

  test.each(NAMES)('%s', async (name) => {
    const result = await page.evaluate(
      (key) => (globalThis as unknown as Bundle).platform.CASES[key]?.(),
      name,
    )
    expect(result).toEqual(EXPECTED[name])
  })
})
