/**
 * The built site: static files that load nothing but themselves, from any folder of a host, and a page that says what
 * is missing if it cannot run enclaves.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BuiltImage, buildImage } from '../../src/image/index.ts'
import { command } from '../admission/support.ts'
import { Site, textOf, type Visit } from './site.ts'

const GUEST = fileURLToPath(new URL('../../guests/echo', import.meta.url))
/** The files that a page loads before the user has done anything, besides its scripts. */
const PAGE_FILES = ['', 'assets/icon.svg', 'assets/index.css', 'examples/hello.json']
/** Scripts for what the user has not requested: other views, the KMS, components, and building programs. */
const UNNEEDED =
  /^assets\/(?:transpiler|componentize|preparer|compiler-worker|esbuild|bundle|kms-host|lab-host|document|key|lessons|attacks|live-side)\b/
/** Those that it loads later, when it has nothing more urgent to do. */
const EDITOR_FILES =
  /^assets\/(?:code-editor|language-worker|typescript|declarations|open-\w+|dist)\.(?:js|bin)$/
const IMAGE_FILES = ['artefacts.json', 'crypto.wasm', 'engine.wasm'].map((name) => `assets/${name}`)
const ENCLAVE_FILES = ['glue.txt', 'kernel.txt', 'modules.cpio'].map((name) => `assets/${name}`)

let site: Site
let image: BuiltImage

beforeAll(async () => {
  image = await buildImage({ app: { path: GUEST }, name: 'echo' })
  site = await Site.open()
}, 300_000)

afterAll(() => site?.close())

beforeEach(() => {
  site.served.length = 0
  site.plainServed.length = 0
  site.outside.requests.length = 0
})

afterEach(() => expect(site.outside.requests).toEqual([]))

async function close(visit: Visit): Promise<void> {
  await visit.page.context().close()
  expect(visit.complaints).toEqual([])
}

/** The files that this test's tabs loaded, each name once. */
const served = () => [...new Set(site.served.map(Site.nameOf))].sort()

describe('the site', () => {
  test('loads only its own files, and no transpiler for a TypeScript application', async () => {
    const visit = await site.visit()
    await visit.choose('echo.eif', image.eif)
    const card = await visit.start()
    await visit.say(card, 'hello')
    await visit.attest(card)
    await visit.stop(card)
    const urgent = served().filter((name) => !EDITOR_FILES.test(name))
    const isScript = (name: string) => name.endsWith('.js')
    const files = [...PAGE_FILES, ...IMAGE_FILES, ...ENCLAVE_FILES].sort()
    expect(urgent.filter((name) => !isScript(name))).toEqual(files)
    const scripts = urgent.filter(isScript)
    expect(scripts.length).toBeGreaterThan(0)
    expect(scripts.filter((name) => UNNEEDED.test(name))).toEqual([])
    await close(visit)
  })

  test('loads the transpiler for any other component', async () => {
    const visit = await site.visit()
    const component = await buildImage({ app: { component: await command('') } })
    await visit.choose('command.eif', component.eif)
    await visit.button('Start').click()
    const card = visit.page.getByRole('article')
    expect(await visit.ended(card)).toBe('○ ended · exited with status 0')
    expect(served().filter((name) => name.includes('transpiler'))).toEqual([
      'assets/transpiler.bin',
      'assets/transpiler.js',
    ])
    await close(visit)
  })

  test('works on a host without headers, loaded twice on the first visit and once after that', async () => {
    const pages = () => site.plainServed.map(Site.nameOf).filter((name) => name === '').length
    const plain = await site.visit(site.plainServer.url)
    await plain.choose('echo.eif', image.eif)
    expect(await plain.say(await plain.start(), 'no headers here')).toBe('NO HEADERS HERE')
    expect(pages()).toBe(2)
    await plain.page.reload()
    await plain.ready()
    await plain.choose('echo.eif', image.eif)
    expect(await plain.say(await plain.start(), 'again')).toBe('AGAIN')
    expect(pages()).toBe(3)
    await close(plain)
    expect(new Set(site.plainServed.map(([, status]) => status))).toEqual(new Set([200]))
  })

  test('says what is missing without service workers, and starts nothing', async () => {
    const plain = await site.visit(site.plainServer.url, () => {
      delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker
    })
    const section = plain.page.getByRole('region', { name: 'Enclaves cannot run here yet' })
    const items = await section.getByRole('listitem').allTextContents()
    expect(items.map((item) => /Missing: ([\w -]+)/.exec(item)?.[1])).toEqual([
      'service workers',
      'cross-origin isolation',
    ])
    expect(items[1]).toContain('Cross-Origin-Opener-Policy: same-origin')
    expect(items[1]).toContain('Cross-Origin-Embedder-Policy: require-corp')
    expect(await plain.button('Start').count()).toBe(0)
    await close(plain)
    expect(site.plainServed.map(Site.nameOf)).not.toContain('assets/kernel.txt')
  })

  test('says what is missing in a frame of a page that is not isolated, and is loaded twice', async () => {
    const page = await site.browser.newPage()
    await page.goto(`${site.plainServer.url}nothing.txt`)
    await page.setContent(`<iframe src="${site.plainServer.url}"></iframe>`)
    const item = page.frameLocator('iframe').locator('#missing li')
    expect(await textOf(item)).toContain('allow="cross-origin-isolated"')
    await page.context().close()
    expect(site.plainServed.map(Site.nameOf).filter((name) => name === '')).toHaveLength(2)
  })

  test('contains no code for Node, and no URL of another host', async () => {
    const files = (await readdir(site.folder, { recursive: true })).filter((name) =>
      /(?:^|\/)(?:index|worker)-.*\.js$/.test(name),
    )
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const name of files) {
      const text = await readFile(join(site.folder, name), 'utf8')
      expect(text).not.toMatch(/["'`]node:/)
      // Names of XML namespaces are not addresses, and nothing is requested of the base of relative URLs.
      expect(text.replace(/http:\/\/(?:www\.w3\.org\/|localhost\b)/g, '')).not.toMatch(
        /["'`](?:https?:)?\/\/[a-z]/,
      )
    }
  })

  test('has no script that imports one with which a Worker begins: WebKit would run it twice', async () => {
    const names = (await readdir(join(site.folder, 'assets'))).filter((name) => name.endsWith('.js'))
    const texts = await Promise.all(names.map((name) => readFile(join(site.folder, 'assets', name), 'utf8')))
    const begun = names.filter((name) =>
      texts.some((text) => text.includes(`new URL(\`${name}\``) && text.includes('new Worker(')),
    )
    expect(begun.length).toBeGreaterThanOrEqual(4)
    const imported = (name: string) =>
      texts.some((text) => new RegExp(`(?:from|import)\\s*\\(?["'\`]\\./${name}`).test(text))
    expect(begun.filter(imported)).toEqual([])
  })

  test('blocks requests to other hosts by its policy; without the policy they are counted', async () => {
    // In its own context: this page is expected to report an error.
    const { page } = await site.visit()
    const directive = await page.evaluate(async () => {
      const violation = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective))
      })
      const answer = await fetch('http://webclave.invalid/').catch(() => undefined)
      return answer ? 'none: it was answered' : violation
    })
    expect(directive).toBe('connect-src')
    expect(site.outside.requests).toEqual([])
    await page.context().close()

    const control = await site.browser.newPage()
    await control.evaluate(() => fetch('http://webclave.invalid/', { mode: 'no-cors' }))
    await control.close()
    expect(site.outside.requests.splice(0)).toEqual(['http://webclave.invalid/'])
  })
})
