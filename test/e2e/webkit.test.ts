/**
 * The page in WebKit on Linux, which has no SharedArrayBuffer: the page says so wherever an enclave would be needed, and
 * everything else works.
 */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { buildImage, pcrHex } from '../../src/image/index.ts'
import { ATTACKS } from '../../web/attacks/all.ts'
import { LESSONS } from '../../web/lessons/all.ts'
import { writeLink } from '../../web/share/link.ts'
import { type Served, serveSite } from './served.ts'
import { findWebKit, WebKit } from './webkit.ts'

const ECHO = fileURLToPath(new URL('../../guests/echo', import.meta.url))
const programs = findWebKit()
if (!programs)
  console.warn('LEFT OUT: WebKitGTK is missing and cannot be installed (webkit2gtk-driver, xvfb)')

let site: Served
let page: WebKit
beforeAll(async () => {
  if (!programs) return
  site = await serveSite()
  page = await openPage(programs)
}, 300_000)
// WebKitGTK itself ends now and then on a busy machine: the test is then done again, in a new one.
beforeEach(async () => {
  if (programs && !(await isThere(page))) {
    await page[Symbol.asyncDispose]()
    page = await openPage(programs)
  }
}, 300_000)
afterAll(async () => {
  await page?.[Symbol.asyncDispose]()
  await site?.close()
})

async function openPage(found: NonNullable<typeof programs>): Promise<WebKit> {
  const opened = await WebKit.open(found)
  await opened.goto(site.server.url)
  await opened.run(`window.complaints = []
    addEventListener('error', ({ message }) => complaints.push(message))
    addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)))`)
  return opened
}

const isThere = (opened: WebKit) => opened.run<boolean>('return true').catch(() => false)

const quoted = (text: string) => JSON.stringify(text)
const textOf = (selector: string) =>
  page.run<string | undefined>(`return document.querySelector(${quoted(selector)})?.textContent`)
const count = (selector: string) =>
  page.run<number>(`return document.querySelectorAll(${quoted(selector)}).length`)

/** Shows a view, in the same page: its errors are collected. */
async function show(fragment: string, title: string): Promise<void> {
  await page.run(`location.hash = ${quoted(fragment)}`)
  await expect.poll(() => textOf('h1')).toBe(title)
}

/** Presses a button, as soon as it can be pressed. */
async function press(name: string): Promise<void> {
  const click = `const found = [...document.querySelectorAll('button:enabled')]
      .find((one) => one.textContent === ${quoted(name)})
    found?.click()
    return found !== undefined`
  await expect.poll(() => page.run<boolean>(click)).toBe(true)
}

/** Enters something in the field of a label. */
async function fill(label: string, value: string): Promise<void> {
  await page.run(`const label = [...document.querySelectorAll('label')]
      .find((one) => one.textContent.startsWith(${quoted(label)}))
    const field = label.querySelector('input, select, textarea')
    field.value = ${quoted(value)}
    field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }))`)
}

describe.skipIf(!programs)('in WebKit', { retry: 1 }, () => {
  test('the bench says what is missing, and measures examples and the programs of links', async () => {
    await expect.poll(() => textOf('#missing li')).toContain('SharedArrayBuffer')
    expect(await count('#start')).toBe(0)
    const { pcrs } = await buildImage({ app: { path: ECHO } })
    await fill('Example', 'echo')
    await expect.poll(() => textOf('.measured[data-image="echo.eif"]')).toBe(pcrHex(pcrs, 0))
    const options = { profile: 'qingtian', vcpus: 1, memoryMiB: 64, cid: 0, debug: false } as const
    const source = 'export default async () => console.log("mine")\n'
    await show(`#/bench/${await writeLink({ example: 'echo', source, options })}`, 'Bench')
    await expect.poll(() => textOf('.measured[data-image="echo.eif"]')).not.toBe(pcrHex(pcrs, 0))
    await expect.poll(() => textOf('.measured[data-image="echo.eif"]')).toMatch(/^[0-9a-f]{96}$/)
  })

  test('a document is explained and judged', async () => {
    const authority = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0' })
    const pcrs = new Map([[0, new Uint8Array(48).fill(7)]])
    const document = await authority.attest({ profile: 'nitro', moduleId: 'i-0-enc0', pcrs })
    await show('#/document', 'The document')
    await fill('In base64 or hexadecimal', Buffer.from(document).toString('base64'))
    await press('Explain')
    await expect.poll(() => textOf('.summary')).toContain('root pinned')
    await fill('Trusted root', 'own')
    await fill('Root certificate in PEM', authority.rootPem)
    await press('Judge again')
    await expect.poll(() => textOf('.summary')).toContain('✓ Verified')
    expect(await count('.chain li')).toBe(5)
  })

  test('the KMS has keys, policies with findings, and encrypts', async () => {
    await show('#/key', 'The key')
    await press('Create a key')
    await expect.poll(() => count('textarea.policy')).toBe(1)
    const Principal = { AWS: 'arn:aws:iam::000000000000:role/enclave' }
    const open = { Sid: 'Open', Effect: 'Allow', Principal, Action: 'kms:Decrypt', Resource: '*' }
    await fill('Policy of the key', JSON.stringify({ Version: '2012-10-17', Statement: [open] }))
    await expect.poll(() => textOf('.findings')).toContain('L_KMS_OUTSIDE')
    await fill('Policy of the key', '{')
    await expect.poll(() => textOf('.findings [role="alert"]')).toContain('E_KMS_POLICY')
    await press('Encrypt it')
    await expect.poll(() => textOf('.key-view summary')).toContain('The ciphertext')
    expect(await textOf('#missing li')).toContain('SharedArrayBuffer')
  })

  test('a lesson says what is missing; what needs no enclave is done, and a start says why not', async () => {
    await show('#/lessons', 'Lessons')
    expect(await count('.cards li')).toBe(LESSONS.length)
    const { texts } = LESSONS[1]!
    await show('#/lessons/2', texts.en.title)
    expect(await textOf('#missing li')).toContain('SharedArrayBuffer')
    await press(texts.en.steps['measure']!.button)
    await expect.poll(() => textOf('[data-step="measure"] .step-state')).toContain('✓ Done')
    await press(texts.en.steps['start']!.button)
    await expect.poll(() => textOf('[data-step="start"] [role="alert"]')).toContain('E_TAB_ISOLATION')
  })

  test.each(ATTACKS.map((attack) => [attack.name, attack] as const))(
    'the attack %s says what is missing, and none that needs an enclave has an outcome',
    async (name, { trials, texts: { en } }) => {
      await show(`#/attacks/${name}`, en.title)
      expect(await textOf('#missing li')).toContain('SharedArrayBuffer')
      const { name: trial } = trials.find(({ role }) => role === 'attack')!
      await press(en.trials[trial]!.button)
      await expect.poll(() => textOf(`[data-trial="${trial}"] [role="alert"]`)).toContain('✗')
      expect(await count('[data-outcome]')).toBe(0)
    },
  )

  test('there was no error that nobody handled', async () => {
    expect(await page.run('return complaints')).toEqual([])
  })
})
