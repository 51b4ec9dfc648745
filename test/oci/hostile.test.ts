/** Container images are an attacker's input: what is not exactly right is refused, with its place, and nothing is kept. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { concatBytes } from '../../src/base/bytes.ts'
import { loadContainerImage } from '../../src/oci/index.ts'
import { OCI_LIMITS, type OciLimits } from '../../src/oci/limits.ts'
import { command } from '../support/components.ts'
import { archive, gzip, Images, layout, type RunConfig, saved } from '../support/containers.ts'
import { pax, type TarPart, tar, tarPart } from '../support/tar.ts'

let images: Images
let wasm: Uint8Array
beforeAll(async () => {
  images = await Images.create()
  wasm = await command('(i32.const 0)')
})
afterAll(() => images[Symbol.asyncDispose]())

const APP = { Entrypoint: ['/app.wasm'] }
const app = (): TarPart => ({ name: 'app.wasm', data: wasm })
const limited = (limits: Partial<OciLimits>) => ({ limits: { ...OCI_LIMITS, ...limits } })
type Files = Record<string, Uint8Array>

/** The message of the error for an archive of `files`. */
async function refusal(files: Files | Uint8Array, limits: Partial<OciLimits> = {}): Promise<string> {
  const path = images.at('hostile.tar')
  writeFileSync(path, files instanceof Uint8Array ? files : archive(files))
  const error: unknown = await loadContainerImage(path, limited(limits)).then(
    () => new Error('it was taken'),
    (reason) => reason,
  )
  return (error as Error).message
}

const ofLayers = (...layers: Uint8Array[]) => refusal(layout({ layers, run: APP }))
const ofParts = (...parts: (TarPart | Uint8Array)[]) => ofLayers(tar(app(), ...parts))

describe('a blob', () => {
  const changed = (name: RegExp, change: (bytes: Uint8Array) => Uint8Array) => {
    const files = layout({ layers: [tar(app())], run: APP })
    const path = Object.keys(files).find((each) => name.test(each) && isLayer(files[each]!))!
    files[path] = change(files[path]!)
    return files
  }
  const isLayer = (bytes: Uint8Array) => bytes.length >= 1024

  test('with another digest is refused', async () => {
    const flipped = changed(/^blobs/, (bytes) => bytes.with(600, bytes[600]! ^ 1))
    expect(await refusal(flipped)).toMatch(/^E_OCI_DIGEST: layer 1 of 1 has another digest; expected sha256:/)
  })

  test('with another size is refused before it is read', async () => {
    const longer = changed(/^blobs/, (bytes) => Uint8Array.of(...bytes, 0))
    expect(await refusal(longer)).toMatch(/^E_OCI_DIGEST: layer 1 of 1 does not have the size/)
  })

  test('that is missing is refused', async () => {
    const files = layout({ layers: [tar(app())], run: APP })
    for (const path of Object.keys(files)) if (isLayer(files[path]!)) delete files[path]
    expect(await refusal(files)).toMatch(/^E_OCI_DOCUMENT: layer 1 of 1 is missing/)
  })

  test('of docker save is compared with the digest of its config', async () => {
    const files = saved({ layers: [tar(app())], run: APP })
    const path = Object.keys(files).find((each) => each.endsWith('layer.tar'))!
    files[path] = tar(app(), { name: 'more' })
    expect(await refusal(files)).toMatch(/^E_OCI_DIGEST: layer 1 of 1, decompressed, has another digest/)
  })

  test('with bytes after its compressed data is refused', async () => {
    const compress = (layer: Uint8Array) => concatBytes(gzip(layer), new Uint8Array(300_000))
    const files = layout({ layers: [tar(app())], run: APP, compress })
    expect(await refusal(files)).toMatch(/^E_OCI_LAYER: layer 1 of 1 cannot be decompressed/)
  })

  test('of damaged gzip is refused', async () => {
    const files = layout({ layers: [tar(app())], run: APP, compress: (each) => gzip(each).with(30, 255) })
    expect(await refusal(files)).toMatch(
      /^E_OCI_LAYER: layer 1 of 1 cannot be decompressed; expected valid gzip/,
    )
  })
})

