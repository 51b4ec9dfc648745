/** The reasons why two images differ, as text. */
import { describe, expect, it } from 'vitest'
import { type BuildOptions, diffImages, signImage } from '../../src/image/index.ts'
import { testSigner } from './signer.ts'
import { build, COMPONENT, KERNEL, rawEif, text } from './support.ts'

async function diff(left: Partial<BuildOptions>, right: Partial<BuildOptions>) {
  return diffImages((await build(left)).eif, (await build(right)).eif)
}

describe('the difference of two images built by webclave', () => {
  it('is empty if they are equal', async () => {
    expect(await diff({}, {})).toEqual({ same: true, pcrs: { qingtian: [], nitro: [] }, differences: [] })
  })

  it.each<[string, Partial<BuildOptions>, string, boolean, string]>([
    [
      'the source',
      { app: { source: 'console.log(2)' } },
      'ramdisk 1',
      true,
      'the file app.js differs from byte 12 on (both of 14 bytes): "console.log(1)" and "console.log(2)"',
    ],
    [
      'more source',
      { app: { source: 'console.log(1)!' } },
      'ramdisk 1',
      true,
      'the file app.js differs from byte 14 on (of 14 and 15 bytes): the end and "console.log(1)!"',
    ],
    [
      'a file',
      { files: { 'a.txt': text('a') } },
      'ramdisk 1',
      true,
      'only the second image has the file files/a.txt',
    ],
    ['an argument', { args: ['-v'] }, 'cmdline', true, 'args is [] in the first image, ["-v"] in the second'],
    [
      'the environment',
      { env: { A: '1' } },
      'cmdline',
      true,
      'environment variable A is absent in the first image, "1" in the second',
    ],
    [
      'the kernel',
      { kernel: { ...KERNEL, version: '0.2.0' } },
      'kernel',
      true,
      'version is "0.1.0" in the first image, "0.2.0" in the second',
    ],
    ['the name', { name: 'b' }, 'metadata', false, 'it differs from byte'],
  ])('names %s', async (_, change, section, measured, reason) => {
    const { differences, pcrs } = await diff({}, change)
    const found = differences.find((difference) => difference.reason.startsWith(reason))
    expect(found).toMatchObject({ section, measured })
    expect(pcrs.qingtian).toEqual(measured ? ['PCR0'] : [])
  })

  it('names Nitro’s PCRs that change', async () => {
    expect((await diff({}, { app: { source: 'x' } })).pcrs.nitro).toEqual(['PCR0', 'PCR2'])
    expect((await diff({}, { args: ['x'] })).pcrs.nitro).toEqual(['PCR0', 'PCR1'])
    const engine = Uint8Array.from([...COMPONENT, 0, 1, 0])
    expect((await diff({}, { engine })).pcrs.nitro).toEqual(['PCR0', 'PCR1'])
  })

  it('names the manifest and the header if one requests more memory', async () => {
    const { differences } = await diff({}, { manifest: { memoryMiB: 64 } })
    expect(differences.map(({ section }) => section)).toEqual(['header', 'ramdisk 1', 'ramdisk 1'])
    expect(differences.at(-1)!.reason).toBe(
      'manifest: memoryMiB is absent in the first image, 64 in the second',
    )
  })

  it('names a signature', async () => {
    const { eif } = await build()
    const signed = await signImage(eif, testSigner())
    const { differences, pcrs } = await diffImages(signed, eif)
    expect(differences).toEqual([
      { section: 'signature', measured: false, reason: 'only the first image has it' },
    ])
    expect(pcrs.qingtian).toEqual(['PCR8'])
  })
})

it.each([0, 1, 262_143, 262_144, 262_145, 524_288, 599_999])(
  'names the first byte that differs, %s',
  async (at) => {
    const size = 600_000
    const disk = (changes: readonly number[]) => {
      const data = new Uint8Array(size)
      for (const change of changes) data[change] = 1
      return rawEif([
        { type: 1, data: text('kernel') },
        { type: 2, data: text('c') },
        { type: 3, data: text('same') },
        { type: 3, data },
      ])
    }
    const [left, right] = [disk([]), disk([at, size - 1])]
    const { differences, same } = await diffImages(left, right)
    expect(same).toBe(false)
    expect(differences).toMatchObject([
      { section: 'ramdisk 1', measured: true, offset: 548 + 12 + 6 + 12 + 1 + 12 + 4 + 12 + at },
    ])
    expect(differences[0]?.reason).toMatch(`it differs from byte ${at} on (both of 600000 bytes): `)
    expect(await diffImages(right, right)).toEqual({
      same: true,
      pcrs: { qingtian: [], nitro: [] },
      differences: [],
    })
  },
)

it('names header fields: version, flags, memory and processors', async () => {
  const eif = rawEif([
    { type: 1, data: text('kernel') },
    { type: 2, data: text('c') },
  ])
  const other = eif.slice()
  const view = new DataView(other.buffer)
  view.setUint16(4, 3)
  view.setUint16(6, 1)
  view.setBigUint64(8, 5n)
  view.setBigUint64(16, 9n)
  expect(await diffImages(eif, other)).toEqual({
    same: false,
    pcrs: { qingtian: [], nitro: [] },
    differences: [
      {
        section: 'header',
        measured: false,
        reason:
          'the header has version 4, flags 0, 1073741824 bytes of memory, 2 CPUs in the first image, and version 3, flags 1, 5 bytes of memory, 9 CPUs in the second',
      },
    ],
  })
})

it('truncates a long member to 120 characters, and names sections that only one has', async () => {
  const { differences } = await diff({ args: ['x'.repeat(200)] }, {})
  expect(differences.map(({ reason }) => reason)).toContain(
    `args is ["${'x'.repeat(118)} in the first image, [] in the second`,
  )
  const first = rawEif([
    { type: 1, data: text('k') },
    { type: 2, data: text('c') },
    { type: 3, data: text('d') },
  ])
  const second = rawEif([
    { type: 1, data: text('k') },
    { type: 2, data: text('c') },
    { type: 5, data: text('{}') },
  ])
  expect((await diffImages(first, second)).differences).toEqual([
    { section: 'ramdisk 0', measured: true, reason: 'only the first image has it' },
    { section: 'metadata', measured: false, reason: 'only the second image has it' },
  ])
})

it('of two images of a real cloud is their bytes', async () => {
  const foreign = (last: string) =>
    rawEif([
      { type: 1, data: text('kernel') },
      { type: 2, data: text('c') },
      { type: 3, data: text(`a${last}`) },
    ])
  const { differences } = await diffImages(foreign('b'), foreign('cd'))
  expect(differences).toEqual([
    {
      section: 'ramdisk 0',
      measured: true,
      reason: 'it differs from byte 1 on (of 2 and 3 bytes): "ab" and "acd"',
      offset: 548 + 12 + 6 + 12 + 1 + 12 + 1,
    },
  ])
})
