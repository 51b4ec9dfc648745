/**
 * The built site: static files that ask for nothing but themselves, from anywhere on a host, and a page that says
 * what is missing where it cannot work.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BuiltImage, buildImage } from '../../src/image/index.ts'
import { command } from '../admission/support.ts'
import { Site, textOf, type Visit } from './site.ts'

const GUEST = fileURLToPath(new URL('../../guests/echo', import.meta.url))
/** What a page may ask for before anybody has done anything on it. */
const OF_THE_PAGE = ['', 'assets/icon.svg', 'assets/index.css', 'assets/index.js']
const OF_AN_ENCLAVE = ['artefacts.json', 'glue.js', 'kernel.js', 'modules.cpio'].map(
  (name) => `assets/${name}`,
)

let site: Site
let image: BuiltImage
let visit: Visit

beforeAll(async () => {
  image = await buildImage({ app: { path: GUEST }, name: 'echo' })
  site = await Site.open()
}, 300_000)

afterAll(() => site?.close())

beforeEach(async () => {
  site.served.length = 0
  site.outside.asked.length = 0
  visit = await site.visit()
})

afterEach(async () => {
  await visit.page.context().close()
  expect(visit.complaints).toEqual([])
  expect(site.outside.asked).toEqual([])
})

/** What this test's tabs were served, each name once. */
const served = () => [...new Set(site.served.map(Site.nameOf))].sort()

describe('the site', () => {
  test('asks for its own files only, and for no transpiler where the application is TypeScript', async () => {
    await visit.choose('echo.eif', image.eif)
    const card = await visit.start()
    await visit.say(card, 'hello')
    await visit.attest(card)
    await visit.stop(card)
    expect(served()).toEqual([...OF_THE_PAGE, 'assets/worker.js', ...OF_AN_ENCLAVE].sort())
  })

  test('fetches the transpiler, and its parts from beside it, for any other component', async () => {
    const component = await buildImage({ app: { component: await command('') } })
    await visit.choose('command.eif', component.eif)
    await visit.button('Start').click()
    const card = visit.page.getByRole('article')
    expect(await visit.ended(card)).toBe('○ ended · exited with status 0')
    expect(served().filter((name) => name.startsWith('assets/transpiler/'))).toEqual([
      'assets/transpiler/js-component-bindgen-component.core.wasm',
      'assets/transpiler/js-component-bindgen-component.core2.wasm',
      'assets/transpiler/transpiler.js',
    ])
  })

  test('says what is missing where the page is not cross-origin isolated, and starts nothing', async () => {
    const plain = await site.visit(site.plainServer.url)
    const section = plain.page.getByRole('region', { name: 'Enclaves cannot run here yet' })
    const item = section.getByRole('listitem')
    expect(await textOf(item)).toContain('cross-origin isolation')
    expect(await textOf(item)).toContain('Cross-Origin-Opener-Policy: same-origin')
    expect(await textOf(item)).toContain('Cross-Origin-Embedder-Policy: require-corp')
    expect(await plain.page.getByRole('button').count()).toBe(0)
    expect(plain.page.workers()).toEqual([])
    await plain.page.context().close()
    expect(plain.complaints).toEqual([])
    expect(new Set(site.plainServed.map(Site.nameOf))).toEqual(new Set(OF_THE_PAGE))
  })

  test('holds no code of Node’s, and no address but its own', async () => {
    const files = (await readdir(site.folder, { recursive: true })).filter((name) =>
      /(index|worker)-.*\.js$/.test(name),
    )
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const name of files) {
      const text = await readFile(join(site.folder, name), 'utf8')
      expect(text).not.toMatch(/["'`]node:/)
      expect(text).not.toMatch(/["'`](?:https?:)?\/\/[a-z]/)
    }
  })

  test('the policy of the page shuts the way out, and what would get past it would be counted', async () => {
    // A tab of its own: here the page is meant to complain.
    const { page } = await site.visit()
    const directive = await page.evaluate(async () => {
      const violation = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective))
      })
      const answer = await fetch('http://webclave.invalid/').catch(() => undefined)
      return answer ? 'none: it was answered' : violation
    })
    expect(directive).toBe('connect-src')
    expect(site.outside.asked).toEqual([])
    await page.context().close()

    const control = await site.browser.newPage()
    await control.evaluate(() => fetch('http://webclave.invalid/', { mode: 'no-cors' }))
    await control.close()
    expect(site.outside.asked.splice(0)).toEqual(['http://webclave.invalid/'])
  })
})
