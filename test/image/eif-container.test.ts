/**
 * The EIF container, compared with the description of the format (aws-nitro-enclaves-image-format): what is accepted,
 * and the error for each invalid input.
 */
import { describe, expect, it } from 'vitest'
import { describeImage, parseEif, readBootContents, verifyImage, writeEif } from '../../src/image/index.ts'
import { build, codeOf, errorOf, type RawHeader, type RawSection, rawEif, text } from './support.ts'

const KERNEL = { type: 1, data: text('kernel') }
const CMDLINE = { type: 2, data: text('reboot=k') }
const RAMDISK = { type: 3, data: text('first') }
const SIGNATURE = { type: 4, data: text('?') }
const METADATA = { type: 5, data: text('{}') }
const PLAIN = [KERNEL, CMDLINE, METADATA, RAMDISK]

describe('writing', () => {
  it('writes the bytes that the format describes', () => {
    const written = writeEif(
      [
        { type: 'kernel', data: KERNEL.data },
        { type: 'cmdline', data: CMDLINE.data },
        { type: 'metadata', data: METADATA.data },
        { type: 'ramdisk', data: RAMDISK.data },
      ],
      { defaultMemory: 1073741824n, defaultCpus: 2n },
    )
    expect(written).toEqual(rawEif(PLAIN))
  })

  it('refuses a 33rd section', async () => {
    const sections = Array.from({ length: 33 }, () => ({ type: 'ramdisk' as const, data: text('') }))
    expect(await codeOf(() => writeEif(sections))).toBe('E_IMAGE_SECTION')
  })
})

describe('reading', () => {
  it('reads back header and sections', async () => {
    const eif = await parseEif(rawEif([...PLAIN, RAMDISK, SIGNATURE]))
    expect(eif.sections.map(({ type }) => type)).toEqual([
      'kernel',
      'cmdline',
      'metadata',
      'ramdisk',
      'ramdisk',
      'signature',
    ])
    expect(eif.sections.map(({ data }) => data)).toEqual(
      [...PLAIN, RAMDISK, SIGNATURE].map(({ data }) => data),
    )
    expect(eif).toMatchObject({ version: 4, defaultMemory: 1073741824n, defaultCpus: 2n, strayBytes: 0 })
  })

  it.each([2, 3, 4])('reads version %i', async (version) => {
    expect((await parseEif(rawEif([KERNEL, CMDLINE, RAMDISK], { version }))).version).toBe(version)
  })

  it('counts bytes outside all sections, and boots no image that has any', async () => {
    const eif = rawEif(PLAIN, { offsets: [548n, 566n, 586n, 600n] })
    const stray = Uint8Array.from([...eif, 1, 2, 3])
    expect((await describeImage(stray)).strayBytes).toBe(3)
    expect(await codeOf(() => readBootContents(Uint8Array.from([...eif, 0])))).toBe('E_IMAGE_CONTENT')
  })
})

describe('reading invalid input', () => {
  const huge = 2n ** 63n
  const cases: [name: string, code: string, words: RegExp, sections: RawSection[], wrong: RawHeader][] = [
    ['another magic', 'E_IMAGE_MAGIC', /2e 65 69 66.*7f 45 4c 46/, PLAIN, { magic: 0x7f454c46 }],
    ['version 1', 'E_IMAGE_VERSION', /got 1/, PLAIN, { version: 1 }],
    ['version 5', 'E_IMAGE_VERSION', /got 5/, PLAIN, { version: 5 }],
    ['no sections', 'E_IMAGE_SECTION', /got 0/, PLAIN, { count: 0 }],
    ['33 sections', 'E_IMAGE_SECTION', /got 33/, PLAIN, { count: 33 }],
    ['65535 sections', 'E_IMAGE_SECTION', /got 65535/, PLAIN, { count: 65535 }],
    ['a size of 2^63', 'E_IMAGE_TRUNCATED', /section 1 .*9223372036854/, PLAIN, { sizes: [6n, huge] }],
    ['a size of 2^64-1', 'E_IMAGE_TRUNCATED', /section 0/, PLAIN, { sizes: [2n ** 64n - 1n] }],
    ['an offset of 2^63', 'E_IMAGE_TRUNCATED', /section 0/, PLAIN, { offsets: [huge] }],
    ['an offset in the header', 'E_IMAGE_SECTION', /section 0 .*got 40/, PLAIN, { offsets: [40n] }],
    [
      'a size that is stated twice',
      'E_IMAGE_SECTION',
      /section 0 .*two different sizes/,
      PLAIN,
      { sizes: [5n] },
    ],
    ['the same section twice', 'E_IMAGE_SECTION', /overlaps/, [KERNEL, KERNEL], { offsets: [548n, 548n] }],
    ['type 0', 'E_IMAGE_SECTION', /unknown type.*got 0/, [{ ...KERNEL, type: 0 }, CMDLINE], {}],
    ['type 6', 'E_IMAGE_SECTION', /unknown type.*got 6/, [KERNEL, CMDLINE, { ...RAMDISK, type: 6 }], {}],
    ['no kernel', 'E_IMAGE_SECTION', /order.*got cmdline, ramdisk/, [CMDLINE, RAMDISK], {}],
    ['two kernels', 'E_IMAGE_SECTION', /order/, [KERNEL, CMDLINE, KERNEL], {}],
    ['two metadata', 'E_IMAGE_SECTION', /order/, [KERNEL, CMDLINE, METADATA, METADATA], {}],
    ['a signature not last', 'E_IMAGE_SECTION', /order/, [KERNEL, CMDLINE, SIGNATURE, RAMDISK], {}],
    ['a wrong CRC', 'E_IMAGE_CRC', /got 00000007/, PLAIN, { crc: 7 }],
  ]

  it.each(cases)('refuses %s', async (_, code, words, sections, wrong) => {
    const error = await errorOf(() => parseEif(rawEif(sections, wrong)))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(words)
  })

  it('refuses a file that is not an image', async () => {
    expect(await codeOf(() => parseEif(new Uint8Array()))).toBe('E_IMAGE_TRUNCATED')
    expect(await codeOf(() => parseEif(new Uint8Array(1000)))).toBe('E_IMAGE_MAGIC')
  })

  it('refuses an image truncated at any byte', async () => {
    const { eif } = await build()
    for (let length = 0; length < eif.length; length++) {
      expect(await codeOf(() => verifyImage(eif.subarray(0, length)))).toBe('E_IMAGE_TRUNCATED')
    }
  })

  it('detects a flip of any bit of the file', async () => {
    const { eif } = await build()
    for (let at = 0; at < eif.length; at++) {
      const flipped = eif.slice()
      flipped[at]! ^= 1 << (at % 8)
      expect(await codeOf(() => verifyImage(flipped))).toMatch(/^E_IMAGE_/)
    }
  })

  it('describes an image with a wrong CRC, and reports it', async () => {
    const { crc } = await describeImage(rawEif(PLAIN, { crc: 7 }))
    expect(crc).toMatchObject({ claimed: 7, ok: false })
  })
})
