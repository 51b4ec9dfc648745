/**
 * Building images and reading them: an image contains what it was built from, the same input gives the same bytes, and
 * invalid images do not boot.
 */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.ts'
import { writeArchive } from '../../../src/image/eif/cpio.ts'
import {
  type BuildOptions,
  describeImage,
  parseEif,
  readBootContents,
  type SectionData,
  writeEif,
} from '../../../src/image/index.ts'
import { build, COMPONENT, codeOf, errorOf, KERNEL, rawEif, text } from '../support.ts'

const FULL: Partial<BuildOptions> = {
  name: 'echo',
  version: '1.2',
  args: ['--fast', 'é'],
  env: { B: '2', A: '1', __proto__x: 'p' },
  files: { 'b.txt': text('bee'), 'a/c.txt': text('sea') },
  manifest: { memoryMiB: 64, destinations: ['kms.example.com:443'], debug: false },
}

describe('an image contains what it was built from', () => {
  it('for an application in source code', async () => {
    const { eif } = await build(FULL)
    const contents = await readBootContents(eif)
    expect(contents).toMatchObject({
      kernel: { kernel: 'webclave', ...KERNEL, wit: 'qingtian:enclave@0.1.0' },
      args: ['--fast', 'é'],
      app: { kind: 'source', bytes: text('console.log(1)') },
      engine: COMPONENT,
      manifest: FULL.manifest,
    })
    expect({ ...contents.env }).toEqual({ ...FULL.env })
    expect(Object.fromEntries(contents.files)).toEqual({ 'b.txt': text('bee'), 'a/c.txt': text('sea') })
  })

  it('for a component, without an engine, and with the name of the program as its first argument', async () => {
    const { eif } = await build({ app: { component: COMPONENT }, args: ['one'] })
    const { app, engine, files, args, manifest } = await readBootContents(eif)
    expect({ app, engine, files, args, manifest }).toEqual({
      app: { kind: 'component', bytes: COMPONENT },
      engine: undefined,
      files: new Map(),
      args: ['/app.wasm', 'one'],
      manifest: {},
    })
  })

  it('if it is read from a Blob', async () => {
    const { eif } = await build(FULL)
    expect(await readBootContents(new Blob([eif]))).toEqual(await readBootContents(eif))
  })

  it('in its description', async () => {
    const { eif, pcrs } = await build(FULL)
    const description = await describeImage(eif)
    expect(description).toMatchObject({
      version: 4,
      architecture: 'x86_64',
      defaultMemory: 64n * 1024n * 1024n,
      crc: { ok: true },
      pcrs: { qingtian: pcrs },
      metadata: {
        ImageName: 'echo',
        ImageVersion: '1.2',
        BuildMetadata: { BuildTool: 'webclave', KernelVersion: '0.1.0' },
      },
      signature: undefined,
      problem: undefined,
    })
    expect(description.metadata).not.toHaveProperty('BuildMetadata.BuildTime')
    expect(description.contents?.application.map(({ name }) => name)).toEqual([
      'app.js',
      'files/a/c.txt',
      'files/b.txt',
      'manifest.json',
    ])
  })
})

describe('the same input', () => {
  it('gives the same bytes, whatever the order of its parts', async () => {
    const one = await build({ env: { A: '1', B: '2' }, files: { a: text('1'), b: text('2') } })
    const other = await build({
      files: new Map([
        ['b', text('2')],
        ['a', text('1')],
      ]),
      env: { B: '2', A: '1' },
    })
    expect(other.eif).toEqual(one.eif)
  })

  it('contains a time only if one is given', async () => {
    const { eif } = await build({ buildTime: '2026-11-23T12:00:00Z' })
    const { metadata } = await describeImage(eif)
    expect(metadata).toHaveProperty('BuildMetadata.BuildTime', '2026-11-23T12:00:00Z')
  })
})

describe('building rejects', () => {
  const sha384 = 'AB'.repeat(48)
  it.each<[string, string, Partial<BuildOptions>]>([
    [
      'a core module',
      'E_APP_CORE_MODULE',
      { app: { component: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) } },
    ],
    ['a file that is not WebAssembly', 'E_APP_COMPONENT', { app: { component: text('#!/bin/sh') } }],
    ['an empty file', 'E_APP_COMPONENT', { app: { component: new Uint8Array() } }],
    ['an engine that is not WebAssembly', 'E_APP_COMPONENT', { engine: text('quickjs') }],
    ['a file above its folder', 'E_ARCHIVE_NAME', { files: { '../x': text('') } }],
    ['an invalid environment name', 'E_IMAGE_CONTENT', { env: { 'A=B': '1' } }],
    ['a NUL in an argument', 'E_IMAGE_CONTENT', { args: ['a\0b'] }],
    ['memory of 0', 'E_IMAGE_CONTENT', { manifest: { memoryMiB: 0 } }],
    ['half a MiB', 'E_IMAGE_CONTENT', { manifest: { memoryMiB: 0.5 } }],
    ['a destination without port', 'E_IMAGE_CONTENT', { manifest: { destinations: ['example.com'] } }],
    ['an unknown member of the manifest', 'E_IMAGE_CONTENT', { manifest: { root: true } as object }],
    ['a digest in capitals', 'E_IMAGE_CONTENT', { kernel: { version: '1', sha384 } }],
    ['a kernel without version', 'E_IMAGE_CONTENT', { kernel: { ...KERNEL, version: '' } }],
    ['an option that there is not', 'E_IMAGE_CONTENT', { sign: {} } as object],
    ['a file without bytes', 'E_IMAGE_CONTENT', { files: { a: 'text' as unknown as Uint8Array } }],
  ])('%s', async (_, code, options) => {
    expect(await codeOf(() => build(options))).toBe(code)
  })
})

