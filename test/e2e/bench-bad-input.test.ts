/** What goes wrong at the bench, in Chromium: files, programs and a browser that are not as they should be. */
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { wat } from '../admission/support.ts'
import { rawEif, text } from '../image/support.ts'
import { openEditor, textOf, Visit } from './site.ts'
import { Visits } from './visits.ts'

const hostile = (name: string) =>
  readFile(fileURLToPath(new URL(`../../guests/hostile/${name}`, import.meta.url)), 'utf8')

const here = new Visits()

const choose = (name: string, bytes: Uint8Array) =>
  here.visit.page
    .getByLabel('Image file')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) })
const alert = () => textOf(here.visit.page.locator('#image').getByRole('alert'))

/** Replaces the program in the editor. */
async function write(...lines: string[]): Promise<void> {
  await (await openEditor(here.visit.page)).click()
  await here.visit.page.keyboard.press('Control+a')
  await here.visit.page.keyboard.press('Delete')
  for (const [at, line] of lines.entries()) {
    if (at > 0) await here.visit.page.keyboard.press('Enter')
    await here.visit.page.keyboard.insertText(line)
  }
}

/** Builds and starts a component. */
async function startComponent(source: string) {
  await choose('hostile.wasm', await wat(source))
  await here.visit.page.locator('.measured[data-image="hostile.wasm.eif"]').waitFor()
  return here.visit.start()
}

describe('a file that cannot be started', () => {
  here.once()
  afterEach(async () => {
    await here.visit.page.getByLabel('Example').selectOption('hello')
    await here.visit.page.locator('.measured[data-image="hello.eif"]').waitFor()
    expect(await here.visit.page.locator('#image').getByRole('alert').count()).toBe(0)
  })

  test.each([
    ['big.eif', [], 'E_IMAGE_MAGIC'],
    ['big.wasm', [0, 0x61, 0x73, 0x6d], 'E_APP_COMPONENT'],
    ['big.json', [0x7b], 'E_IMAGE_MAGIC'],
  ] as const)('of 2 GB is refused before it is read: %s', async (name, begin, code) => {
    const path = join(here.folder, name)
    const file = await open(path, 'w')
    await file.write(Uint8Array.from(begin))
    await file.truncate(2 ** 31)
    await file.close()
    await here.visit.page.getByLabel('Image file').setInputFiles(path)
    expect(await alert()).toContain(code)
    expect(await here.visit.button('Start').isDisabled()).toBe(true)
    await rm(path)
  })

  test.each([
    [
      'photo.png',
      'E_IMAGE_MAGIC',
      Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(900)]),
    ],
    ['empty.eif', 'E_IMAGE_TRUNCATED', Buffer.alloc(0)],
    ['other.json', 'E_SHARED', Buffer.from('{"name":"other"}')],
    ['broken.wasm', 'E_', Buffer.from('0061736d01000000ffff', 'hex')],
  ])('of another kind is refused with a code: %s', async (name, code, bytes) => {
    await choose(name, bytes)
    expect(await alert()).toContain(code)
    expect(await here.visit.button('Start').isDisabled()).toBe(true)
    // Nothing that was measured before is shown as if it were this file's.
    expect(await here.visit.page.locator('.pcr').count()).toBe(0)
  })

  test('for another kernel is described, and not started', async () => {
    const disk = { type: 3, data: new Uint8Array(64).fill(2) }
    const kernel = { type: 1, data: new Uint8Array(64).fill(1) }
    await choose('linux.eif', rawEif([kernel, { type: 2, data: text('reboot=k') }, disk, disk]))
    expect(await alert()).toContain('E_IMAGE_FOREIGN')
    await here.visit.page.locator('.measured[data-image="linux.eif"]').waitFor()
    expect(await here.visit.button('Start').isDisabled()).toBe(true)
  })
})

describe('a program', () => {
  here.once()

  test('that does not compile has its error in the editor at its line, and in the alert', async () => {
    await write('export default async () => {', 'const one = ;', '}')
    expect(await alert()).toMatch(/E_APP_SYNTAX.*hello\.ts:2/s)
    const line = here.visit.page.locator('.cm-line', { has: here.visit.page.locator('.cm-lintRange-error') })
    expect(await textOf(line.first())).toContain('const one = ;')
    expect(await here.visit.button('Start').isDisabled()).toBe(true)
    await here.visit.page.getByText('Not measured again: the program could not be built.').waitFor()
    // Another example and back: the error is not the example's.
    await here.visit.page.getByLabel('Example').selectOption('echo')
    await here.visit.page.locator('.measured').waitFor()
    await here.visit.page.getByLabel('Example').selectOption('hello')
    await here.visit.page.locator('.measured[data-image="hello.eif"]').waitFor()
    expect(await here.visit.page.locator('.cm-lintRange-error').count()).toBe(0)
    expect(await here.visit.page.locator('#image').getByRole('alert').count()).toBe(0)
  })

  test('that spins can be stopped', async () => {
    const card = await startComponent(await hostile('spin.wat'))
    expect(await here.visit.stop(card)).toContain('killed')
    // The page goes on.
    await here.visit.page.getByLabel('Example').selectOption('hello')
    await here.visit.page.locator('.measured[data-image="hello.eif"]').waitFor()
    expect((await here.visit.attest(await here.visit.start())).failed).toEqual([])
  })

  test('that takes all memory and fails ends as out of memory', async () => {
    const greedy = (await hostile('memory-bomb.wat')).replace(
      '(i32.gt_u (memory.size) (i32.const 1024))',
      'unreachable',
    )
    expect(greedy).toContain('unreachable')
    const card = await startComponent(greedy)
    expect(await here.visit.ended(card)).toContain('out-of-memory')
  })
})

describe('storage', () => {
  test.each([
    [
      'that is forbidden',
      () => {
        const refuse = (): never => {
          throw new DOMException('denied', 'SecurityError')
        }
        Object.defineProperty(globalThis, 'localStorage', { get: refuse })
      },
    ],
    [
      'that is full',
      () => {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError')
        }
      },
    ],
  ])('%s does not matter: enclaves run, and language and colours can be chosen', async (_, init) => {
    const other = await here.site.visit(here.site.server.url, init)
    await other.attest(await other.start())
    await other.page.getByLabel('Colours').selectOption('dark')
    await other.page.getByLabel('Language').selectOption('zh')
    await other.page.getByRole('heading', { name: '实验台' }).waitFor()
    expect(other.complaints).toEqual([])
    await other.page.context().close()
  })
})

test('two tabs at once have their own parent instances and enclaves', async () => {
  await here.begin()
  const other = new Visit(await here.visit.page.context().newPage())
  await other.page.goto(here.site.server.url)
  await other.ready()
  const [mine, theirs] = await Promise.all([here.visit.start(), other.start()])
  expect((await here.visit.attest(mine)).failed).toEqual([])
  expect((await other.attest(theirs)).failed).toEqual([])
  await here.visit.stop(mine)
  expect((await other.attest(theirs)).failed).toEqual([])
  const root = (page: Visit) => textOf(page.page.locator('[data-part="root"]'))
  expect(await root(here.visit)).not.toBe(await root(other))
  expect(other.complaints).toEqual([])
  await here.end()
})
