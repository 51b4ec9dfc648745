/**
 * The contents of webclave's images, at their limits: descriptor, command line, manifest, the files of each ramdisk,
 * the component.
 */
import { describe, expect, it } from 'vitest'
import { type Bytes, toHex } from '../../../src/base/bytes.ts'
import type { ImageDescription } from '../../../src/image/describe.ts'
import { canonicalBytes } from '../../../src/image/eif/canonical-json.ts'
import { readContainer } from '../../../src/image/eif/container.ts'
import { readKernel, readOutline, readSmall } from '../../../src/image/eif/contents.ts'
import { writeArchive } from '../../../src/image/eif/cpio.ts'
import { readImageComponent } from '../../../src/image/eif/image-component.ts'
import { openSource, parseEif, readBootContents } from '../../../src/image/index.ts'
import { signImage } from '../../../src/image/sign/sign.ts'
import { testSigner } from '../signer.ts'
import { COMPONENT, codeOf, errorOf, MODULE, rawEif, text } from '../support.ts'

const kernel = (version = '1') =>
  canonicalBytes({ kernel: 'webclave', version, sha384: 'ab'.repeat(48), wit: 'qingtian:enclave@0.1.0' })
const LINE = text('{"args":[],"env":{}}')
const files = (entries: Record<string, Uint8Array>) => writeArchive(new Map(Object.entries(entries)))
const BOOT = { 'engine.wasm': COMPONENT, 'crypto.wasm': MODULE }
const APP = { 'app.js': text('1'), 'manifest.json': text('{}') }

function image(
  change: { kernel?: Bytes; cmdline?: Bytes; disks?: readonly Bytes[]; version?: number } = {},
): Bytes {
  const disks = change.disks ?? [files(BOOT), files(APP)]
  return rawEif(
    [
      { type: 1, data: change.kernel ?? kernel() },
      { type: 2, data: change.cmdline ?? LINE },
      ...disks.map((data) => ({ type: 3, data })),
    ],
    change.version === undefined ? {} : { version: change.version },
  )
}

const outline = async (bytes: Bytes) => {
  const source = await openSource(bytes)
  return readOutline(source, await readContainer(source))
}

it('an image is outlined with all its contents', async () => {
  const { kernel: found, args, app, engine, crypto, files: rest, manifest } = await readBootContents(image())
  expect(found.version).toBe('1')
  expect([args, manifest, [...rest]]).toEqual([[], {}, []])
  expect([app.kind, toHex(app.bytes), toHex(engine!), toHex(crypto!)]).toEqual([
    'source',
    '31',
    toHex(COMPONENT),
    toHex(MODULE),
  ])
})

it('a source that is not UTF-8 is refused', async () => {
  const disks = (source: Uint8Array) => [files(BOOT), files({ ...APP, 'app.js': source })]
  const read = (source: Uint8Array) => readBootContents(image({ disks: disks(source) }))
  expect((await read(text('"ä€"'))).app.kind).toBe('source')
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
    expect(await codeOf(() => read(Uint8Array.from(bytes)))).toBe('E_IMAGE_CONTENT')
  }
})

it('a given section table is not parsed again', async () => {
  const bytes = image()
  const container = await readContainer(await openSource(bytes))
  const damaged = bytes.slice().fill(0, 0, 548)
  expect((await readBootContents(damaged, container)).app.kind).toBe('source')
  expect(await codeOf(() => readBootContents(damaged))).toBe('E_IMAGE_MAGIC')
})

describe('the maximum size', () => {
  it('of the descriptor is 4096 bytes', async () => {
    const rest = kernel('').byteLength
    const [most, more] = [4096, 4097].map((size) => kernel('x'.repeat(size - rest))) as [Bytes, Bytes]
    const read = async (bytes: Bytes) => {
      const source = await openSource(image({ kernel: bytes }))
      return readKernel(source, await readContainer(source))
    }
    expect((await read(most)).version).toHaveLength(4096 - rest)
    expect(await codeOf(() => read(more))).toBe('E_IMAGE_FOREIGN')
  })

  it('of the command line is 262,144 bytes', async () => {
    const line = (size: number) => text(`{"args":["${'x'.repeat(size - 22)}"],"env":{}}`)
    expect((await outline(image({ cmdline: line(262_144) }))).args[0]).toHaveLength(262_122)
    expect(await errorOf(() => outline(image({ cmdline: line(262_145) })))).toMatchObject({
      code: 'E_IMAGE_CONTENT',
      expected: '262144 bytes or fewer',
      got: '262145',
    })
  })

  it('of the manifest is 262,144 bytes', async () => {
    const manifest = (size: number) => {
      const external = (name: string) => `{"external":["${name}"]}`
      return text(external('a'.repeat(size - external('').length)))
    }
    const withManifest = (size: number) => {
      const bytes = manifest(size)
      expect(bytes).toHaveLength(size)
      return image({ disks: [files(BOOT), files({ ...APP, 'manifest.json': bytes })] })
    }
    expect((await outline(withManifest(262_144))).manifest.external).toHaveLength(1)
    expect(await errorOf(() => outline(withManifest(262_145)))).toMatchObject({
      code: 'E_IMAGE_CONTENT',
      expected: '262144 bytes or fewer',
      got: '262145',
    })
  })

  it('also applies to the small sections', async () => {
    const source = await openSource(new Uint8Array(40))
    const section = { type: 'metadata', flags: 0, offset: 0, dataOffset: 12, dataSize: 5 } as const
    expect(await readSmall(source, section, 5)).toHaveLength(5)
    expect(await codeOf(() => readSmall(source, section, 4))).toBe('E_IMAGE_CONTENT')
  })
})

