/**
 * What is dragged to the page, in Chromium, as its own drag and drop delivers it: the page is never left, whatever is
 * dropped and wherever.
 */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { buildImage, pcrHex } from '../../src/image/index.ts'
import { Site, textOf } from './site.ts'
import { openTab, type Tab } from './tab.ts'

const ECHO = fileURLToPath(new URL('../../guests/echo', import.meta.url))
const REFUSED = 'This view takes no files.'

let site: Site
let folder: string
const inFolder = (name: string) => join(folder, name)
let pcr0: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-drops-'))
  const { eif, pcrs } = await buildImage({ app: { path: ECHO } })
  pcr0 = pcrHex(pcrs, 0)
  const authority = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0' })
  const moduleId = 'i-0-enc0'
  await writeFile(inFolder('mine.eif'), eif)
  await writeFile(inFolder('document.bin'), await authority.attest({ profile: 'nitro', moduleId, pcrs }))
  await writeFile(inFolder('notes.txt'), 'only text')
  site = await Site.open()
}, 300_000)
afterAll(async () => {
  await site?.close()
  await rm(folder, { recursive: true })
})

interface Dragged {
  readonly files?: readonly string[]
  readonly items?: readonly { readonly mimeType: string; readonly data: string }[]
  /** Where it is dropped, as soon as it gets there. */
  readonly lastOn?: string
}

/** The middle of an element, or what is near its upper edge. */
async function pointOn(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await page.locator(selector).first().boundingBox())!
  return { x: x + width / 2, y: y + Math.min(height / 2, 20) }
}

/** Drags something to an element, and drops it there. */
async function drop(page: Page, selector: string, dragged: Dragged): Promise<void> {
  const { files = [], items = [], lastOn = selector } = dragged
  await page.locator(selector).first().scrollIntoViewIfNeeded()
  const [over, last] = [await pointOn(page, selector), await pointOn(page, lastOn)]
  const session = await page.context().newCDPSession(page)
  const data = { items: [...items], files: [...files], dragOperationsMask: 1 }
  const send = (type: 'dragEnter' | 'dragOver' | 'drop', at: { x: number; y: number }) =>
    session.send('Input.dispatchDragEvent', { type, ...at, data })
  await send('dragEnter', over)
  await send('dragOver', over)
  await send('drop', last)
  await session.detach()
}

/** Whether the browser has opened something for a drop: in the tab itself, or in a new one. */
const pagesOf = (page: Page) =>
  page
    .context()
    .pages()
    .map((one) => one.url())

test('the browser would open what is dropped on a page that does nothing about it', async () => {
  const context = await site.browser.newContext()
  const page = await context.newPage()
  await page.setContent('<h1>A page</h1>')
  await drop(page, 'h1', { files: [inFolder('notes.txt')] })
  await expect.poll(() => pagesOf(page)).toContainEqual(expect.stringContaining('notes.txt'))
  await context.close()
})

describe('a file, on a view that takes none', () => {
  let tab: Tab
  beforeAll(async () => {
    tab = await openTab(site, '#/key')
    await tab.page.getByRole('button', { name: 'Create a key' }).click()
  })
  afterAll(() => tab.close())

  test.each([
    ['key', 'header'],
    ['key', '.key-view textarea'],
    ['lessons', '.cards'],
    ['lessons/1', '.step'],
    ['lessons/1', 'input[type="text"]'],
    ['attacks', 'footer'],
    ['attacks/tamper', '.live-side'],
  ])('is refused at #/%s on %s, and the page says so', async (view, selector) => {
    const { page } = tab
    const address = `${site.server.url}#/${view}`
    await page.evaluate((hash) => {
      location.hash = hash
      dispatchEvent(new HashChangeEvent('hashchange'))
    }, `#/${view}`)
    await page.locator('.drop-note').filter({ hasNotText: REFUSED }).waitFor({ state: 'attached' })
    await page.locator(selector).first().waitFor()
    await drop(page, selector, { files: [inFolder('notes.txt')] })
    expect(await textOf(page.locator('.drop-note').filter({ hasText: REFUSED }))).toContain('on the bench')
    expect(await page.locator('body.dropping').count()).toBe(0)
    expect(pagesOf(page)).toEqual([address])
  })

  test('is refused too if it is dropped at once on an element that it has just entered', async () => {
    const { page } = tab
    await drop(page, 'h1', { files: [inFolder('notes.txt')], lastOn: '.logo' })
    await page.locator('.drop-note').filter({ hasText: REFUSED }).waitFor()
    expect(pagesOf(page)).toHaveLength(1)
  })

  test('the note that it was refused disappears', async () => {
    await tab.page.locator('.drop-note').filter({ hasNotText: REFUSED }).waitFor({ state: 'attached' })
  })
})

test('a page that cannot run enclaves refuses a file in the same way', async () => {
  const { page } = await openTab(site, '#/key', { isBare: true })
  await page.locator('h1').waitFor()
  await drop(page, 'header', { files: [inFolder('notes.txt')] })
  await page.getByText(REFUSED).waitFor()
  expect(pagesOf(page)).toEqual([`${site.plainServer.url}#/key`])
  await page.context().close()
})

test('on the bench an image is chosen wherever it is dropped, and another file refused with a code', async () => {
  const { page, close } = await openTab(site, '')
  const editor = page.locator('.editor .cm-content')
  await editor.waitFor()
  const before = await editor.textContent()
  await drop(page, '.editor', { files: [inFolder('notes.txt')] })
  expect(await textOf(page.locator('#image').getByRole('alert'))).toContain('E_IMAGE')
  await page.getByLabel('Example').selectOption('hello')
  // Nor was its text inserted.
  await expect.poll(() => editor.textContent()).toBe(before)
  for (const [at, place] of ['.editor', 'header', '#enclaves', 'footer'].entries()) {
    const name = `${at}.eif`
    await copyFile(inFolder('mine.eif'), inFolder(name))
    await drop(page, place, { files: [inFolder(name)] })
    expect(await textOf(page.locator(`.measured[data-image="${name}"]`))).toBe(pcr0)
    expect(await textOf(page.locator('.file-name'))).toBe(name)
  }
  await page.getByLabel('Example').selectOption('hello')
  await editor.waitFor()

  // A link does not lead away, and text goes into the editor as everywhere.
  await drop(page, 'h1', { items: [{ mimeType: 'text/uri-list', data: 'http://webclave.invalid/' }] })
  await drop(page, '.editor .cm-line', { items: [{ mimeType: 'text/plain', data: '/* dropped */' }] })
  await expect.poll(() => editor.textContent()).toContain('/* dropped */')
  expect(pagesOf(page)).toEqual([site.server.url])
  await close()
})

test('a document is explained that is dropped on the header of its view', async () => {
  const { page, close } = await openTab(site, '#/document')
  await page.locator('.document-view').waitFor()
  await drop(page, 'header', { files: [inFolder('document.bin')] })
  await page.locator('.tree').waitFor()
  expect(pagesOf(page)).toEqual([`${site.server.url}#/document`])
  await close()
})
