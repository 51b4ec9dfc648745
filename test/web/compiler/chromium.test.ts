/** The compiler and the language service in a real browser, under the page's policy and from a plain static host. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Browser, Page, Route } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage, pcrHex } from '../../../src/image/index.ts'
import { compilerFiles } from '../../../web/site/compiler-files.ts'
import { type StaticServer, serveFolder } from '../../../web/site/serve.ts'
import { launchBrowser } from '../../e2e/browser.ts'
import { Projects } from '../../image/build/project.ts'
import type { Calls } from './page.ts'
import { AS_A_SITE, exampleOf } from './support.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

let folder: string
let server: StaticServer
let browser: Browser
let page: Page
let projects: Projects
const complaints: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-compiler-'))
  const output = { assetFileNames: 'assets/[name]-[hash][extname]' }
  await build({
    ...AS_A_SITE,
    root: here,
    worker: { format: 'es', plugins: () => [compilerFiles()], rolldownOptions: { output } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: { input: join(here, 'page.html'), output },
    },
  })
  server = await serveFolder({ root: folder, port: 0, base: '/below/' })
  browser = await launchBrowser()
  projects = await Projects.create()
  page = await browser.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning'
    // The browser asks for an icon, which this page does not have.
    if (isComplaint && !message.location().url.endsWith('/favicon.ico')) complaints.push(message.text())
  })
  await page.goto(`${server.url}page.html`)
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await projects?.remove()
  await rm(folder, { recursive: true, force: true })
})

/** Calls a function of the page. */
function call<Name extends keyof Calls>(
  name: Name,
  ...words: Parameters<Calls[Name]>
): ReturnType<Calls[Name]> {
  return page.evaluate(
    ([called, given]) =>
      (globalThis as unknown as { calls: Record<string, (...all: unknown[]) => unknown> }).calls[called]!(
        ...given,
      ),
    [name as string, words as unknown[]] as const,
  ) as ReturnType<Calls[Name]>
}

test('an image is the one that is built in Node, and loading reports progress', async () => {
  const { path, files } = await exampleOf('echo')
  const { pcrs } = await buildImage({ app: { path } })
  const progress = await call('openCompiler')
  expect(progress[0]!.loaded).toBe(0)
  expect(progress.at(-1)!.loaded).toBe(progress[0]!.total)
  expect(progress.length).toBeGreaterThan(3)
  expect(await call('build', { files })).toBe(pcrHex(pcrs, 0))
})

test('a syntax error has its place', async () => {
  const problem = await call('build', { files: { 'index.ts': 'console.log(1)\nlet é = ;' } })
  expect(problem).toMatchObject({ code: 'E_APP_SYNTAX', place: { file: 'index.ts', line: 2, column: 8 } })
})

test('of several requests only the newest is answered', async () => {
  const requests = [1, 2, 3].map((number) => ({ files: { 'index.ts': `console.log(${number})` } }))
  const { pcrs } = await buildImage({ app: { path: await projects.write('newest', requests[2]!.files) } })
  expect(await call('buildAtOnce', requests)).toEqual([undefined, undefined, pcrHex(pcrs, 0)])
})

test('the language service finds errors, and answers only about the newest text', async () => {
  const progress = await call('openLanguage')
  expect(progress.at(-1)!.loaded).toBe(progress[0]!.total)
  const text = "import { attest } from 'webclave/sdk'\nattest(3)\n"
  expect(await call('findings', { 'index.ts': text }, 'index.ts')).toMatchObject([
    { from: 45, to: 46, code: 'TS2559' },
  ])
  const answers = await call('askAndChange', 'index.ts', ['let a: string = 1', 'let a: number = 2'])
  expect(answers).toEqual([undefined, []])
})

