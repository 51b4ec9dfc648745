/** The files of an image are those of its folder or archive, never others of this machine. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { OCI_LIMITS } from '../../src/oci/limits.ts'
import { command } from '../support/components.ts'
import { archive, type Files, gzip, Images, layout, saved } from '../support/containers.ts'
import { pax, type TarPart, tar } from '../support/tar.ts'

let images: Images
let layer: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  layer = tar({ name: 'app.wasm', data: await command('(i32.const 0)') })
})
afterAll(() => images[Symbol.asyncDispose]())

const image = () => ({ layers: [layer], run: { Entrypoint: ['/app.wasm'] } })
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe('an archive', () => {
  const write = (bytes: Uint8Array) => {
    writeFileSync(images.at('archive.tar'), bytes)
    return images.refusal(images.at('archive.tar'))
  }

  test.each<[name: string, files: () => Files]>([
    ['index.json', () => layout(image())],
    ['manifest.json', () => saved(image())],
    ['the layer', () => layout(image())],
  ])('with %s twice is refused; with another file twice it is not', async (name, files) => {
    const all = files()
    const [path] = Object.entries(all).find(([each, bytes]) => each === name || bytes === layer)!
    const twice = name === 'the layer' ? path : name
    const parts = Object.entries(all).map(([each, data]) => ({ name: each, data }))
    expect(await write(tar(...parts, { name: twice, data: all[twice]! }))).toMatch(
      /^E_OCI_TAR: the archive: it has ".*" twice/,
    )
    const other = { name: 'README', data: 'text' }
    expect(await write(tar(...parts, other, other))).toBe('it was taken')
  })

  test('is refused with what it is, if it is compressed or empty', async () => {
    const plain = archive(saved(image()))
    expect(await write(new Uint8Array())).toMatch(
      /^E_OCI_REFERENCE: the file is empty; .*save the image again/,
    )
    expect(await write(gzip(plain))).toMatch(/^E_OCI_REFERENCE: .*compressed as a whole.*got gzip; gunzip it/)
    expect(await write(zstdCompressSync(plain))).toMatch(/^E_OCI_REFERENCE: .*got zstd; .*unzstd/)
    const xz = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)
    expect(await write(xz)).toMatch(/^E_OCI_REFERENCE: .*got xz; .*unxz/)
    expect(await images.refusal('')).toMatch(/^E_OCI_REFERENCE: an empty text is not an image/)
  })

  test('has a limit for all of its headers, also those of folders and of pax', async () => {
    const files = Object.entries(layout(image())).map(([name, data]) => ({ name, data }))
    const limits = { ...OCI_LIMITS, members: 30 }
    for (const part of [{ name: 'd/', type: '5' }, pax({ comment: 'x' })]) {
      const parts = Array<TarPart>(30).fill(part)
      writeFileSync(images.at('many.tar'), tar(...parts, ...files))
      expect(await images.refusal(images.at('many.tar'), { limits })).toMatch(
        /^E_OCI_LIMIT: the archive has too many members; expected at most 30/,
      )
    }
  })
})

describe('a folder', () => {
  let outside = ''
  let files: Files
  let config = ''
  beforeEach(async () => {
    files = saved(image())
    config = Object.keys(files).find((name) => name.length === 69)!
    outside = await images.folder('outside', { 'config.json': files[config]!, 'layer.tar': layer })
  })

  test.each(['Config', 'Layers'])('does not name a file outside of it as %s', async (member) => {
    const names = { Config: '../outside/config.json', Layers: ['../outside/layer.tar'] }
    const [inside] = JSON.parse(new TextDecoder().decode(files['manifest.json'])) as object[]
    for (const name of [
      names,
      { Config: join(outside, 'config.json'), Layers: [join(outside, 'layer.tar')] },
    ]) {
      const manifest = [{ ...inside, [member]: name[member as 'Config'] }]
      const folder = await images.folder('names', { ...files, 'manifest.json': encode(manifest) })
      expect(await images.refusal(folder)).toMatch(
        /^E_OCI_DOCUMENT: manifest.json names a file outside of the image/,
      )
    }
  })

  test('does not lead to a file outside of it by a link, and does within', async () => {
    const blobs = layout(image())
    const [path] = Object.entries(blobs).find(([, bytes]) => bytes === layer)!
    delete blobs[path]
    for (const [name, target] of [
      ['out', join(outside, 'layer.tar')],
      ['in', '../../layer.tar'],
    ] as const) {
      const folder = await images.folder(name, { ...blobs, 'layer.tar': layer })
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      symlinkSync(target, join(folder, path))
      expect(await images.refusal(folder)).toMatch(
        name === 'in' ? /^it was taken$/ : /^E_OCI_REFERENCE: a link of the image leads out of its folder/,
      )
    }
  })

  test('may be named by a link itself', async () => {
    const folder = await images.folder('real', layout(image()))
    symlinkSync(folder, images.at('link'))
    expect(await images.refusal(images.at('link'))).toBe('it was taken')
  })
})
