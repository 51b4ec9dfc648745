/** The page in Firefox: every lesson, every attack, and what the other views do. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { buildImage, pcrHex } from '../../src/image/index.ts'
import { ATTACKS } from '../../web/attacks/all.ts'
import { attacks } from '../../web/i18n/attacks.ts'
import { lessons } from '../../web/i18n/lessons.ts'
import { LESSONS } from '../../web/lessons/all.ts'
import { REASONS } from './attack-reasons.ts'
import { Firefox, type FirefoxTab, findFirefox } from './firefox.ts'
import { Outside } from './outside.ts'
import { type Served, serveSite } from './served.ts'

const ECHO = fileURLToPath(new URL('../../guests/echo', import.meta.url))
const program = findFirefox()
if (!program) console.warn('LEFT OUT: Firefox is missing and cannot be installed (Debian: firefox-esr)')

let site: Served
let outside: Outside
let firefox: Firefox
beforeAll(async () => {
  if (!program) return
  site = await serveSite()
  outside = await Outside.open()
  firefox = await Firefox.open(program, outside)
}, 300_000)
afterAll(async () => {
  await firefox?.close()
  await Promise.all([site?.close(), outside?.close()])
})

const open = (fragment: string, options?: { isNewVisitor: boolean }) =>
  firefox.tab(`${site.server.url}${fragment}`, options)

/** Presses the button of a step or an attempt, and waits for what it then says of itself, or for its error. */
async function run(tab: FirefoxTab, item: string, before: readonly string[]): Promise<string> {
  const button = await tab.find(`${item} .row button:not([disabled])`)
  await button.click()
  await tab.page.waitForFunction(
    (item, before) => {
      const text = document.querySelector(`${item} .step-state`)?.textContent ?? ''
      return !before.includes(text) || document.querySelector(`${item} [role="alert"]`)
    },
    {},
    item,
    before,
  )
  return tab.textOf(`${item} [role="alert"], ${item} .step-state`)
}

