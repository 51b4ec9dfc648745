/**
 * One image file, started in Node and in Chromium, gives the same enclave: the same PCR0, and the verifier of each
 * accepts the documents of both. The tests operate the page through its controls, as a user does.
 */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { pcrHex } from '../../src/base/pcrs.ts'
import { type BuiltImage, buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { wat } from '../admission/support.ts'
import { Site, textOf, type Visit } from './site.ts'

const GUEST = fileURLToPath(new URL('../../guests/echo', import.meta.url))

let site: Site
let image: BuiltImage
let visit: Visit

beforeAll(async () => {
  image = await buildImage({ app: { path: GUEST }, name: 'echo' })
  site = await Site.open()
}, 300_000)

afterAll(() => site?.close())

async function begin(): Promise<void> {
  site.outside.requests.length = 0
  visit = await site.visit()
}

async function end(): Promise<void> {
  await visit.page.context().close()
  expect(visit.complaints).toEqual([])
  expect(site.outside.requests).toEqual([])
}

/** The tests of a group that follow each other in one page. */
function inOnePage(): void {
  beforeAll(begin)
  afterAll(end)
}

describe('the same image file in Node and in a tab', () => {
  inOnePage()

  test('has the same PCR0, answers over vsock, and is attested to verifiers in both', async () => {
    await using parent = await createParent({ vcpus: 1, memoryMiB: 64, profile: 'qingtian' })
    const inNode = await parent.start(image.eif, { vcpus: 1, memoryMiB: 64 })
    const measured = await visit.choose('echo.eif', image.eif)
    const card = await visit.start()
    const inTab = await visit.pcr0(card)
    console.log(`PCR0 Node     ${pcrHex(inNode.pcrs, 0)}\nPCR0 Chromium ${inTab}`)
    expect({ measured, inTab, inNode: pcrHex(inNode.pcrs, 0) }).toEqual({
      measured: pcrHex(image.pcrs, 0),
      inTab: pcrHex(image.pcrs, 0),
      inNode: pcrHex(image.pcrs, 0),
    })

    expect(await visit.say(card, 'grüße, 世界')).toBe('GRÜSSE, 世界')
    expect(await visit.say(card, 'x'.repeat(4096))).toBe('X'.repeat(4096))

    const { summary, failed, count } = await visit.attest(card)
    expect({ summary, failed }).toEqual({ summary: `✓ Verified: all ${count} checks passed`, failed: [] })

    await card.locator('details.document summary').click()
    const [nonce, document] = await card.locator('details.document .hex').allTextContents()
    const root = await textOf(visit.page.locator('[data-part="root"]'))
    const bytes = fromHex(document!)
    const call = { profile: 'qingtian', nonce: nonce!, pcrs: { 0: pcrHex(image.pcrs, 0) } } as const
    expect((await verifyAttestation(bytes, { ...call, roots: root })).ok).toBe(true)
    const other = await verifyAttestation(bytes, { ...call, roots: parent.rootCertificate })
    expect(other.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['root pinned'])
  })

  test('is the echo example of the page, byte for byte', async () => {
    await visit.page.getByLabel('Example').selectOption('echo')
    const measured = visit.page.locator('.measured[data-image="echo.eif"]')
    expect(await textOf(measured)).toBe(pcrHex(image.pcrs, 0))
    const downloading = visit.page.waitForEvent('download')
    await visit.button('Download the image').click()
    expect(Buffer.compare(await readFile(await (await downloading).path()), image.eif)).toBe(0)
  })
})

describe('an enclave in a tab', () => {
  beforeEach(async () => {
    await begin()
    await visit.choose('echo.eif', image.eif)
  })
  afterEach(end)

  test('with a tampered image has another PCR0, and the verifier reports the PCR0 mismatch', async () => {
    const card = await visit.start('Start a tampered copy')
    expect(await visit.pcr0(card)).toMatch(/^[0-9a-f]{96}$/)
    expect(await visit.pcr0(card)).not.toBe(pcrHex(image.pcrs, 0))
    expect(await textOf(card.locator('.comparison'))).toContain('PCR0 does not match')
    expect(await visit.say(card, 'still works')).toBe('STILL WORKS')
    const { summary, failed } = await visit.attest(card)
    expect(failed).toEqual(['PCR policy'])
    expect(summary).toContain('✗ Rejected by PCR policy')
  })

  test('shows its console in debug mode, fails attestation, and says why', async () => {
    await visit.page.getByLabel('Debug mode').check()
    const card = await visit.start()
    await expect
      .poll(() => card.getByLabel('Newest output').inputValue())
      .toContain('echo listens on port 5000')
    expect((await visit.attest(card)).failed).toEqual(['PCR policy', 'debug'])
  })

  test('throws a RangeError if it calls itself without end, and goes on', async () => {
    const source = `exports.default = async () => {
      const depthOf = (call) => { let depth = 0; const next = () => { depth += 1; return call(next) }
        try { next() } catch (error) { console.log(error.name, depth > 300 ? 'deep' : depth) } }
      depthOf((next) => next() + 1)
      depthOf((next) => JSON.stringify({ toJSON: next }))
      depthOf((next) => [2, 1].sort(next))
      console.log('it goes on')
      await new Promise((resolve) => setTimeout(resolve, 3600000))
    }`
    await visit.choose('recursive.eif', (await buildImage({ app: { source } })).eif)
    await visit.page.getByLabel('Debug mode').check()
    const card = await visit.start()
    await expect.poll(() => card.getByLabel('Newest output').inputValue()).toContain('it goes on')
    const output = await card.getByLabel('Newest output').inputValue()
    expect(output.match(/RangeError/g)).toHaveLength(3)
    expect(output).toContain('RangeError deep')
  })

  test('does not show its console outside debug mode', async () => {
    const card = await visit.start()
    expect(await card.getByText('The console can be read only in debug mode.').isVisible()).toBe(true)
    expect(await card.getByLabel('Newest output').isVisible()).toBe(false)
  })

  test('stops with a reason, returns its vCPUs and memory, and can be removed', async () => {
    await visit.page.getByLabel('vCPUs').fill('2')
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

  test('rejects a connection to a port without a listener, with a code and a hint', async () => {
    const card = await visit.start()
    await card.getByLabel('Port').fill('5001')
    await visit.button('Send', card).click()
    const alert = await textOf(card.getByRole('alert'))
    expect(alert).toContain('E_VSOCK_REFUSED')
    expect(alert).toContain('listens on that port')
    await card.getByLabel('Port').fill('5000')
    expect(await visit.say(card, 'again')).toBe('AGAIN')
    expect(await card.getByRole('alert').count()).toBe(0)
  })

  test('can be used with the keyboard alone, at a width of 320 pixels', async () => {
    const { page } = visit
    await page.setViewportSize({ width: 320, height: 640 })
    await visit.button('Start').focus()
    await page.keyboard.press('Enter')
    const title = page.getByRole('heading', { name: 'Enclave 0', exact: true })
    await title.waitFor()
    expect(await title.evaluate((heading) => heading === document.activeElement)).toBe(true)
    for (const _ of ['port', 'form', 'line']) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await textOf(page.locator('.answered bdi').first())).toBe('HELLO FROM THE PARENT INSTANCE')
    expect((await visit.attest(page.getByRole('article'))).failed).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  })
})

describe('a component in a tab', () => {
  inOnePage()

  test.each([
    ['returns', 'i32.const 0', /exited with status 0$/],
    ['fails', 'i32.const 1', /exited with status 1$/],
    ['traps', 'unreachable', /trapped: .*unreachable/],
  ])('that %s ends with that reason', async (name, body, reason) => {
    const component = await wat(`(component
      (core module $m (func (export "run") (result i32) ${body}))
      (core instance $i (instantiate $m))
      (func $run (result (result)) (canon lift (core func $i "run")))
      (instance $run (export "run" (func $run)))
      (export "wasi:cli/run@0.2.0" (instance $run)))`)
    await visit.choose(`${name}.eif`, (await buildImage({ app: { component } })).eif)
    expect(await visit.ended(await visit.start())).toMatch(reason)
  })
})

describe('a file that is not an image', () => {
  beforeEach(begin)
  afterEach(end)

  test('is rejected with an error code and the expected bytes', async () => {
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

  test('is also rejected if it was dropped on the page', async () => {
    await visit.page.evaluate(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['short'], 'short.eif'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    })
    expect(await textOf(visit.page.getByRole('alert'))).toContain('E_IMAGE_MAGIC')
  })
})
