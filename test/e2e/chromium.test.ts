/**
 * The same image in Chromium (issue 2): one file, started in Node and in a tab, is the same enclave by its PCR0, and
 * each home's verifier accepts what the other's enclave signs. The page is used as a person uses it.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { type BuiltImage, buildImage } from '../../src/image/index.ts'
import { Parent } from '../../src/parent/index.ts'
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

describe('the same image file in Node and in a tab', () => {
  test('has one PCR0, talks both ways, and proves itself to both homes', async () => {
    await using parent = await Parent.create({ vcpus: 1, memoryMiB: 64, profile: 'qingtian' })
    const inNode = await parent.start(image.eif, { vcpus: 1, memoryMiB: 64 })
    const measured = await visit.choose('echo.eif', image.eif)
    const card = await visit.start()
    const inTab = await visit.pcr0(card)
    console.log(`PCR0 Node     ${inNode.pcrs['PCR0']}\nPCR0 Chromium ${inTab}`)
    expect({ measured, inTab, inNode: inNode.pcrs['PCR0'] }).toEqual({
      measured: image.pcrs.PCR0,
      inTab: image.pcrs.PCR0,
      inNode: image.pcrs.PCR0,
    })

    expect(await visit.say(card, 'grüße, 世界')).toBe('GRÜSSE, 世界')
    expect(await visit.say(card, 'x'.repeat(4096))).toBe('X'.repeat(4096))

    const { summary, failed, count } = await visit.attest(card)
    expect({ summary, failed }).toEqual({ summary: `✓ Verified: all ${count} checks hold`, failed: [] })

    await card.locator('summary').click()
    const [nonce, document] = await card.locator('details .hex').allTextContents()
    const root = await textOf(visit.page.locator('[data-part="root"]'))
    const bytes = fromHex(document!)
    const call = { profile: 'qingtian', nonce: nonce!, pcrs: { 0: image.pcrs.PCR0 } } as const
    expect((await verifyAttestation(bytes, { ...call, roots: root })).ok).toBe(true)
    const other = await verifyAttestation(bytes, { ...call, roots: parent.rootCertificate })
    expect(other.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['root pinned'])
  })

  test('the echo image beside the page is that file too', async () => {
    expect(Buffer.compare(await readFile(join(site.folder, 'echo.eif')), image.eif)).toBe(0)
    await visit.button('Take the echo image').click()
    expect(await textOf(visit.page.locator('#image .measured'))).toBe(image.pcrs.PCR0)
  })
})

describe('an enclave in a tab', () => {
  beforeEach(async () => {
    await visit.choose('echo.eif', image.eif)
  })

  test('whose image was tampered with has another PCR0, and the verifier refuses it by name', async () => {
    const card = await visit.start('Start a tampered copy')
    expect(await visit.pcr0(card)).toMatch(/^[0-9a-f]{96}$/)
    expect(await visit.pcr0(card)).not.toBe(image.pcrs.PCR0)
    expect(await textOf(card.locator('.comparison'))).toContain('PCR0 differs')
    expect(await visit.say(card, 'still works')).toBe('STILL WORKS')
    const { summary, failed } = await visit.attest(card)
    expect(failed).toEqual(['PCR policy'])
    expect(summary).toContain('✗ Refused by PCR policy')
  })

  test('shows its console in debug mode, proves nothing then, and says so', async () => {
    await visit.page.getByLabel('Debug mode').check()
    const card = await visit.start()
    await visit.say(card, 'hello')
    await visit.button('Read again', card).click()
    expect(await card.getByLabel('Newest output').inputValue()).toContain('echo listens on port 5000')
    expect((await visit.attest(card)).failed).toEqual(['PCR policy', 'debug'])
  })

  test('keeps its console to itself outside debug mode', async () => {
    const card = await visit.start()
    expect(await card.getByText('It can be read in debug mode only.').isVisible()).toBe(true)
    expect(await card.getByLabel('Newest output').isVisible()).toBe(false)
  })

  test('stops with a reason, gives its share back, and can be removed', async () => {
    const cards = [await visit.start(), await visit.start()] as const
    await visit.button('Start').click()
    const alert = visit.page.getByRole('alert')
    expect(await textOf(alert)).toContain('E_POOL_VCPUS')
    expect(await textOf(alert)).toContain('stop one')
    await visit.say(cards[0], 'hello')
    expect(await visit.stop(cards[0])).toBe('○ ended · killed: stopped on the page')
    expect(await cards[0].getByRole('alert').count()).toBe(0)
    expect(await visit.button('Send', cards[0]).isDisabled()).toBe(true)
    await visit.button('Remove from this page', cards[0]).click()
    expect(await visit.page.getByRole('article').count()).toBe(1)
    await visit.button('Start').click()
    await visit.page.getByRole('heading', { name: 'Enclave 2', exact: true }).waitFor()
    expect(await visit.say(cards[1], 'the other goes on')).toBe('THE OTHER GOES ON')
  })

  test('refuses a port on which nothing listens, with a code and a hint', async () => {
    const card = await visit.start()
    await card.getByLabel('Port').fill('5001')
    await visit.button('Send', card).click()
    const alert = await textOf(card.getByRole('alert'))
    expect(alert).toContain('E_VSOCK_REFUSED')
    expect(alert).toContain('listening on that port')
    await card.getByLabel('Port').fill('5000')
    expect(await visit.say(card, 'again')).toBe('AGAIN')
    expect(await card.getByRole('alert').count()).toBe(0)
  })

  test('can be run without a mouse, at 320 pixels', async () => {
    const { page } = visit
    await page.setViewportSize({ width: 320, height: 640 })
    await visit.button('Start').focus()
    await page.keyboard.press('Enter')
    const title = page.getByRole('heading', { name: 'Enclave 0', exact: true })
    await title.waitFor()
    expect(await title.evaluate((heading) => heading === document.activeElement)).toBe(true)
    for (const _ of ['port', 'line']) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await textOf(page.locator('.answered bdi').first())).toBe('HELLO FROM THE PARENT INSTANCE')
    expect((await visit.attest(page.getByRole('article'))).failed).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  })
})

describe('an image that is none', () => {
  test('is refused with a code and what was expected', async () => {
    await visit.page.getByLabel('Image file').setInputFiles({
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.alloc(2048, 'no image'),
    })
    const alert = await textOf(visit.page.getByRole('alert'))
    expect(alert).toContain('E_IMAGE_MAGIC')
    expect(alert).toContain('2e 65 69 66')
    expect(await visit.button('Start').isDisabled()).toBe(true)
  })

  test('is refused where it was dropped, too', async () => {
    await visit.page.evaluate(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['short'], 'short.eif'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    })
    expect(await textOf(visit.page.getByRole('alert'))).toContain('E_IMAGE_TRUNCATED')
  })
})

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
