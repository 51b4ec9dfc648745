/** An image that is read from a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ImageFile } from '../../src/keeper/image-file.ts'
import { openDescriptors } from '../support/descriptors.ts'

const folder = mkdtempSync(join(tmpdir(), 'image-file-'))
const path = join(folder, 'file')
writeFileSync(path, Uint8Array.of(10, 11, 12, 13, 14))
afterAll(() => rmSync(folder, { recursive: true }))

test('can be read in parts, at any offset', async () => {
  await using image = ImageFile.open(path)
  expect(image).toMatchObject({ path, size: 5 })
  expect(await image.stat()).toEqual({ size: 5 })
  const into = new Uint8Array(4)
  expect(await image.read(into, 1, 2, 3)).toEqual({ bytesRead: 2 })
  expect([...into]).toEqual([0, 13, 14, 0])
  expect(await image.read(into, 0, 4, 4)).toEqual({ bytesRead: 1 })
  expect(await image.read(into, 0, 4, 5)).toEqual({ bytesRead: 0 })
})

test('is closed when it is disposed of', async () => {
  const before = openDescriptors(path)
  const image = ImageFile.open(path)
  expect(openDescriptors(path)).toBe(before + 1)
  await image[Symbol.asyncDispose]()
  expect(openDescriptors(path)).toBe(before)
})

test('must be an existing regular file', () => {
  expect(() => ImageFile.open(join(folder, 'none'))).toThrow(
    /^E_FILE: the image cannot be opened; got ENOENT/,
  )
  expect(() => ImageFile.open(folder)).toThrow(
    `E_FILE: the image cannot be opened; got ${folder} is not a regular file`,
  )
  expect(openDescriptors(folder)).toBe(0)
})
