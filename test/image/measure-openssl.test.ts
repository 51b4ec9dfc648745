/** Measurement, compared with the `openssl` command, of images that are written without the code under test. */

import { execFileSync } from 'node:child_process'
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import { pcrHex } from '../../src/base/pcrs.ts'
import { crc32 } from '../../src/image/eif/crc32.ts'
import { describeImage, type HashTools, measure, parseEif, pcrsToHex } from '../../src/image/index.ts'
import { webSha384 } from '../../src/image/measure/hash.ts'
import { nobleSha384 } from '../../src/image/measure/noble-hash.ts'
import { nodeHashTools } from '../../src/image/measure/node-hash.ts'
import { build, opensslPcr, rawEif, text } from './support.ts'

const ZERO = '0'.repeat(96)
/**
 * A Nitro image without an application ramdisk has this PCR2: the measurement of zero bytes
 * (aws-nitro-enclaves-image-format).
 */
const EMPTY_PCR2 =
  '21b9efbc184807662e966d34f390821309eeac6802309798826296bf3e8bec7c10edb30948c90ba67310f7b964fc500a'

/** Section sizes that end at and next to the pieces of 1 MiB in which a file is read. */
const kernel = pattern(1024 * 1024 - 560, 1)
const cmdline = text('reboot=k panic=30 pci=off nomodules')
const disks = [pattern(3 * 1024 * 1024 + 17, 2), pattern(1, 3), new Uint8Array(), pattern(2 * 1024 * 1024, 4)]
const metadata = { type: 5, data: text('{"ImageName":"a"}') }
const nitro = rawEif([
  { type: 1, data: kernel },
  { type: 2, data: cmdline },
  metadata,
  ...disks.map((data) => ({ type: 3, data })),
])

function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 17 + (at >> 8)) & 0xff)
}

const tools: Record<string, HashTools> = {
  'node:crypto': nodeHashTools,
  noble: { sha384: nobleSha384, crc32 },
  'WebCrypto, held': { sha384: () => webSha384(), crc32 },
  'WebCrypto, spilled': { sha384: () => webSha384(1024 * 1024), crc32 },
}

describe.each(Object.entries(tools))('with %s hashes', (_, hashTools) => {
  it('gives the PCRs of Nitro for an image of several ramdisks', async () => {
    const { pcrs } = await measure(nitro, { profile: 'nitro', tools: hashTools })
    expect(pcrsToHex(pcrs)).toEqual({
      PCR0: opensslPcr(kernel, cmdline, ...disks),
      PCR1: opensslPcr(kernel, cmdline, disks[0]!),
      PCR2: opensslPcr(...disks.slice(1)),
      PCR8: ZERO,
    })
  })

  it('gives the PCRs of QingTian', async () => {
    const { pcrs, crc } = await measure(nitro, { tools: hashTools, crc: true })
    expect(pcrsToHex(pcrs)).toEqual({
      PCR0: opensslPcr(kernel, cmdline, ...disks),
      PCR1: ZERO,
      PCR2: ZERO,
      PCR8: ZERO,
    })
    expect(crc).toBe(new DataView(nitro.buffer).getUint32(0x220))
  })
})

