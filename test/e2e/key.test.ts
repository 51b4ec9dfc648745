/** The view of the KMS, in Chromium: a secret is released to one image, and the trace says why not to another. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { axeFindings } from './axe.ts'
import { Site, textOf } from './site.ts'
import { openTab, type Tab } from './tab.ts'

let site: Site
let tab: Tab
let page: Page

beforeAll(async () => {
  site = await Site.open()
}, 300_000)
afterAll(() => site?.close())

async function open(init?: () => void): Promise<void> {
  tab = await openTab(site, '#/key', { init })
  page = tab.page
  await page.getByRole('heading', { name: 'The key' }).waitFor()
  await button('Create a key').click()
  await page.getByLabel('Policy of the key').waitFor()
}

const close = () => tab.close()
const button = (name: string) => page.getByRole('button', { name, exact: true })

describe('a secret', () => {
  beforeEach(async () => {
    await open()
    await button('Encrypt it').click()
    await page.getByText('The ciphertext, ').waitFor()
    return close
  })
  const press = (name: string) => button(name).click()
  const newestCall = () => page.locator('.kms-calls > ol > li').first()

  test('is released to the image that the policy names, and to no copy with another byte', async () => {
    await press('Start the Secret example')
    await button('Allow enclave 0').waitFor()
    await press('Open it in the enclave')
    expect(await textOf(page.getByRole('alert'))).toContain('E_KMS_REFUSED')
    // The decision is not run together with the sentence.
    expect(await textOf(page.getByRole('alert').locator('p'))).toMatch(/no statement allows it\.$/)
    expect(await textOf(page.getByRole('alert').locator('pre'))).toContain('statement 1')
    await press('Allow enclave 0')
    await expect
      .poll(() => page.getByLabel('Policy of the key').inputValue())
      .toContain('kms:RecipientAttestation:PCR0')
    await press('Open it in the enclave')
    expect(await textOf(page.getByText(/The enclave has opened it: 16 bytes/))).toMatch(
      /SHA-256 [0-9a-f]{64}/,
    )

    await press('Start it with one byte changed')
    await button('Allow enclave 1').waitFor()
    await press('Open it in the enclave')
    await page.getByRole('alert').waitFor()
    const failed = newestCall().locator('.statements .fails')
    const parts = await failed.evaluateAll((items) => items.map((item) => item.dataset['part']))
    expect(parts).toContain('StringEqualsIgnoreCase kms:RecipientAttestation:PCR0')
    const [expected, found] = await failed.filter({ hasText: 'PCR0' }).locator('dd code').allTextContents()
    expect(expected).toMatch(/^[0-9a-f]{96}$/)
    expect(found).toMatch(/^[0-9a-f]{96}$/)
    expect(found).not.toBe(expected)
  })

  test('is not released outside of an enclave', async () => {
    await press('Open it here, outside')
    await page.getByText('✗ denied').first().waitFor()
    expect(await textOf(newestCall())).toContain('no statement allows it')
  })
})

describe('a policy', () => {
  beforeEach(async () => {
    await open()
    return close
  })

  test('has the linter’s findings beside it', async () => {
    const policy = page.getByLabel('Policy of the key')
    const own = JSON.parse(await policy.inputValue())
    const Principal = { AWS: 'arn:aws:iam::000000000000:role/enclave' }
    own.Statement.push({ Sid: 'Open', Effect: 'Allow', Principal, Action: 'kms:Decrypt', Resource: '*' })
    await policy.fill(JSON.stringify(own))
    expect(await textOf(page.locator('.findings li').first())).toContain('L_KMS_OUTSIDE')
    await button('Save the policy').click()
    await page.getByText('The policy is saved.').waitFor()
    await button('Encrypt it').click()
    await button('Open it here, outside').click()
    await page.getByText('✓ Opened outside: “the answer is 42”').waitFor()
  })

  test('that is not one cannot be saved, and nothing is lost', async () => {
    const policy = page.getByLabel('Policy of the key')
    await policy.fill('{ "Statement": ')
    expect(await textOf(page.locator('.findings').getByRole('alert'))).toContain('E_KMS_POLICY')
    await button('Save the policy').click()
    await expect.poll(() => page.getByRole('alert').count()).toBe(2)
    expect(await policy.inputValue()).toBe('{ "Statement": ')
  })
})

test('keys, policies, encryption and decryption outside of an enclave work on a page that cannot run enclaves', async () => {
  await open(() => {
    Object.defineProperty(globalThis, 'crossOriginIsolated', { value: false })
    delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker
  })
  await button('Encrypt it').click()
  await page.getByText('The ciphertext, ').waitFor()
  await page.getByRole('region', { name: 'Enclaves cannot run here yet' }).waitFor()
  await button('Open it here, outside').click()
  await page.getByText('✗ denied').first().waitFor()
  await close()
})

test.each(['light', 'dark'] as const)('axe finds nothing in the %s theme', async (colorScheme) => {
  await open()
  await page.emulateMedia({ colorScheme })
  await button('Encrypt it').click()
  await button('Open it here, outside').click()
  await page.getByText('✗ denied').first().waitFor()
  expect(await axeFindings(page)).toEqual([])
  await close()
})
