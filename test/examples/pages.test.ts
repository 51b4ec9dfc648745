/** The pages of the examples, built with Vite and opened in a browser. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../e2e/browser.ts'
import { patience } from '../support/patience.ts'
import { Project, root } from './project.ts'

let project: Project
let browser: Browser
beforeAll(async () => {
  project = new Project()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  project[Symbol.dispose]()
})

/** Builds an example's page and opens it. */
async function open(example: string): Promise<{ server: PreviewServer; page: Page }> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const built = await project.run(example, [vite, 'build'])
  expect(built, built.output).toMatchObject({ status: 0 })
  const folder = project.folder(example)
  // Without its configuration, as any static host serves it.
  const server = await preview({ root: folder, configFile: false, preview: { port: 0 }, logLevel: 'silent' })
  const page = await browser.newPage()
  page.setDefaultTimeout(patience(30_000))
  await page.goto(server.resolvedUrls!.local[0]!)
  return { server, page }
}

const close = async ({ server, page }: { server: PreviewServer; page: Page }) => {
  await page.close()
  await server.close()
}

test('4: a document is verified in Node and in the page, and a changed one is refused in both', async () => {
  const made = await project.run('4-verify', ['sample.ts'])
  expect(made, made.output).toMatchObject({ status: 0 })
  expect(await project.run('4-verify', ['index.ts'])).toMatchObject({
    status: 0,
    output: expect.stringContaining('VERIFIED: all 16 checks hold'),
  })
  const opened = await open('4-verify')
  const { page } = opened
  const file = page.locator('#file')
  await file.setInputFiles(project.folder('4-verify/sample.json'))
  await page.getByText('The document is valid.').waitFor()
  expect(await page.locator('#checks').textContent()).toContain('all 16 checks hold')

  const sample = JSON.parse(readFileSync(project.folder('4-verify/sample.json'), 'utf8'))
  const changed = project.folder('4-verify/changed.json')
  writeFileSync(changed, JSON.stringify({ ...sample, nonce: '00'.repeat(32) }))
  await file.setInputFiles(changed)
  await page.getByText('Do not trust this document.').waitFor()
  expect(await project.run('4-verify', ['index.ts', 'changed.json'])).toMatchObject({ status: 1 })
  await close(opened)
})

test('8: the page verifies an enclave in its tab, which signs', async () => {
  const opened = await open('8-vite')
  const { page } = opened
  await page.getByText('verified:').waitFor()
  await page.click('#sign')
  const signature = page.locator('#signature', { hasText: /^[0-9a-f]{128}$/ })
  await signature.waitFor()
  const first = await signature.textContent()
  await page.fill('#text', 'pay 9 to Bob')
  await page.click('#sign')
  await page.waitForFunction((before) => document.getElementById('signature')!.textContent !== before, first)
  await close(opened)
})