describe('booting', () => {
  const kernel = text(
    `{"kernel":"webclave","sha384":"${'ab'.repeat(48)}","version":"0.1.0","wit":"qingtian:enclave@0.1.0"}`,
  )
  const cmdline = text('{"args":[],"env":{}}')
  const archive = (files: Record<string, string>) =>
    writeArchive(new Map(Object.entries(files).map(([name, body]) => [name, text(body)])))
  const empty = archive({})
  const app = { 'app.wasm': 'x', 'manifest.json': '{}' }

  function image(parts: { kernel?: Uint8Array; cmdline?: Uint8Array; disks?: Uint8Array[] }): Uint8Array {
    const sections: SectionData[] = [
      { type: 'kernel', data: parts.kernel ?? kernel },
      { type: 'cmdline', data: parts.cmdline ?? cmdline },
      ...(parts.disks ?? [empty, archive(app)]).map((data) => ({ type: 'ramdisk' as const, data })),
    ]
    return writeEif(sections)
  }

  it('accepts the image without changes (control)', async () => {
    expect((await readBootContents(image({}))).app.kind).toBe('component')
  })

  it.each([
    ['a real kernel', 'E_IMAGE_FOREIGN', { kernel: new Uint8Array(100_000) }],
    [
      'another kernel',
      'E_IMAGE_FOREIGN',
      { kernel: text(new TextDecoder().decode(kernel).replace('webclave', 'linux')) },
    ],
    [
      'another contract',
      'E_IMAGE_FOREIGN',
      { kernel: text(new TextDecoder().decode(kernel).replace('0.1.0"}', '0.2.0"}')) },
    ],
    ['white space in the descriptor', 'E_IMAGE_FOREIGN', { kernel: concatBytes(kernel, text('\n')) }],
    ['a real command line', 'E_IMAGE_CONTENT', { cmdline: text('reboot=k panic=30') }],
    ['duplicate keys', 'E_IMAGE_CONTENT', { cmdline: text('{"args":[],"args":["x"],"env":{}}') }],
    ['unsorted keys', 'E_IMAGE_CONTENT', { cmdline: text('{"env":{},"args":[]}') }],
    ['an argument that is not a string', 'E_IMAGE_CONTENT', { cmdline: text('{"args":[1],"env":{}}') }],
    ['an array instead of an object', 'E_IMAGE_CONTENT', { cmdline: text('[]') }],
    ['one ramdisk', 'E_IMAGE_CONTENT', { disks: [empty] }],
    ['three ramdisks', 'E_IMAGE_CONTENT', { disks: [empty, archive(app), empty] }],
    ['no application', 'E_IMAGE_CONTENT', { disks: [empty, archive({ 'manifest.json': '{}' })] }],
    ['two applications', 'E_IMAGE_CONTENT', { disks: [empty, archive({ ...app, 'app.js': '' })] }],
    ['no manifest', 'E_IMAGE_CONTENT', { disks: [empty, archive({ 'app.wasm': 'x' })] }],
    [
      'source without engine',
      'E_IMAGE_CONTENT',
      { disks: [empty, archive({ 'app.js': '', 'manifest.json': '{}' })] },
    ],
    [
      'a component with an engine',
      'E_IMAGE_CONTENT',
      { disks: [archive({ 'engine.wasm': 'x' }), archive(app)] },
    ],
    [
      'an unknown file in the boot ramdisk',
      'E_IMAGE_CONTENT',
      { disks: [archive({ init: 'x' }), archive(app)] },
    ],
    [
      'an unknown file in the application ramdisk',
      'E_IMAGE_CONTENT',
      { disks: [empty, archive({ ...app, extra: 'x' })] },
    ],
    [
      'a manifest that is not JSON',
      'E_IMAGE_CONTENT',
      { disks: [empty, archive({ ...app, 'manifest.json': '{' })] },
    ],
    ['a ramdisk that is not an archive', 'E_ARCHIVE', { disks: [empty, text('gzip')] }],
  ])('rejects %s', async (_, code, parts) => {
    expect(await codeOf(() => readBootContents(image(parts)))).toBe(code)
  })

  it('rejects a command line that is too large without reading it', async () => {
    const error = await errorOf(() => readBootContents(image({ cmdline: new Uint8Array(1024 * 1024) })))
    expect(error).toMatchObject({ code: 'E_IMAGE_CONTENT', got: '1048576' })
  })

  it('rejects an image of a real cloud, and its description says why', async () => {
    const eif = rawEif([
      { type: 1, data: new Uint8Array(9000) },
      { type: 2, data: text('reboot=k') },
    ])
    expect((await describeImage(eif)).problem?.message).toContain('not built for webclave')
    expect((await errorOf(() => readBootContents(eif))).hint).toContain('described and measured')
  })

  it('rejects metadata that is not JSON, as describing does', async () => {
    const eif = rawEif([
      { type: 1, data: kernel },
      { type: 2, data: cmdline },
      { type: 5, data: text('[]') },
    ])
    expect(await codeOf(() => describeImage(eif))).toBe('E_IMAGE_METADATA')
  })

  it('returns an environment without a prototype', async () => {
    const line = text('{"args":[],"env":{"__proto__":"x","constructor":"y"}}')
    const { env } = await readBootContents(image({ cmdline: line }))
    expect(Object.getPrototypeOf(env)).toBeNull()
    expect(Object.keys(env)).toEqual(['__proto__', 'constructor'])
  })

  it('accepts an image with all of its parts', async () => {
    expect((await parseEif(image({}))).sections).toHaveLength(4)
  })
})