describe.skipIf(!program)('in Firefox', () => {
  /** The lessons and attacks come one after the other in the same tab, as a reader goes through them. */
  describe('in one tab', () => {
    let tab: FirefoxTab
    beforeAll(async () => {
      tab = await open('')
    })
    afterAll(() => tab.close())

    async function show(fragment: string, title: string): Promise<void> {
      await tab.page.evaluate((hash) => {
        location.hash = hash
      }, fragment)
      await tab.find(`::-p-xpath(//h1[.=${JSON.stringify(title)}])`)
    }

    test.each(LESSONS.map(({ texts, steps }, at) => [at + 1, texts.en, steps] as const))(
      'every step of lesson %i is done',
      async (number, { title, steps: words }, steps) => {
        await show(`#/lessons/${number}`, title)
        const { nothing, working, checked } = lessons.en
        for (const { name } of steps)
          expect(await run(tab, `[data-step="${name}"]`, [nothing, working])).toBe(
            `${checked} · ${words[name]!.done}`,
          )
      },
    )

    test.each(ATTACKS.map((attack) => [attack.name, attack] as const))(
      'the attack %s and its control have the outcome that the page promises',
      async (name, { trials, texts }) => {
        await show(`#/attacks/${name}`, texts.en.title)
        const { notYet, working, outcomes } = attacks.en
        for (const { name: trial, role } of trials) {
          // Only the owner of the machine succeeds, and every attack without the defence.
          const outcome = (role === 'attack') === (name === 'owner') ? 'succeeded' : 'stopped'
          expect(await run(tab, `[data-trial="${trial}"]`, [notYet, working])).toBe(
            `${outcomes[outcome]} ${texts.en.trials[trial]![outcome]}`,
          )
        }
        const [selector, text] = REASONS[name] ?? ['[data-status="200"]', '']
        const shown = await tab.textsOf(`[data-trial="attack"] ${selector}`)
        expect(shown.filter((one) => one.includes(text))).not.toEqual([])
      },
    )
  })

  describe('the bench', () => {
    test.each(['with', 'without'])('runs and attests an enclave, on a host %s headers', async (kind) => {
      const { url } = kind === 'with' ? site.server : site.plainServer
      const tab = await firefox.tab(url, { isNewVisitor: true })
      await tab.press('Start')
      await tab.press('Attest')
      expect(await tab.textOf('.summary')).toBe('✓ Verified: all 16 checks passed')
      await tab.press('Send')
      await tab.find('.log .answered')
      await tab.close()
    })

    test('starts an image that is dropped', async () => {
      const { eif, pcrs } = await buildImage({ app: { path: ECHO } })
      const tab = await open('')
      await tab.find('.measured[data-image="hello.eif"]')
      await tab.drop('mine.eif', eif)
      expect(await tab.textOf('.measured[data-image="mine.eif"]')).toBe(pcrHex(pcrs, 0))
      await tab.press('Start')
      await tab.press('Send')
      expect(await tab.textOf('.log .answered bdi')).toBe('HELLO FROM THE PARENT INSTANCE')
      await tab.close()
    })

    test('builds a changed program; its link opens the same, and starts nothing', async () => {
      const tab = await open('', { isNewVisitor: true })
      const before = await tab.textOf('.measured')
      await (await tab.find('.editor >>> .cm-content')).click()
      await tab.page.keyboard.down('Control')
      await tab.page.keyboard.press('End')
      await tab.page.keyboard.up('Control')
      await tab.page.keyboard.type('console.log(1);')
      await tab.page.waitForFunction(
        (old) => (document.querySelector('.measured')?.textContent ?? old) !== old,
        {},
        before,
      )
      await tab.press('Copy a link to this')
      await tab.page.waitForFunction(() => location.hash.startsWith('#/bench/'))
      const [link, measured] = [tab.page.url(), await tab.textOf('.measured')]
      await tab.close()
      const other = await firefox.tab(link, { isNewVisitor: true })
      await other.shows('This program came with a link or a file.')
      expect(await other.textOf('.measured')).toBe(measured)
      expect(await other.textsOf('article')).toEqual([])
      await other.close()
    })
  })

  describe('a document', () => {
    test('that is dropped is explained, and judged with the root that the reader gives', async () => {
      const authority = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0' })
      const pcrs = new Map([[0, new Uint8Array(48).fill(7)]])
      const tab = await open('#/document')
      await tab.find('.document-view textarea')
      await tab.drop('document.bin', await authority.attest({ profile: 'nitro', moduleId: 'i-0-enc0', pcrs }))
      expect(await tab.textOf('.summary[data-ok="false"]')).toContain('root pinned')
      await tab.page.select('select:has([value="own"])', 'own')
      const pem = await tab.find('.options ~ .field textarea')
      await pem.evaluate((element, text) => {
        ;(element as HTMLTextAreaElement).value = text
        element.dispatchEvent(new InputEvent('input', { bubbles: true }))
      }, authority.rootPem)
      await tab.press('Judge again')
      expect(await tab.textOf('.summary[data-ok="true"]')).toContain('✓ Verified')
      await tab.close()
    })

    test('of an enclave of this page is verified', async () => {
      const tab = await open('#/document')
      await tab.press('Get one from an enclave of this page')
      expect(await tab.textOf('.summary[data-ok="true"]')).toBe('✓ Verified: all 16 checks passed')
      expect(await tab.textsOf('.chain li')).toHaveLength(5)
      await tab.close()
    })
  })

  test('the key is released to one image, and not to a copy with another byte', async () => {
    const tab = await open('#/key')
    await tab.press('Create a key')
    await tab.press('Encrypt it')
    await tab.press('Start the Secret example')
    await tab.press('Allow enclave 0')
    await tab.press('Open it in the enclave')
    await tab.shows('The enclave has opened it: 16 bytes')
    await tab.press('Start it with one byte changed')
    await tab.find('::-p-text(Allow enclave 1)')
    await tab.press('Open it in the enclave')
    await tab.find('.key-view [role="alert"]')
    const failed =
      '.kms-calls > ol > li:first-child .statements .fails[data-part*="RecipientAttestation:PCR0"]'
    const [expected, found] = await tab.textsOf(`${failed} dd code`)
    expect(expected).toMatch(/^[0-9a-f]{96}$/)
    expect(found).toMatch(/^[0-9a-f]{96}$/)
    expect(found).not.toBe(expected)
    await tab.close()
  })
})
