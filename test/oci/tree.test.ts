/** What layers make together: whiteouts, replacements and links, as the OCI image specification describes them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadContainerImage } from '../../src/oci/index.ts'
import { command } from '../support/components.ts'
import { Images, layout } from '../support/containers.ts'
import { pax, type TarPart, tar } from '../support/tar.ts'

let images: Images
let wasm: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  wasm = await command('(i32.const 0)')
})
afterAll(() => images[Symbol.asyncDispose]())

/** The files of an image with these layers, as `path=text`. */
async function filesOf(...layers: TarPart[][]): Promise<string[]> {
  const [first = [], ...rest] = layers
  const image = {
    layers: [tar({ name: 'app.wasm', data: wasm }, ...first), ...rest.map((parts) => tar(...parts))],
    run: { Entrypoint: ['/app.wasm'] },
  }
  const { files } = await loadContainerImage(await images.archive('tree.tar', layout(image)))
  return [...files].map(([path, bytes]) => `${path}=${new TextDecoder().decode(bytes)}`).sort()
}

const file = (name: string, data = '1'): TarPart => ({ name, data })
const folder = (name: string): TarPart => ({ name, type: '5' })
const link = (name: string, target: string): TarPart => ({ name, type: '2', link: target })
const hard = (name: string, target: string): TarPart => ({ name, type: '1', link: target })

describe('a whiteout', () => {
  test('hides a file and a folder of lower layers', async () => {
    const lower = [file('a'), file('d/b'), file('d/c'), file('e/f')]
    expect(await filesOf(lower, [file('d/.wh.b', ''), file('.wh.e', '')])).toEqual(['a=1', 'd/c=1'])
  })

  test('does not hide what its own layer has, before or after it', async () => {
    expect(await filesOf([file('a')], [file('a', '2'), file('.wh.a', '')])).toEqual(['a=2'])
    expect(await filesOf([file('a')], [file('.wh.a', ''), file('a', '2')])).toEqual(['a=2'])
    expect(await filesOf([file('d/a')], [file('d/b', '2'), file('.wh.d', '')])).toEqual(['d/b=2'])
  })

  test('that is opaque hides all that lower layers have in its folder', async () => {
    const upper = [folder('d/'), file('d/new', '2'), file('d/.wh..wh..opq', '')]
    expect(await filesOf([file('d/a'), file('d/e/f'), file('x')], upper)).toEqual(['d/new=2', 'x=1'])
    expect(await filesOf([file('d/a')], [file('d/.wh..wh..opq', ''), file('d/b', '2')])).toEqual(['d/b=2'])
  })

  test('has nothing below it, apart from what AUFS wrote for its own use', async () => {
    await expect(filesOf([file('.wh.x/inner')])).rejects.toThrow(/^E_OCI_TAR: .*is below a whiteout/)
    expect(await filesOf([file('a'), file('.wh..wh.plnk/1')])).toEqual(['a=1'])
  })

  test('of nothing does nothing', async () => {
    expect(await filesOf([file('a')], [file('.wh.none', ''), file('.wh.', '')])).toEqual(['a=1'])
  })
})

describe('a higher layer', () => {
  test('replaces a file by a folder, and a folder by a file', async () => {
    expect(await filesOf([file('a'), file('d/b')], [folder('a/'), file('a/c', '2'), file('d', '2')])).toEqual(
      ['a/c=2', 'd=2'],
    )
  })

  test('keeps what is in a folder that it names again', async () => {
    expect(await filesOf([file('d/a')], [folder('d/'), file('d/b', '2')])).toEqual(['d/a=1', 'd/b=2'])
  })

  test('writes through a link to a folder, within the image', async () => {
    const lower = [folder('usr/lib/'), link('lib', '../../usr/lib')]
    expect(await filesOf(lower, [file('lib/x', '2')])).toEqual(['usr/lib/x=2'])
  })

  test('removes a file with a device, which no enclave has', async () => {
    expect(
      await filesOf(
        [file('a'), file('b')],
        [
          { name: 'a', type: '3' },
          { name: 'p', type: '6' },
        ],
      ),
    ).toEqual(['b=1'])
  })
})

describe('a link', () => {
  test('to a file becomes a copy; one to nothing or to a folder is left out', async () => {
    const parts = [file('d/a'), link('b', 'd/a'), link('none', 'x'), link('e', 'd'), link('up', '/../d/a')]
    expect(await filesOf(parts)).toEqual(['b=1', 'd/a=1', 'up=1'])
  })

  test('that is hard has the file of its layer or of a lower one, also after that is gone', async () => {
    expect(await filesOf([file('a'), hard('b', 'a')])).toEqual(['a=1', 'b=1'])
    expect(await filesOf([file('a')], [hard('b', './a'), file('.wh.a', '')])).toEqual(['b=1'])
    expect(await filesOf([file('a')], [hard('b', 'a'), file('a', '2')])).toEqual(['a=2', 'b=1'])
  })
})

test('a folder of an old archive is one, by the end of its name', async () => {
  const folders = [{ name: 'd/', type: '\0' }, file('d/a')]
  expect(await filesOf([{ name: 'q/', type: '\0' }, ...folders])).toEqual(['d/a=1'])
})

describe('a long name', () => {
  const long = `d/${'n'.repeat(200)}`
  test('is read from a pax header, from one of GNU, and from a prefix', async () => {
    expect(await filesOf([pax({ path: long }), file('short')])).toEqual([`${long}=1`])
    const gnu = { name: '././@LongLink', type: 'L', data: `${long}\0` }
    expect(await filesOf([gnu, file('short')])).toEqual([`${long}=1`])
    expect(await filesOf([{ ...file('end'), prefix: 'begin' }])).toEqual(['begin/end=1'])
  })

  test('concerns only the next entry', async () => {
    expect(await filesOf([pax({ path: 'a', mtime: '1.5' }), file('x'), file('b')])).toEqual(['a=1', 'b=1'])
  })
})
