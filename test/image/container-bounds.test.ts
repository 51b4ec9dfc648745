/** The limits of the EIF container: counts, offsets, versions and sizes, each at the limit and one beyond. */
import { describe, expect, it } from 'vitest'
import { readContainer } from '../../src/image/eif/container.ts'
import { assertCrc, imageCrc, writeEif } from '../../src/image/eif/eif.ts'
import { openSource, parseEif } from '../../src/image/index.ts'
import { codeOf, errorOf, rawEif, text } from './support.ts'

const KERNEL = { type: 1, data: text('kernel') }
const CMDLINE = { type: 2, data: text('c') }
const RAMDISK = { type: 3, data: text('') }
const SIGNATURE = { type: 4, data: text('') }
const METADATA = { type: 5, data: text('{}') }
const read = async (bytes: Uint8Array) => readContainer(await openSource(bytes))

it.each([2, 3, 31, 32])('accepts %s sections', async (count) => {
  const sections = [KERNEL, CMDLINE, ...Array<typeof RAMDISK>(count - 2).fill(RAMDISK)]
  expect((await read(rawEif(sections))).sections).toHaveLength(count)
})

it.each([0, 1, 33])('rejects %s sections', async (count) => {
  expect(await errorOf(() => read(rawEif([KERNEL, CMDLINE], { count })))).toMatchObject({
    code: 'E_IMAGE_SECTION',
    expected: '2 to 32',
    got: `${count}`,
  })
})

it('has the fields of header and table at their positions', async () => {
  const bytes = rawEif([KERNEL, CMDLINE])
  const view = new DataView(bytes.buffer)
  view.setUint16(6, 0x0102)
  view.setBigUint64(8, 0x0102030405060708n)
  view.setBigUint64(16, 0x1112131415161718n)
  view.setUint16(548 + 2, 0x0304)
  view.setUint32(544, 0x21222324)
  expect(await read(bytes)).toEqual({
    size: 548 + 12 + 6 + 12 + 1,
    version: 4,
    flags: 0x0102,
    defaultMemory: 0x0102030405060708n,
    defaultCpus: 0x1112131415161718n,
    crc: 0x21222324,
    sections: [
      { type: 'kernel', flags: 0x0304, offset: 548, dataOffset: 560, dataSize: 6 },
      { type: 'cmdline', flags: 0, offset: 566, dataOffset: 578, dataSize: 1 },
    ],
    strayBytes: 0,
  })
})

