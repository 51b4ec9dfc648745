/** An image whose JSON goes on without end ends with a code wherever it is looked at: at a start, in a description, by `qt`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { queryEif } from '../../src/cli/commands/query-eif.ts'
import { writeArchive } from '../../src/image/eif/cpio.ts'
import { describeImage, parseEif, type SectionData, writeEif } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { runCommand } from '../cli/in-process.ts'
import { laboratoryImage } from '../support/laboratory.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
const bytes = (text: string) => new TextEncoder().encode(text)
const folder = mkdtempSync(join(tmpdir(), 'webclave-json-'))
afterAll(() => rmSync(folder, { recursive: true }))

let honest: Uint8Array<ArrayBuffer>
let sections: readonly SectionData[]
beforeAll(async () => {
  honest = (await laboratoryImage()).eif
  sections = (await parseEif(honest)).sections
})

const withData = (at: number, data: Uint8Array<ArrayBuffer>) =>
  writeEif(sections.map((section, index) => (index === at ? { ...section, data } : section)))
const withManifest = () =>
  withData(
    sections.length - 1,
    new Uint8Array(
      writeArchive(
        new Map([
          ['app.js', bytes('1')],
          ['manifest.json', bytes(deep)],
        ]),
      ),
    ),
  )
const query = async (image: Uint8Array) => {
  const path = join(folder, 'image.eif')
  writeFileSync(path, image)
  return runCommand(queryEif, ['--eif', path])
}

test('in the manifest: no start, and the description says why', async () => {
  const hostile = withManifest()
  await using parent = await createParent(SHARE)
  await expect(parent.start(hostile, SHARE)).rejects.toMatchObject({ code: 'E_IMAGE_CONTENT' })
  expect(parent.query()).toEqual([])
  // The share is there again, all of it.
  await using _ = await parent.start(honest, SHARE)
  expect((await describeImage(hostile)).problem).toMatchObject({ code: 'E_IMAGE_CONTENT' })
  const { status, stdout } = await query(hostile)
  expect([status, stdout]).toEqual([0, expect.stringContaining('E_IMAGE_CONTENT')])
})

test('in the metadata: refused by the description with its code, as an honest one is not', async () => {
  const hostile = withData(
    sections.findIndex(({ type }) => type === 'metadata'),
    bytes(`{"a":${deep}}`),
  )
  await expect(describeImage(hostile)).rejects.toMatchObject({ code: 'E_IMAGE_METADATA' })
  expect(await query(hostile)).toMatchObject({ status: 1, error: { code: 'E_IMAGE_METADATA' } })
  expect(await query(honest)).toMatchObject({ status: 0 })
})