describe('details of the formula', () => {
  it('hashes no bytes into PCR2 if there is no application', async () => {
    const eif = rawEif(
      [
        { type: 1, data: kernel },
        { type: 2, data: cmdline },
      ],
      { version: 3 },
    )
    const { pcrs } = await measure(eif, { profile: 'nitro' })
    expect(pcrsToHex(pcrs)).toMatchObject({ PCR0: toHex(pcrs.get(1)!), PCR2: EMPTY_PCR2 })
  })

  it('measures webclave’s images by the same formula', async () => {
    const { eif, pcrs } = await build({ profile: 'nitro' })
    const data = (await parseEif(eif)).sections.filter(({ type }) => type !== 'metadata').map((s) => s.data)
    expect(pcrsToHex(pcrs)).toEqual({
      PCR0: opensslPcr(...data),
      PCR1: opensslPcr(...data.slice(0, 3)),
      PCR2: opensslPcr(data[3]!),
      PCR8: ZERO,
    })
  })

  it('ignores name, version and time', async () => {
    const plain = await build()
    const named = await build({ name: 'other', version: '9', buildTime: '2026-11-23T00:00:00Z' })
    expect(named.pcrs).toEqual(plain.pcrs)
    expect(named.eif).not.toEqual(plain.eif)
  })

  it('changes with every measured part', async () => {
    const built = await Promise.all([
      build(),
      build({ args: ['a'] }),
      build({ env: { A: 'a' } }),
      build({ app: { source: 'console.log(2)' } }),
      build({ files: { a: text('a') } }),
      build({ manifest: { memoryMiB: 64 } }),
      build({ engine: Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 0, 1, 0) }),
      build({ kernel: { version: '0.1.0', sha384: 'cd'.repeat(48) } }),
    ])
    expect(new Set(built.map(({ pcrs }) => pcrHex(pcrs, 0))).size).toBe(built.length)
  })
})

/** The peak memory, in MiB, of a new process that runs `body`. */
function peakOf(body: string, path: string): number {
  // VmHWM instead of maxRSS, which includes the memory of the process that it was forked from.
  const report = `import { readFileSync as status } from 'node:fs'
    ${body}
    console.log(/VmHWM:\\s+(\\d+)/.exec(status('/proc/self/status', 'utf8'))[1])`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', report, path])
  return Number(output.toString()) / 1024
}

describe('measuring as a stream', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webclave-measure-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('gives the same for a file, a Blob and memory', async () => {
    const path = join(folder, 'nitro.eif')
    await writeFile(path, nitro)
    await using handle = await open(path)
    const [fromBytes, fromBlob, fromFile] = await Promise.all([
      describeImage(nitro),
      describeImage(new Blob([nitro])),
      describeImage(handle),
    ])
    expect(fromBlob).toEqual(fromBytes)
    expect(fromFile).toEqual(fromBytes)
    expect(fromFile.problem?.code).toBe('E_IMAGE_FOREIGN')
  })

  const mib = process.env['WEBCLAVE_LONG'] ? 1024 : 192
  it(`describes ${mib} MiB using 64 MiB more than an empty process`, async () => {
    const path = join(folder, 'large.eif')
    const size = mib * 1024 * 1024
    await writeFile(
      path,
      rawEif([
        { type: 1, data: kernel },
        { type: 2, data: cmdline },
        { type: 3, data: text('') },
      ]),
    )
    // The last section is extended as a sparse file; only its two size fields must be changed.
    await using handle = await open(path, 'r+')
    const start = (await handle.stat()).size
    await truncate(path, start + size)
    const sizeBytes = Buffer.alloc(8)
    sizeBytes.writeBigUInt64BE(BigInt(size))
    await handle.write(sizeBytes, 0, 8, 0x11c + 16)
    await handle.write(sizeBytes, 0, 8, start - 8)

    const image = new URL('../../src/image/index.ts', import.meta.url).href
    const empty = peakOf('', path)
    const streamed = peakOf(
      `import { open } from 'node:fs/promises'
       import { describeImage, pcrHex } from '${image}'
       const handle = await open(process.argv[1])
       const { pcrs, size } = await describeImage(handle)
       if (size !== ${start + size} || !pcrHex(pcrs.nitro, 0)) throw new Error('not described')
       await handle.close()`,
      path,
    )
    // The control: the same measure must notice a file that is read at once.
    const held = peakOf(`import { readFileSync } from 'node:fs'; readFileSync(process.argv[1])`, path)
    expect(held - empty).toBeGreaterThan(mib - 8)
    expect(streamed - empty).toBeLessThan(64)
  })
})