describe('the positions of sections', () => {
  it('may start at 548, but not at 547, inside the header', async () => {
    expect(await errorOf(() => read(rawEif([KERNEL, CMDLINE], { offsets: [547n] })))).toMatchObject({
      code: 'E_IMAGE_SECTION',
      got: '547',
    })
    expect((await read(rawEif([KERNEL, CMDLINE], { offsets: [548n] }))).sections[0]?.offset).toBe(548)
  })

  it('may have bytes before, between and after them, which are counted', async () => {
    const shifted = (first: number, second: number, behind: number) => {
      const eif = rawEif([KERNEL, CMDLINE], { offsets: [BigInt(548 + first), BigInt(566 + first + second)] })
      const parts = [
        eif.subarray(0, 548),
        Array(first).fill(7),
        eif.subarray(548, 566),
        Array(second).fill(7),
        eif.subarray(566),
        Array(behind).fill(7),
      ]
      return read(Uint8Array.from(parts.flatMap((part) => [...part])))
    }
    for (const [first, second, behind] of [
      [0, 0, 0],
      [3, 0, 0],
      [0, 5, 0],
      [0, 0, 7],
      [1, 2, 4],
    ] as const) {
      expect((await shifted(first, second, behind)).strayBytes).toBe(first + second + behind)
    }
  })

  it('may not extend beyond the end, or overlap', async () => {
    const eif = rawEif([KERNEL, CMDLINE])
    expect(await codeOf(() => read(eif.subarray(0, -1)))).toBe('E_IMAGE_TRUNCATED')
    expect((await read(eif)).strayBytes).toBe(0)
    // The kernel's last byte is also the first of the command line's header.
    const overlapping = rawEif([{ ...KERNEL, data: Uint8Array.of(1, 2, 3, 4, 5, 0) }, CMDLINE], {
      offsets: [548n, 565n],
      sizes: [6n, 0n],
    })
    overlapping.set([0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 565)
    expect(await errorOf(() => read(overlapping))).toMatchObject({
      code: 'E_IMAGE_SECTION',
      expected: 'an offset of 566 or more',
      got: '565',
    })
  })

  it('must be stated in a complete header', async () => {
    expect(await codeOf(() => read(rawEif([])))).toBe('E_IMAGE_SECTION')
    expect(await errorOf(() => read(rawEif([]).subarray(0, 547)))).toMatchObject({
      code: 'E_IMAGE_TRUNCATED',
      expected: '548 bytes or more',
      got: '547',
    })
  })
})

describe('the order of sections', () => {
  it.each([
    [[KERNEL, CMDLINE]],
    [[KERNEL, CMDLINE, SIGNATURE]],
    [[KERNEL, CMDLINE, METADATA]],
    [[KERNEL, CMDLINE, RAMDISK, METADATA, RAMDISK, SIGNATURE]],
  ])('is valid: %#', async (sections) => {
    expect((await read(rawEif(sections))).sections).toHaveLength(sections.length)
  })

  it.each([
    [[CMDLINE, KERNEL]],
    [[KERNEL, KERNEL]],
    [[CMDLINE, CMDLINE]],
    [[KERNEL, RAMDISK, CMDLINE]],
    [[KERNEL, CMDLINE, CMDLINE]],
    [[KERNEL, CMDLINE, SIGNATURE, SIGNATURE]],
    [[KERNEL, CMDLINE, SIGNATURE, METADATA]],
    [[KERNEL, CMDLINE, METADATA, RAMDISK, METADATA]],
    [[KERNEL, SIGNATURE]],
  ])('is invalid: %#', async (sections) => {
    expect(await errorOf(() => read(rawEif(sections)))).toMatchObject({
      code: 'E_IMAGE_SECTION',
      message: expect.stringContaining('the sections are in the wrong order'),
    })
  })
})

describe('a written container', () => {
  it('has the given header fields, or defaults', async () => {
    const sections = [
      { type: 'kernel', data: text('k'), flags: 5 },
      { type: 'cmdline', data: text('') },
    ] as const
    expect(await parseEif(writeEif(sections))).toMatchObject({
      version: 4,
      flags: 0,
      defaultMemory: 0n,
      defaultCpus: 1n,
      sections: [{ flags: 5 }, { flags: 0 }],
    })
    const fields = { version: 3, flags: 1, defaultMemory: 2n ** 40n, defaultCpus: 7n }
    expect(await parseEif(writeEif(sections, fields))).toMatchObject(fields)
  })

  it('may have 32 sections, but not 33', async () => {
    const sections = (count: number) =>
      Array.from({ length: count }, () => ({ type: 'ramdisk' as const, data: text('') }))
    expect(writeEif(sections(32))).toHaveLength(548 + 32 * 12)
    expect(await codeOf(() => writeEif(sections(33)))).toBe('E_IMAGE_SECTION')
  })
})

it('has a CRC of everything except its own four bytes', async () => {
  const eif = rawEif([KERNEL, CMDLINE])
  const crc = imageCrc(eif)
  for (const at of [543, 544, 547, 548]) {
    const changed = eif.slice()
    changed[at]! ^= 1
    expect(imageCrc(changed) === crc).toBe(at >= 544 && at < 548)
  }
  expect(() => assertCrc(crc, crc)).not.toThrow()
  expect(await errorOf(() => assertCrc(0x1f, 0xabc))).toMatchObject({
    code: 'E_IMAGE_CRC',
    expected: 'CRC-32 00000abc, computed over its bytes',
    got: '0000001f',
  })
})