describe('a document', () => {
  const encode = (text: string) => new TextEncoder().encode(text)
  test.each([
    ['{', /^E_OCI_DOCUMENT: index.json is not valid JSON/],
    ['{"manifests":[],"manifests":[]}', /^E_OCI_DOCUMENT: .*unique/],
    ['[]', /^E_OCI_DOCUMENT: index.json has the wrong type/],
    ['{"manifests":{}}', /^E_OCI_DOCUMENT: index.json: manifests has the wrong type/],
    ['{"manifests":[{"digest":"sha256:../../etc/passwd","size":1}]}', /^E_OCI_DOCUMENT: .*digest is invalid/],
    [
      `{"manifests":[{"digest":"sha256:${'0'.repeat(64)}","size":1e99}]}`,
      /^E_OCI_DOCUMENT: .*size is invalid/,
    ],
    ['{"manifests":[]}', /^E_OCI_DOCUMENT: index.json contains no image/],
  ])('%s is refused', async (text, expected) => {
    expect(await refusal({ 'index.json': encode(text) })).toMatch(expected)
  })

  test('that is too large is refused before it is read', async () => {
    const files = layout({ layers: [tar(app())], run: APP })
    expect(await refusal(files, { document: 64 })).toMatch(/^E_OCI_LIMIT: index.json is too large/)
  })

  test('of a value that is secret is not shown', async () => {
    const run: RunConfig = { ...APP, Env: ['TOKEN=hunter2', '=hunter2'] }
    const message = await refusal(layout({ layers: [tar(app())], run }))
    expect(message).toMatch(/^E_OCI_DOCUMENT: the config: Env is malformed/)
    expect(message).not.toContain('hunter2')
  })
})

describe('a layer', () => {
  test.each<[what: string, part: TarPart | Uint8Array, expected: RegExp]>([
    ['a name with ..', { name: 'a/../../b' }, /^E_OCI_TAR: layer 1 of 1: a name leads out of the image/],
    ['an absolute name', { name: '/etc/passwd' }, /^E_OCI_TAR: .*leads out/],
    ['a prefix with ..', { name: 'a', prefix: '..' }, /^E_OCI_TAR: .*leads out/],
    ['a hard link that leads out', { name: 'a', type: '1', link: '../b' }, /^E_OCI_TAR: .*leads out/],
    ['a hard link to nothing', { name: 'a', type: '1', link: 'none' }, /^E_OCI_LINK: .*got nothing/],
    ['a sparse file of GNU', { name: 'a', type: 'S' }, /^E_OCI_TAR: .*sparse/],
    ['a name below a file', { name: 'app.wasm/below' }, /^E_OCI_TAR: .*is not a folder/],
    ['a type that is not known', { name: 'a', type: 'Z' }, /^E_OCI_TAR: .*unknown type/],
    ['a link with content', { name: 'a', type: '2', link: 'b', data: 'c' }, /^E_OCI_TAR: .*with content/],
    ['a huge size', { name: 'a', size: 8 * 2 ** 30 - 1 }, /^E_OCI_TAR: .*truncated/],
    ['a deep path', { name: 'a', prefix: 'd/'.repeat(65) }, /^E_OCI_LIMIT: .*too deep/],
    ['another checksum', tarPart({ name: 'a' }).with(0, 98), /^E_OCI_TAR: .*wrong checksum/],
    ['bytes that are not a header', new Uint8Array(512).fill(1), /^E_OCI_TAR: .*not one of a tar archive/],
    ['a number that is not one', tarPart({ name: 'a' }).with(124, 57), /^E_OCI_TAR: /],
  ])('with %s is refused', async (_, part, expected) => {
    expect(await ofParts(part)).toMatch(expected)
  })

  test.each<[what: string, records: Record<string, string>, expected: RegExp]>([
    ['a path that leads out', { path: '../../x' }, /leads out/],
    ['an empty path', { path: '' }, /an empty name/],
    ['a sparse file', { 'GNU.sparse.major': '1' }, /sparse/],
    ['a size without bytes', { size: '9007199254740991' }, /truncated/],
    ['a size that is not a number', { size: '-1' }, /invalid size/],
    ['a long path', { path: 'a'.repeat(1100) }, /too long/],
  ])('with %s in a pax header is refused', async (_, records, expected) => {
    expect(await ofParts(pax(records), { name: 'plain' })).toMatch(expected)
  })

  test('with a global header for all files is refused', async () => {
    expect(await ofParts(pax({ path: 'x' }, 'g'), { name: 'a' })).toMatch(/^E_OCI_TAR: .*global header/)
  })

  test('that is truncated is refused, wherever it ends', async () => {
    const whole = tar(app(), { name: 'more', data: 'text' })
    for (const length of [0, 100, 512, 700, whole.length - 1024, whole.length - 1200])
      expect(await ofLayers(whole.slice(0, length)), `${length}`).toMatch(/^E_OCI_TAR: .*truncated/)
  })

  test('with data after its end is refused', async () => {
    expect(await ofLayers(Uint8Array.of(...tar(app()), ...tar(app())))).toMatch(/^E_OCI_TAR: .*after the end/)
  })

  test('with links that never end is refused if they lead to the program', async () => {
    const loop = tar({ name: 'app.wasm', type: '2', link: 'b' }, { name: 'b', type: '2', link: 'app.wasm' })
    expect(await ofLayers(loop)).toMatch(/^E_OCI_LINK: the links at "\/app.wasm" never end/)
  })

  test('cannot lead to a file of this machine by a link', async () => {
    const outside = tar({ name: 'app.wasm', type: '2', link: '../../../../etc/hostname' })
    expect(await ofLayers(outside)).toMatch(/^E_OCI_ENTRY: the entry point is not in the image/)
  })
})

