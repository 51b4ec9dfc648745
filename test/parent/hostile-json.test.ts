/**
 * An image with deeply nested JSON is refused with an error code wherever it is read: by a start, a description, and
 * `qt`.
 */
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

let valid: Uint8Array<ArrayBuffer>
let sections: readonly SectionData[]
beforeAll(async () => {
  valid = (await laboratoryImage()).eif
  sections = (await parseEif(valid)).sections
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

test('a deeply nested manifest prevents the start, and the description reports it', async () => {
  const hostile = withManifest()
  await using parent = await createParent(SHARE)
  await expect(parent.start(hostile, SHARE)).rejects.toMatchObject({ code: 'E_IMAGE_CONTENT' })
  expect(parent.query()).toEqual([])
  // The whole share has returned to the pool.
  await using _ = await parent.start(valid, SHARE)
  expect((await describeImage(hostile)).problem).toMatchObject({ code: 'E_IMAGE_CONTENT' })
  const { status, stdout } = await query(hostile)
  expect([status, stdout]).toEqual([0, expect.stringContaining('E_IMAGE_CONTENT')])
})

test('deeply nested metadata are refused by the description; valid ones are accepted', async () => {
  const hostile = withData(
    sections.findIndex(({ type }) => type === 'metadata'),
    bytes(`{"a":${deep}}`),
  )
  await expect(describeImage(hostile)).rejects.toMatchObject({ code: 'E_IMAGE_METADATA' })
  expect(await query(hostile)).toMatchObject({ status: 1, error: { code: 'E_IMAGE_METADATA' } })
  expect(await query(valid)).toMatchObject({ status: 0 })
})
