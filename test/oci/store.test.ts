/** The files of an image are those of its folder or archive, never others of this machine. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { command } from '../support/components.ts'
import { type Files, Images, layout, saved } from '../support/containers.ts'
import { tar } from '../support/tar.ts'

let images: Images
let layer: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  layer = tar({ name: 'app.wasm', data: await command('(i32.const 0)') })
})
afterAll(() => images[Symbol.asyncDispose]())

const image = () => ({ layers: [layer], run: { Entrypoint: ['/app.wasm'] } })
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

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
