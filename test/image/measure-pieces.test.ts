/**
 * Measurement piece by piece: sections that end before, at and after the end of a 1 MiB piece, compared with Node's own
 * hash.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { measure, pcrsToHex } from '../../src/image/index.ts'
import type { HashTools } from '../../src/image/measure/hash-tools.ts'
import { nodeHashTools } from '../../src/image/measure/node-hash.ts'
import { rawEif } from './support.ts'

const MIB = 1024 * 1024
/** The position of the kernel's first byte. */
const START = 548 + 12

const filled = (size: number, seed: number) =>
  Uint8Array.from({ length: size }, (_, at) => (at * 7 + seed) & 0xff)
const sha384 = (...parts: readonly Uint8Array[]) => {
  const hash = createHash('sha384')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const pcr = (...parts: readonly Uint8Array[]) => sha384(new Uint8Array(48), sha384(...parts)).toString('hex')
const ZERO = '00'.repeat(48)

describe.each([
  ['a kernel that ends with the first piece', [MIB - START, 3, 5, 7]],
  ['a kernel that ends one byte before it', [MIB - START - 1, 3, 5, 7]],
  ['a kernel that ends one byte after it', [MIB - START + 1, 3, 5, 7]],
  ['a section header across two pieces', [MIB - START - 6, 3, 5, 7]],
  ['an application that starts with a piece', [MIB - START - 12 - 3 - 12 - 5 - 12, 3, 5, 7]],
  ['an application across three pieces', [10, 3, 5, 2 * MIB + 9]],
  ['two applications, the second in the next piece', [10, 3, 5, MIB, 9]],
  ['empty sections', [0, 0, 0, 0]],
  ['empty sections before the application', [0, 0, 0, 4]],
  ['no application', [4, 5, 6]],
])('measures %s', (_, sizes) => {
  const data = sizes.map((size, at) => filled(size, at))
  const eif = rawEif(data.map((bytes, at) => ({ type: Math.min(at + 1, 3), data: bytes })))
  const [boot, application] = [data.slice(0, 3), data.slice(3)]

  it('under the rules of QingTian', async () => {
    const { pcrs, crc } = await measure(eif, { crc: true })
    expect(pcrsToHex(pcrs)).toEqual({ PCR0: pcr(...data), PCR1: ZERO, PCR2: ZERO, PCR8: ZERO })
    expect(crc).toBe(crc32(eif.subarray(548), crc32(eif.subarray(0, 544))))
  })

  it('under the rules of Nitro', async () => {
    const { pcrs, crc } = await measure(eif, { profile: 'nitro' })
    expect(pcrsToHex(pcrs)).toEqual({
      PCR0: pcr(...data),
      PCR1: pcr(...boot),
      PCR2: pcr(...application),
      PCR8: ZERO,
    })
    expect(crc).toBeUndefined()
  })
})

describe('a thread', () => {
  /** The number of threads requested for an application of `size` zero bytes, which are never all in memory. */
  async function threads(size: number, profile: 'qingtian' | 'nitro' = 'nitro'): Promise<number> {
    const head = rawEif([
      { type: 1, data: new Uint8Array(0) },
      { type: 2, data: new Uint8Array(0) },
      { type: 3, data: new Uint8Array(0) },
      { type: 3, data: new Uint8Array(0) },
    ])
    const view = new DataView(head.buffer)
    view.setBigUint64(284 + 3 * 8, BigInt(size))
    view.setBigUint64(head.length - 8, BigInt(size))
    let requested = 0
    const sink = { update: () => {}, digest: async () => new Uint8Array(48) }
    const tools: HashTools = {
      ...nodeHashTools,
      sha384: () => sink,
      threadSha384: () => {
        requested += 1
        return sink
      },
    }
    const source = {
      size: head.length + size,
      read: async (offset: number, length: number) => {
        const bytes = new Uint8Array(length)
        bytes.set(head.subarray(offset, offset + length))
        return bytes
      },
    }
    await measure(source, { profile, tools })
    return requested
  }

  it('is used from 32 MiB on, and only for Nitro’s rules', async () => {
    expect(await threads(32 * MIB - 1)).toBe(0)
    expect(await threads(32 * MIB)).toBe(1)
    expect(await threads(32 * MIB, 'qingtian')).toBe(0)
  })
})
