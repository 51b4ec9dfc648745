/** The view that explains documents, in Chromium. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { axeFindings } from './axe.ts'
import { Site, textOf } from './site.ts'
import { openTab } from './tab.ts'

let site: Site
let page: Page
let document: Uint8Array<ArrayBuffer>
let rootPem: string

beforeAll(async () => {
  const authority = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0' })
  const pcrs = new Map([[0, new Uint8Array(48).fill(7)]])
  const nonce = new Uint8Array(4).fill(9)
  document = await authority.attest({ profile: 'nitro', moduleId: 'i-0-enc0', pcrs, nonce })
  rootPem = authority.rootPem
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

beforeEach(async () => {
  const tab = await openTab(site, '#/document')
  page = tab.page
  await page.getByRole('heading', { name: 'The document' }).waitFor()
  return tab.close
})

const paste = async (text: string) => {
  await page.getByLabel('In base64 or hexadecimal').fill(text)
  await page.getByRole('button', { name: 'Explain' }).click()
}
const failedChecks = () =>
  page.locator('.checks .fails').evaluateAll((items) => items.map((item) => item.dataset['check']))

describe('a document', () => {
  test.each(['base64', 'hex'] as const)('that is pasted in %s is explained', async (encoding) => {
    await paste(Buffer.from(document).toString(encoding))
    expect(await textOf(page.getByText(/as nitro writes it/))).toContain(document.length.toLocaleString('en'))
    const nodes = page.locator('.tree [data-role="pcr"]')
    expect(await nodes.count()).toBe(1)
    // It is of another root than this page's.
    await expect.poll(failedChecks).toEqual(['root pinned'])
  })

  test('that is dropped is explained, and judged with the reader’s own root, nonce and PCR0', async () => {
    await page.evaluate(
      (bytes) => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([Uint8Array.from(bytes)], 'document.bin'))
        globalThis.document.body.dispatchEvent(
          new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
        )
      },
      [...document],
    )
    await page.locator('.tree').waitFor()
    await page.getByLabel('Trusted root').selectOption('own')
    await page.getByLabel('Root certificate in PEM').fill(rootPem)
    await page.getByLabel('Nonce that was sent').fill('09090909')
    await page.getByLabel('PCR0 that is expected').fill('07'.repeat(48))
    await page.getByRole('button', { name: 'Judge again' }).click()
    await page.getByText('✓ Verified: all 16 checks passed').waitFor()
    await page.getByLabel('PCR0 that is expected').fill('08'.repeat(48))
    await page.getByRole('button', { name: 'Judge again' }).click()
    await expect.poll(failedChecks).toEqual(['PCR policy'])
    await page.getByLabel('PCR0 that is expected').fill('')
    await page.getByLabel('Judge it at').fill('2050-01-01T00:00')
    await page.getByRole('button', { name: 'Judge again' }).click()
    await expect.poll(failedChecks).toEqual(['validity', 'freshness'])
  })

  test('of an enclave of this page is verified', async () => {
    await page.getByRole('button', { name: 'Get one from an enclave of this page' }).click()
    await page.getByText('✓ Verified: all 16 checks passed').waitFor()
    expect(await page.locator('.chain li').count()).toBe(5)
  })

  test('has its bytes and its structure linked, with the mouse and with the keyboard', async () => {
    await paste(Buffer.from(document).toString('hex'))
    const pcr0 = page.locator('.tree [data-role="pcr"]').first()
    await pcr0.hover()
    const marked = () => page.locator('.bytes .marked').allTextContents()
    await expect.poll(async () => (await marked()).join('').replaceAll(' ', '')).toContain('07'.repeat(48))
    // What is under the pointer would be marked when the list scrolls.
    await page.mouse.move(0, 0)
    await page.locator('.tree [data-role="module_id"]').focus()
    await expect
      .poll(async () => Buffer.from((await marked()).join('').replaceAll(' ', ''), 'hex').toString('latin1'))
      .toContain('i-0-enc0')
    await page.locator('.bytes [data-node]').last().hover()
    await page.locator('.tree [data-role="signature"].marked').waitFor()
  })
})

describe('what is not a document', () => {
  test.each([
    ['text', 'hello there!', 'E_DOCUMENT_TEXT'],
    ['hexadecimal that is not CBOR', 'ff', 'E_CBOR'],
    ['a document that was cut', '', 'E_CBOR'],
  ])('%s is refused with a code', async (_, text, code) => {
    await paste(text || Buffer.from(document.subarray(0, 900)).toString('hex'))
    expect(await textOf(page.getByRole('alert'))).toContain(code)
    expect(await page.locator('.tree').count()).toBe(0)
  })
})

test.each(['light', 'dark'] as const)('axe finds nothing in the %s theme', async (colorScheme) => {
  await page.emulateMedia({ colorScheme })
  await paste(Buffer.from(document).toString('hex'))
  await page.locator('.checks').waitFor()
  expect(await axeFindings(page)).toEqual([])
})
