/** The bench, in Chromium: programs are measured as `qt enclave make-img` measures them, shared, dropped and restarted. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { ProfileName } from '../../src/base/profile.ts'
import { buildImage, pcrHex } from '../../src/image/index.ts'
import { EXAMPLES } from '../../web/examples/examples.ts'
import { writeLink } from '../../web/share/link.ts'
import { command, wat } from '../admission/support.ts'
import { openEditor, textOf } from './site.ts'
import { Visits } from './visits.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const PROFILES: readonly [ProfileName, string][] = [
  ['qingtian', 'QingTian'],
  ['nitro', 'Nitro'],
]

const here = new Visits()

const measured = () => here.visit.page.locator('.measured')
const editor = () => here.visit.page.getByRole('textbox', { name: 'Source of the program' })

/** The values that the page must show for a program. */
async function expected(path: string): Promise<Record<ProfileName, string>> {
  const [qingtian, nitro] = await Promise.all(
    PROFILES.map(async ([profile]) => pcrHex((await buildImage({ app: { path }, profile })).pcrs, 0)),
  )
  return { qingtian: qingtian!, nitro: nitro! }
}

/** Chooses an example, as it is. */
async function choose(name: string): Promise<void> {
  await here.visit.page.getByLabel('Example').selectOption(name)
  await here.visit.page.locator(`.measured[data-image="${name}.eif"]`).waitFor()
}

/** Adds a line at the end of the program. */
async function addLine(line: string): Promise<void> {
  await (await openEditor(here.visit.page)).click()
  await here.visit.page.keyboard.press('Control+End')
  await here.visit.page.keyboard.insertText(line)
}

describe('PCR0 is what qt enclave make-img gives for the same file', () => {
  here.once()

  test.each(EXAMPLES.map(({ name, path }) => [name, path]))('%s', async (name, path) => {
    const pcr0 = await expected(join(project, path))
    await here.visit.page.getByLabel('Example').selectOption(name)
    for (const [profile] of PROFILES) {
      await here.visit.page.getByLabel('Cloud').selectOption(profile)
      await expect
        .poll(() => here.visit.page.locator(`.measured[data-image="${name}.eif"]`).textContent())
        .toBe(pcr0[profile])
    }
  })

  test('also when it was changed; back at the example it is as before, and so it is after undo', async () => {
    await here.visit.page.getByLabel('Cloud').selectOption('qingtian')
    await choose('hello')
    const before = await textOf(measured())
    const file = join(here.folder, 'hello.ts')
    const line = 'console.log("one more")'
    await writeFile(file, (await readFile(join(project, 'web/examples/hello.ts'), 'utf8')) + line)
    const after = (await expected(file)).qingtian
    expect(after).not.toBe(before)
    await addLine(line)
    await expect.poll(() => measured().textContent()).toBe(after)
    await here.visit.button('Back to the example').click()
    await expect.poll(() => measured().textContent()).toBe(before)
    await editor().click()
    await here.visit.page.keyboard.press('Control+z')
    await expect.poll(() => measured().textContent()).toBe(after)
    await here.visit.page.keyboard.press('Control+z')
    await expect.poll(() => measured().textContent()).toBe(before)
  })
})

describe('a dropped file', () => {
  here.once()

  const drop = (name: string, bytes: Uint8Array) =>
    here.visit.page.evaluate(
      ([name, base64]) => {
        const dataTransfer = new DataTransfer()
        const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
        dataTransfer.items.add(new File([bytes], name))
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
      },
      [name, Buffer.from(bytes).toString('base64')] as const,
    )

  test('that is a component is made an image of, which starts', async () => {
    await drop('quick.wasm', await command(''))
    await here.visit.page.locator('.measured[data-image="quick.wasm.eif"]').waitFor()
    expect(await here.visit.ended(await here.visit.start())).toContain('exited with status 0')
  })

  test.each([
    [
      'of WASI preview 1',
      `(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))) (memory (export "memory") 1)
        (func (export "_start") (call 0 (i32.const 0))))`,
    ],
    ['of the world', '(module (func (export "wasi:cli/run@0.2.0#run") (result i32) i32.const 0))'],
  ])('that is a core module %s is made an image of, which starts', async (_, source) => {
    await drop('core.wasm', await wat(source))
    await here.visit.page.locator('.measured[data-image="core.wasm.eif"]').waitFor()
    expect(await here.visit.ended(await here.visit.start())).toContain('exited with status 0')
  })

  test('that is an image starts', async () => {
    const { eif, pcrs } = await buildImage({ app: { path: join(project, 'guests/echo/index.ts') } })
    await drop('mine.eif', eif)
    await expect
      .poll(() => here.visit.page.locator('.measured[data-image="mine.eif"]').textContent())
      .toBe(pcrHex(pcrs, 0))
    const card = await here.visit.start()
    expect(await here.visit.say(card, 'quiet')).toBe('QUIET')
  })

  test('that was saved here opens with its source and options', async () => {
    await choose('hello')
    await addLine('// mine')
    await here.visit.button('Back to the example').waitFor()
    await here.visit.page.getByLabel('Memory in MiB').fill('128')
    const download = here.visit.page.waitForEvent('download')
    await here.visit.button('Save as a file').click()
    const saved = await download
    expect(saved.suggestedFilename()).toBe('hello.webclave.json')
    const bytes = await readFile(await saved.path())
    await here.visit.page.reload()
    await here.visit.ready()
    await drop('hello.webclave.json', bytes)
    await here.visit.page.getByText('This program came with a link or a file.').waitFor()
    expect(await here.visit.page.getByLabel('Memory in MiB').inputValue()).toBe('128')
    await expect.poll(() => editor().textContent()).toContain('// mine')
    expect(await here.visit.page.getByRole('article').count()).toBe(0)
  })
})