describe('the limits', () => {
  const image = (...parts: TarPart[]) => layout({ layers: [tar(app(), ...parts)], run: APP })
  const many = Array.from({ length: 20 }, (_, at) => ({ name: `f${at}` }))

  test('allow what is within them', async () => {
    expect(await refusal(image(...many), { entries: 21, files: 20 })).toBe('it was taken')
  })

  test.each<[what: string, limits: Partial<OciLimits>, expected: RegExp]>([
    ['entries', { entries: 20 }, /^E_OCI_LIMIT: the layers have too many entries; expected at most 20/],
    ['files', { files: 19 }, /^E_OCI_LIMIT: the image has too many files/],
    ['layers', { layers: 0 }, /^E_OCI_LIMIT: the image has too many layers/],
    ['members of the archive', { members: 3 }, /^E_OCI_LIMIT: the archive has too many members/],
    ['bytes', { unpacked: 4096 }, /^E_OCI_LIMIT: the layers are too large, decompressed/],
  ])('on %s hold', async (_, limits, expected) => {
    expect(await refusal(image(...many), limits)).toMatch(expected)
  })

  test('stop a layer that decompresses to far more than its size', async () => {
    const zeros = { name: 'zeros', data: new Uint8Array(4 * 2 ** 20) }
    const bomb = layout({ layers: [tar(app(), zeros)], run: APP, compress: gzip })
    const small = 2 ** 20
    expect(await refusal(bomb, { small })).toMatch(/^E_OCI_LIMIT: layer 1 of 1 decompresses to more than/)
    expect(await refusal(bomb)).toBe('it was taken')
  })

  test('list the largest files', async () => {
    const parts = [
      { name: 'small', data: 'x' },
      { name: 'large', data: new Uint8Array(5000) },
    ]
    expect(await refusal(image(...parts), { taken: 4000 })).toMatch(
      /^E_OCI_LIMIT: the files .*too large.*\n {2}5000 bytes: "large"\n {2}1 bytes: "small"/s,
    )
  })

  test('count folders that exist only in paths', async () => {
    const deep = many.map(({ name }) => ({ name: `${name}/${'d/'.repeat(40)}f` }))
    expect(await refusal(image(...deep), { entries: 100 })).toMatch(
      /^E_OCI_LIMIT: the layers have too many folders/,
    )
  })
})

describe('JavaScript of an image', () => {
  const take = (...parts: TarPart[]) => {
    const run = { Cmd: ['node', '/srv/main.js'] }
    return refusal(layout({ layers: [tar(...parts)], run }))
  }
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('webclave-oci-'))

  test('cannot import a file of this machine', async () => {
    const here = mkdtempSync(join(tmpdir(), 'webclave-test-outside-'))
    try {
      writeFileSync(join(here, 'secret.json'), '{"secret":"hunter2"}')
      for (const specifier of [join(here, 'secret.json'), `../../../${here.split('/').at(-1)}/secret.json`]) {
        const message = await take({ name: 'srv/main.js', data: `console.log(require('${specifier}'))` })
        expect(message).toMatch(/^E_APP_IMPORT: .*outside of the image/)
        expect(message).not.toContain('hunter2')
      }
    } finally {
      rmSync(here, { recursive: true })
    }
  })

  test('is not changed by a tsconfig.json, which Node does not read', async () => {
    const config = { name: 'srv/tsconfig.json', data: '{"extends":"/etc/hostname"}' }
    expect(await take(config, { name: 'srv/main.js', data: 'console.log(1)' })).toBe('it was taken')
  })

  test('leaves no file behind, also after an error', async () => {
    vi.stubEnv('TMPDIR', images.path)
    expect(await take({ name: 'srv/main.js', data: 'import(' })).toMatch(/^E_APP_SYNTAX: /)
    expect(await take({ name: 'srv/main.js', data: 'console.log(1)' })).toBe('it was taken')
    expect(left()).toEqual([])
    vi.unstubAllEnvs()
  })
})
