/** Random access to a source and hashing it piece by piece, with reused buffers and files that change meanwhile. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { describeImage, openSource, type ReadableHandle } from '../../../src/image/index.ts'
import { webSha384 } from '../../../src/image/measure/hash.ts'
import type { StreamingSha384 } from '../../../src/image/measure/hash-tools.ts'
import { nobleSha384 } from '../../../src/image/measure/noble-hash.ts'
import { nodeHashTools } from '../../../src/image/measure/node-hash.ts'
import { build, errorOf, opensslSha384, text } from '../support.ts'

const hashes: Record<string, () => StreamingSha384> = {
  noble: nobleSha384,
  'node:crypto': nodeHashTools.sha384,
  'WebCrypto, held': () => webSha384(),
  'WebCrypto, spilled': () => webSha384(3),
}

describe.each(Object.entries(hashes))('SHA-384 by %s', (_, create) => {
  it('hashes no bytes, pieces in one reused buffer, and continues after a digest', async () => {
    const hash = create()
    expect(toHex(await hash.digest())).toBe(opensslSha384())
    const buffer = text('ab')
    await hash.update(buffer)
    buffer.set(text('cd'))
    await hash.update(buffer)
    expect(toHex(await hash.digest())).toBe(opensslSha384(text('abcd')))
    await hash.update(text('ef'))
    expect(toHex(await hash.digest())).toBe(opensslSha384(text('abcdef')))
  })
})

/** A file with the content `bytes` that claims the length `size` and returns at most `most` bytes per read. */
function handle(bytes: Uint8Array, size: number, most: number): ReadableHandle {
  return {
    stat: async () => ({ size }),
    read: async (buffer, offset, length, position) => {
      const piece = bytes.subarray(position, position + Math.min(length, most))
      buffer.set(piece, offset)
      return { bytesRead: piece.length }
    },
  }
}

describe('a file', () => {
  it('may return fewer bytes than requested', async () => {
    const { eif, pcrs } = await build()
    expect((await describeImage(handle(eif, eif.length, 7))).pcrs.qingtian).toEqual(pcrs)
  })

  it('is rejected if it shrinks while it is read', async () => {
    const { eif } = await build()
    const error = await errorOf(() => describeImage(handle(eif.subarray(0, 700), eif.length, 1e6)))
    expect(error.code).toBe('E_IMAGE_TRUNCATED')
    expect(error.message).toContain('shrank')
  })
})

it('bytes in shared memory are copied before they are read', async () => {
  const { eif, pcrs } = await build()
  const shared = new Uint8Array(new SharedArrayBuffer(eif.length))
  shared.set(eif)
  const source = await openSource(shared)
  shared.fill(0)
  expect((await describeImage(source)).pcrs.qingtian).toEqual(pcrs)
})

it('bytes in other memory are not copied', async () => {
  const bytes = text('0123456789').subarray(2)
  const piece = await (await openSource(bytes)).read(1, 3)
  expect([piece.buffer === bytes.buffer, new TextDecoder().decode(piece)]).toEqual([true, '345'])
})

it.each([
  ['a path', 'signer.eif', 'string'],
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['an ArrayBuffer', new ArrayBuffer(8), 'object'],
  ['all that buildImage gives', { eif: new Uint8Array(8), pcrs: new Map() }, 'object'],
])('%s is refused as an image', async (_, given, got) => {
  const error = await errorOf(() => openSource(given as never))
  expect([error.code, error.got]).toEqual(['E_IMAGE_INPUT', got])
})