describe('the editor', () => {
  const source = "import { vsock } from 'webclave/sdk'\n"
  const type = (text: string) => page.keyboard.type(text)
  const press = (key: string) => page.keyboard.press(key)
  const lines = () => page.locator('.cm-line').allTextContents()
  /** The texts of the elements that `selector` selects. */
  const texts = (selector: string) => page.locator(selector).allTextContents()
  const selected = () => page.locator('.cm-content').getAttribute('aria-activedescendant')

  test('completes a name with its import, by keyboard', async () => {
    await call('openEditor', source)
    await type('rando')
    const option = page.getByRole('option', { name: 'randomBytes' })
    await option.waitFor()
    const first = await selected()
    expect(first).toBe(await option.getAttribute('id'))
    await expect
      .poll(() => texts('.cm-completionInfo'))
      .toEqual([expect.stringContaining('random bytes from the module')])
    // Keys that are pressed just after the list has appeared are meant for the text.
    await expect.poll(async () => (await press('ArrowDown')) ?? selected()).not.toBe(first)
    await expect.poll(async () => (await press('ArrowUp')) ?? selected()).toBe(first)
    await press('Enter')
    await expect.poll(lines).toEqual(["import { randomBytes, vsock } from 'webclave/sdk'", 'randomBytes'])
  })

  test('shows the parameters of a call until it is left', async () => {
    await type('(')
    await expect.poll(() => texts('.cm-signature strong')).toEqual(['length: number'])
    // The first may end a search for completions.
    await expect.poll(async () => (await press('Escape')) ?? texts('.cm-signature')).toEqual([])
    await type("'32')")
  })

  test('marks an error, lists it for a screen reader, and goes to it by keyboard', async () => {
    await expect.poll(() => texts('.cm-lintRange-error')).toEqual(["'32'"])
    await press('ControlOrMeta+Shift+m')
    const listed = page.getByRole('listbox').getByRole('option')
    const message = expect.stringContaining("Argument of type 'string' is not assignable")
    await expect.poll(() => listed.allTextContents()).toEqual([message])
    await press('Escape')
    await press('ControlOrMeta+Home')
    await press('F8')
    await press('Delete')
    await expect.poll(lines).toEqual([expect.any(String), 'randomBytes()'])
  })

  test('describes what the cursor is at, also to a screen reader', async () => {
    await press('Home')
    await press('F1')
    const description = expect.stringContaining('randomBytes(length: number)')
    await expect.poll(() => texts('.cm-tooltip-hover .cm-about-type')).toEqual([description])
    await expect.poll(() => call('announced')).toContain('random bytes from the module')
    await press('Escape')
    await expect.poll(() => texts('.cm-tooltip-hover')).toEqual([])
  })

  test('describes what the pointer is over', async () => {
    await page
      .locator('.cm-line')
      .nth(1)
      .hover({ position: { x: 20, y: 5 } })
    await expect.poll(() => texts('.cm-tooltip-hover .cm-about-type')).toHaveLength(1)
  })

  test('has its styles under the policy of the page', async () => {
    expect(await page.locator('.cm-editor').evaluate((editor) => getComputedStyle(editor).display)).toBe(
      'flex',
    )
    expect(await page.locator('.cm-scroller').evaluate((part) => getComputedStyle(part).fontFamily)).toBe(
      'monospace',
    )
  })

  test('replaces several lines by what is typed over them, and undoes it', async () => {
    const text = ['/** The first line has a look of its own. */', 'const a = 1', 'const b = 2']
    await call('openPlainEditor', text.join('\n'))
    await press('ControlOrMeta+a')
    await type('x')
    await expect.poll(lines).toEqual(['x'])
    await press('ControlOrMeta+z')
    await expect.poll(lines).toEqual(text)
    await press('ControlOrMeta+Home')
    await press('Shift+ArrowDown')
    await press('Shift+ArrowDown')
    // Handled by the extension that closes brackets.
    await type('(')
    await expect
      .poll(() => lines().then(([first]) => first))
      .toBe('(/** The first line has a look of its own. */')
    await press('ControlOrMeta+z')
    await press('ControlOrMeta+a')
    await page.keyboard.insertText('你好')
    await expect.poll(lines).toEqual(['你好'])
    expect(await call('violations')).toEqual([])
  })
})

test('nothing was blocked, and nothing failed', () => {
  expect(complaints).toEqual([])
})

describe('a file of the page', () => {
  test.each([
    ['compiler', 'release', 'cannot be loaded', (route: Route) => route.abort()],
    ['compiler', 'esbuild', 'cannot be loaded', (route: Route) => route.fulfill({ status: 404 })],
    [
      'compiler',
      'release',
      'is damaged',
      (route: Route) => route.fulfill({ body: Buffer.from([0x1f, 0x8b, 8, 0, 1]) }),
    ],
    ['language', 'declarations', 'cannot be loaded', (route: Route) => route.abort()],
  ] as const)('of the %s: %s %s', async (which, name, what, answer) => {
    const pattern = new RegExp(`/${name}-[^/]*\\.bin$`)
    await page.route(pattern, answer)
    expect(await call('failToOpen', which)).toMatchObject({
      code: 'E_ARTEFACT',
      what: expect.stringContaining(what),
    })
    await page.unroute(pattern)
  })

  test('may be decompressed by its host', async () => {
    const pattern = /\/release-[^/]*\.bin$/
    await page.route(pattern, async (route) => {
      const body = gunzipSync(await (await route.fetch()).body())
      await route.fulfill({ body })
    })
    expect(await call('failToOpen', 'compiler')).toBe('it was loaded')
    await page.unroute(pattern)
  })
})