describe('a link', () => {
  here.once()

  const shared = {
    example: 'echo',
    source: 'export default async () => console.log("of others")\n',
    options: { profile: 'nitro', vcpus: 2, memoryMiB: 96, cid: 77, debug: true },
  } as const
  const follow = (data: string) =>
    here.visit.page.evaluate((hash) => {
      location.hash = hash
    }, `#/bench/${data}`)

  test('opens with its source and options, says that it came from others, and starts nothing', async () => {
    await here.visit.page.goto(`${here.site.server.url}#/bench/${await writeLink(shared)}`)
    await here.visit.page.reload()
    await here.visit.page.getByText('This program came with a link or a file. Nothing of it runs').waitFor()
    await expect.poll(() => editor().textContent()).toContain('of others')
    const value = (label: string) => here.visit.page.locator('.options').getByLabel(label).inputValue()
    expect({
      profile: await value('Cloud'),
      vcpus: Number(await value('vCPUs')),
      memoryMiB: Number(await value('Memory in MiB')),
      cid: Number(await value('CID')),
      debug: await here.visit.page.getByLabel('Debug mode').isChecked(),
    }).toEqual(shared.options)
    await measured().waitFor()
    expect(await here.visit.page.getByRole('article').count()).toBe(0)
    // Another program is the reader's own choice again.
    await here.visit.page.getByLabel('Example').selectOption('hello')
    await here.visit.page.getByText('This program came with').waitFor({ state: 'detached' })
  })

  test('that is copied opens the same program again', async () => {
    await choose('hello')
    await addLine('// copied')
    await here.visit.button('Back to the example').waitFor()
    await here.visit.button('Copy a link to this').click()
    await here.visit.page.getByText('The link is copied.').waitFor()
    await here.visit.page.reload()
    await openEditor(here.visit.page)
    await expect.poll(() => editor().textContent()).toContain('// copied')
  })

  test('does not come back over what was changed since', async () => {
    await follow((await writeLink(shared))!)
    await expect.poll(() => editor().textContent()).toContain('of others')
    await addLine('// changed since')
    await here.visit.page.getByRole('link', { name: 'Document' }).click()
    await here.visit.page.getByRole('heading', { name: 'The document' }).waitFor()
    await here.visit.page.goBack()
    await openEditor(here.visit.page)
    await expect.poll(() => editor().textContent()).toContain('// changed since')
  })

  test('that was cut, was crafted, has no data or is far too long is refused, and what was written stays', async () => {
    await choose('hello')
    await addLine('// keep me')
    const link = (await writeLink(shared))!
    for (const data of [link.slice(0, 40), 'AAAA', '%20%F0', 'A'.repeat(40_000)]) {
      await follow(data)
      expect(await textOf(here.visit.page.getByRole('alert'))).toContain('E_SHARED')
      expect(await (await openEditor(here.visit.page)).textContent()).toContain('// keep me')
      await measured().waitFor()
      expect(await here.visit.page.getByText('This program came with').count()).toBe(0)
      await here.visit.page.getByRole('link', { name: 'Document' }).click()
      await here.visit.page.getByRole('heading', { name: 'The document' }).waitFor()
    }
  })

  test('that cannot be used does not keep the page from its work', async () => {
    await here.visit.page.goto(`${here.site.server.url}#/bench/AAAA`)
    await here.visit.page.reload()
    expect(await textOf(here.visit.page.getByRole('alert'))).toContain('E_SHARED')
    const card = await here.visit.start()
    expect((await here.visit.attest(card)).failed).toEqual([])
  })
})

describe('restart on change', () => {
  here.once()

  test('leaves enclaves alone if it is not chosen', async () => {
    const first = await here.visit.start()
    const before = await textOf(measured())
    await addLine('console.log("changed")')
    await expect.poll(() => measured().textContent()).not.toBe(before)
    expect(await first.locator('.state').getAttribute('data-state')).toBe('running')
    expect(await here.visit.page.getByRole('article').count()).toBe(1)
    await here.visit.stop(first)
  })

  test('replaces the running enclave by one with the new PCR0', async () => {
    await choose('hello')
    const first = await here.visit.start()
    const before = await here.visit.pcr0(first)
    await here.visit.page.getByLabel('Restart when the program changes').check()
    await addLine('console.log("changed")')
    const second = here.visit.page.getByRole('article', { name: 'Enclave 2', exact: true })
    await second.waitFor()
    expect(await here.visit.ended(first)).toContain('killed')
    const after = await here.visit.pcr0(second)
    expect(after).not.toBe(before)
    expect(after).toBe(await textOf(measured()))
    expect((await here.visit.attest(second)).failed).toEqual([])
  })
})

test('an enclave is talked with as its own program is, whatever is chosen since', async () => {
  await here.begin()
  const card = await here.visit.start()
  await here.visit.page.getByLabel('Example').selectOption('echo')
  await here.visit.page.locator('.measured[data-image="echo.eif"]').waitFor()
  expect((await here.visit.attest(card)).failed).toEqual([])
  await here.end()
})