describe('the ramdisks', () => {
  const COMPONENT_APP = { 'app.wasm': COMPONENT, 'manifest.json': text('{}') }
  it.each<[string, object, object]>([
    ['source with engine and cryptography', BOOT, APP],
    ['a component alone', {}, COMPONENT_APP],
    ['source with files', BOOT, { ...APP, 'files/a': text('a'), 'files/app.wasm': text('b') }],
    ['a component with files', {}, { ...COMPONENT_APP, 'files/manifest.json': text('a') }],
  ])('may contain %s', async (_, boot, app) => {
    const disks = [files(boot as typeof BOOT), files(app as typeof APP)]
    expect((await outline(image({ disks }))).application).toHaveLength(Object.keys(app).length)
  })

  it.each<[string, object, object]>([
    ['source without an engine', { 'crypto.wasm': MODULE }, APP],
    ['source without cryptography', { 'engine.wasm': COMPONENT }, APP],
    ['source without engine and cryptography', {}, APP],
    ['source with an unknown boot file', { ...BOOT, x: text('') }, APP],
    ['a component with engine and cryptography', BOOT, COMPONENT_APP],
    ['both source and component', BOOT, { ...APP, ...COMPONENT_APP }],
    ['neither source nor component', {}, { 'manifest.json': text('{}') }],
    ['no manifest', BOOT, { 'app.js': text('1') }],
    ['an unknown file', BOOT, { ...APP, other: text('') }],
  ])('may not contain %s', async (_, boot, app) => {
    const disks = [files(boot as typeof BOOT), files(app as typeof APP)]
    expect(await codeOf(() => outline(image({ disks })))).toBe('E_IMAGE_CONTENT')
  })

  it.each([1, 3])('are two; %s is rejected', async (count) => {
    const disks = [files(BOOT), files(APP), files({})].slice(0, count)
    expect(await errorOf(() => outline(image({ disks })))).toMatchObject({
      code: 'E_IMAGE_CONTENT',
      expected: '2',
      got: `${count}`,
    })
  })
})

describe('the component', () => {
  const read = (size: number, where: 'application' | 'boot') => {
    const name = where === 'application' ? 'app.wasm' : 'engine.wasm'
    const asked: number[][] = []
    const source = {
      size: 1,
      read: async (offset: number, length: number) => {
        asked.push([offset, length])
        return new Uint8Array(1)
      },
    }
    const section = (dataOffset: number) => ({ type: 'ramdisk', dataOffset })
    const description = {
      contents: { application: [], boot: [], [where]: [{ name, offset: 7, size }] },
      sections: [{ type: 'kernel', dataOffset: 1 }, section(100), section(1000)],
    }
    const found = readImageComponent(source, description as unknown as ImageDescription)
    return found.then((component) => [component?.role, asked])
  }

  it('is read from its position, if it has up to 64 MiB', async () => {
    expect(await read(67_108_864, 'application')).toEqual(['application', [[1007, 67_108_864]]])
    expect(await read(5, 'boot')).toEqual(['engine', [[107, 5]]])
    expect(await errorOf(() => read(67_108_865, 'boot'))).toMatchObject({
      code: 'E_IMAGE_CONTENT',
      expected: '67108864 bytes or fewer',
    })
  })
})

it.each([
  [2, 3],
  [3, 3],
  [4, 4],
])('signing an image of version %s, once or twice, gives version %s', async (before, after) => {
  const signer = testSigner('secp384r1', 'signer')
  const once = await signImage(image({ version: before }), signer)
  expect((await parseEif(once)).version).toBe(after)
  const { sections } = await parseEif(await signImage(once, signer))
  expect(sections.map(({ type }) => type)).toEqual(['kernel', 'cmdline', 'ramdisk', 'ramdisk', 'signature'])
})
