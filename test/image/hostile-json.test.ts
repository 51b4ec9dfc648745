/** Ambiguous or deeply nested JSON in an image: every section that contains JSON rejects it with an error code. */
import { describe, expect, it } from 'vitest'
import { JSON_DEPTH_MAX } from '../../src/encoding/json.ts'
import { writeArchive } from '../../src/image/eif/cpio.ts'
import {
  describeImage,
  parseEif,
  readBootContents,
  type SectionData,
  writeEif,
} from '../../src/image/index.ts'
import { build, codeOf, errorOf, text } from './support.ts'

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

/** An image with another content of one section. */
async function withSection(type: SectionData['type'], data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { sections } = await parseEif((await build()).eif)
  const at = sections.findLastIndex((section) => section.type === type)
  return writeEif(
    sections.map((section, index) => (index === at ? { ...section, data: new Uint8Array(data) } : section)),
  )
}
const withManifest = (manifest: string) =>
  withSection(
    'ramdisk',
    writeArchive(
      new Map([
        ['app.js', text('1')],
        ['manifest.json', text(manifest)],
      ]),
    ),
  )

describe('a manifest', () => {
  it('with known members boots', async () => {
    const { manifest } = await readBootContents(await withManifest('{"debug":false,"memoryMiB":8}'))
    expect(manifest).toEqual({ debug: false, memoryMiB: 8 })
  })

  it.each([
    ['a duplicate member', '{"debug":false,"debug":true}', 'unique member names'],
    ['a duplicate member, once with an escape', '{"debug":false,"\\u0064ebug":true}', 'unique member names'],
    ['too many levels of nesting', nested(100_000), 'levels of nesting'],
    ['half of a surrogate pair', '{"destinations":["\\ud800:1"]}', 'surrogate'],
    ['another encoding', '{"memoryMiB":8,"debug":false}', 'the only encoding'],
  ])(
    'with %s is rejected at boot, and its description reports the problem',
    async (_, manifest, expected) => {
      const eif = await withManifest(manifest)
      const error = await errorOf(() => readBootContents(eif))
      expect(error).toMatchObject({ code: 'E_IMAGE_CONTENT', expected: expect.stringContaining(expected) })
      expect((await describeImage(eif)).problem).toMatchObject({ code: 'E_IMAGE_CONTENT' })
    },
  )
})

describe('a command line', () => {
  it('with a duplicate name does not boot, and without it does', async () => {
    const line = (env: string) => withSection('cmdline', text(`{"args":[],"env":{${env}}}`))
    const { env } = await readBootContents(await line('"A":"1","B":"2"'))
    expect({ ...env }).toEqual({ A: '1', B: '2' })
    expect(await codeOf(async () => readBootContents(await line('"A":"1","A":"2"')))).toBe('E_IMAGE_CONTENT')
  })

  it('is not written if it could not be read', async () => {
    expect(await codeOf(() => build({ args: ['a\ud800'] }))).toBe('E_IMAGE_CONTENT')
    expect(await codeOf(() => build({ env: { A: '\ude00' } }))).toBe('E_IMAGE_CONTENT')
    expect((await readBootContents((await build({ args: ['a\u{1f600}'] })).eif)).args).toEqual(['a\u{1f600}'])
  })
})

describe('metadata', () => {
  it('of the maximum depth is described', async () => {
    const eif = await withSection('metadata', text(`{"a":${nested(JSON_DEPTH_MAX - 1)}}`))
    expect((await describeImage(eif)).metadata).toHaveProperty('a')
  })

  it.each([
    ['one level deeper', `{"a":${nested(JSON_DEPTH_MAX)}}`],
    ['of 100,000 levels', `{"a":${nested(100_000)}}`],
    ['with a duplicate member', '{"a":1,"a":2}'],
  ])('%s is rejected', async (_, metadata) => {
    expect(await codeOf(async () => describeImage(await withSection('metadata', text(metadata))))).toBe(
      'E_IMAGE_METADATA',
    )
  })

  it('is not written if it could not be read', async () => {
    const custom = (depth: number) => build({ customMetadata: JSON.parse(`{"a":${nested(depth)}}`) })
    expect((await custom(JSON_DEPTH_MAX - 2)).eif.byteLength).toBeGreaterThan(0)
    expect(await codeOf(() => custom(JSON_DEPTH_MAX - 1))).toBe('E_IMAGE_CONTENT')
    expect(await codeOf(() => build({ customMetadata: { a: '\ud800' } }))).toBe('E_IMAGE_METADATA')
  })
})
