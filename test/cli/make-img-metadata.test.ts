/** `qt enclave make-img --metadata`: custom metadata in an image. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeImg } from '../../src/cli/commands/make-img.ts'
import { describeImage } from '../../src/image/index.ts'
import { runCommand } from './in-process.ts'

let folder: string
let eif: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-metadata-'))
  eif = join(folder, 'app.eif')
  await mkdir(join(folder, 'app'))
  await writeFile(join(folder, 'app/index.ts'), 'console.log("hello")')
})
beforeEach(() => rm(eif, { force: true }))
afterAll(() => rm(folder, { recursive: true }))

const make = (...more: readonly string[]) =>
  runCommand(makeImg, ['--app', join(folder, 'app'), '--eif', eif, ...more])

describe('custom metadata', () => {
  const file = () => join(folder, 'metadata.json')
  const makeWith = async (text: string) => {
    await writeFile(file(), text)
    return make('--metadata', file())
  }

  it('is in the image and is not measured', async () => {
    const plain = await make()
    const { stdout } = await makeWith(`{"a": "${'x'.repeat(4087)}"}`)
    expect(stdout).toBe(plain.stdout)
    const { metadata } = await describeImage(new Uint8Array(await readFile(eif)))
    expect(metadata?.['CustomMetadata']).toEqual({ a: 'x'.repeat(4087) })
  })

  it.each([
    ['invalid JSON', '{'],
    ['a list', '[]'],
    ['a member twice', '{"a": 1, "a": 1}'],
    ['null', 'null'],
    ['4097 bytes', `{"a": "${'x'.repeat(4088)}"}`],
  ])('%s is refused', async (_, text) => {
    const { status, error } = await makeWith(text)
    expect({ status, code: error?.code }).toEqual({ status: 1, code: 'E_IMAGE_METADATA' })
    await expect(readFile(eif)).rejects.toThrow('ENOENT')
  })
})
