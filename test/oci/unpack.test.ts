/** A layer is all of its bytes: none is ignored, and what it reads is released. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { collect, StreamInput } from '../../src/oci/input.ts'
import { OCI_LIMITS } from '../../src/oci/limits.ts'
import { unpack } from '../../src/oci/unpack.ts'

const withoutZstd = vi.hoisted(() => ({ is: false }))
vi.mock('node:zlib', async (original) => {
  const zlib = await original<typeof import('node:zlib')>()
  return {
    ...zlib,
    get createZstdDecompress() {
      return withoutZstd.is ? undefined : zlib.createZstdDecompress
    },
  }
})

const state = { isClosed: false }
async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  state.isClosed = false
  try {
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
  } finally {
    state.isClosed = true
  }
}

async function outcome(bytes: Uint8Array, length = 256 * 1024): Promise<string> {
  try {
    const unpacked = unpack(pieces(bytes, length), bytes.length, 'a layer', OCI_LIMITS)
    return (await collect(new StreamInput(unpacked), Number.POSITIVE_INFINITY)).length.toString()
  } catch (error) {
    return (error as Error).message
  }
}

const DATA = Buffer.alloc(100_000, 'layer')
describe.each([
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const)('%s', (_, compress) => {
  const whole = compress(DATA)

  test('is taken, also in several parts', async () => {
    for (const length of [7, 256 * 1024]) {
      expect(await outcome(whole, length)).toBe('100000')
      expect(await outcome(Buffer.concat([whole, whole]), length)).toBe('200000')
    }
  })

  test('with bytes after its end is refused, however few and of whatever value', async () => {
    for (const count of [1, 20, 1000, 300_000])
      for (const byte of [0, 7]) {
        const message = await outcome(Buffer.concat([whole, Buffer.alloc(count, byte)]))
        expect(message, `${count} of ${byte}`).toMatch(/^E_OCI_LAYER: a layer cannot be decompressed/)
      }
  })
})

test('zstd is refused where Node does not have it, and its file is closed', async () => {
  withoutZstd.is = true
  expect(await outcome(zstdCompressSync(DATA), 10)).toMatch(
    /^E_OCI_LAYER: .*compressed with zstd, which Node/,
  )
  expect(state.isClosed).toBe(true)
  withoutZstd.is = false
})

test('millions of pieces are collected in memory for their bytes', async () => {
  const bytes = Uint8Array.from({ length: 500_000 }, (_, at) => at % 251)
  const input = new StreamInput(pieces(bytes, 1))
  expect(Buffer.compare(await collect(input, 400_000), bytes.subarray(0, 400_000))).toBe(0)
  expect(Buffer.compare(await collect(input, 400_000), bytes.subarray(400_000))).toBe(0)
})
