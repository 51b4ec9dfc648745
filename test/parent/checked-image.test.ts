/** The check of an image before its start: it is read once, must fit its memory, and its manifest is enforced. */

import { beforeAll, describe, expect, test } from 'vitest'
import { pcrHex } from '../../src/base/pcrs.ts'
import { type ImageSource, openSource } from '../../src/image/eif/source.ts'
import { buildImage } from '../../src/image/index.ts'
import { checkImage } from '../../src/parent/checked-image.ts'
import { turnsDuring } from '../support/turns.ts'

const MIB = 1_048_576
/** Bytes that are read before yielding to other tasks. */
const PIECE = 4 * MIB

/** A source of `size` zero bytes, which is read and then refused as an image. */
function sourceOf(size: number) {
  const reads: [at: number, length: number][] = []
  const source: ImageSource = {
    size,
    async read(at, length) {
      reads.push([at, length])
      return new Uint8Array(length)
    },
  }
  return { source, reads }
}

const start = (memoryMiB: number, debug = false) => ({ profile: 'qingtian' as const, memoryMiB, debug })
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'checked',
    ({ code }: { code?: string }) => code,
  )

describe('an image', () => {
  test.each([
    [MIB - 1, 'E_IMAGE_MAGIC'],
    [MIB, 'E_IMAGE_MAGIC'],
    [MIB + 1, 'E_IMAGE_SIZE'],
  ])('of %i bytes with 1 MiB of memory is refused with %s', async (size, code) => {
    const { source, reads } = sourceOf(size)
    expect(await codeOf(checkImage(source, start(1)))).toBe(code)
    expect(reads).toEqual(code === 'E_IMAGE_SIZE' ? [] : [[0, size]])
  })

  test('that is too large is refused with both sizes', async () => {
    await expect(checkImage(sourceOf(3 * MIB + 1).source, start(3))).rejects.toMatchObject({
      code: 'E_IMAGE_SIZE',
      expected: 'at most 3 MiB',
      got: '3145729 bytes',
    })
  })

  test('is read once, in order, in parts of 4 MiB', async () => {
    const { source, reads } = sourceOf(2 * PIECE + 5)
    await codeOf(checkImage(source, start(64)))
    expect(reads).toEqual([
      [0, PIECE],
      [PIECE, PIECE],
      [2 * PIECE, 5],
    ])
    const exact = sourceOf(PIECE)
    await codeOf(checkImage(exact.source, start(64)))
    expect(exact.reads).toEqual([[0, PIECE]])
  })

  test('has its first part read immediately, and the next after other tasks', async () => {
    const { source, reads } = sourceOf(2 * PIECE)
    const checking = codeOf(checkImage(source, start(64)))
    expect(reads).toEqual([[0, PIECE]])
    let readBefore: number | undefined
    setImmediate(() => {
      readBefore = reads.length
    })
    await checking
    expect([readBefore, reads.length]).toEqual([1, 2])
  })

  test('yields to other tasks between its parts', async () => {
    const turns = async (size: number) =>
      (await turnsDuring(() => codeOf(checkImage(sourceOf(size).source, start(64))))).turns
    // The difference, because later steps of the check yield too.
    expect((await turns(3 * PIECE)) - (await turns(PIECE))).toBeGreaterThanOrEqual(2)
  })

  test('is accepted from a source that fills the given buffer, and from one that returns its own', async () => {
    const { eif, pcrs } = await buildImage({ app: { source: '' } })
    for (const fills of [true, false]) {
      const source: ImageSource = {
        size: eif.byteLength,
        async read(at, length, into) {
          const part = eif.subarray(at, at + length)
          if (!fills) return part
          const buffer = into!()
          buffer.set(part)
          return buffer
        },
      }
      const checked = await checkImage(source, start(64))
      expect(Buffer.from(checked.pcrs.get(0)!).toString('hex')).toBe(pcrHex(pcrs, 0))
      expect(checked.kernel).toContain('webclaveKernel')
    }
  })
})

describe('what begins early', () => {
  /** What `checkImage` gives and does for `eif`, in order. */
  async function outcomes(eif: Uint8Array, begin: () => void = () => {}): Promise<(string | undefined)[]> {
    const order: (string | undefined)[] = []
    const source = await openSource(eif)
    const checked = codeOf(
      checkImage(source, start(64), () => {
        order.push('began')
        begin()
      }),
    )
    order.push(await checked)
    return order
  }

  test('begins with the contents before the image is verified', async () => {
    const { eif } = await buildImage({ app: { source: '' } })
    expect(await outcomes(eif)).toEqual(['began', 'checked'])
    const damaged = eif.slice()
    // A byte of the engine, which only the CRC notices.
    damaged[damaged.length >> 1]! ^= 1
    expect(await outcomes(damaged)).toEqual(['began', 'E_IMAGE_CRC'])
  })

  test('does not begin for contents that cannot be read, and the image’s own error counts', async () => {
    const { eif } = await buildImage({ app: { source: '' } })
    const damaged = eif.slice()
    const at = Buffer.from(damaged).indexOf('070701')
    damaged[at]! ^= 1
    expect(await outcomes(damaged)).toEqual(['E_IMAGE_CRC'])
  })

  test('may fail by itself', async () => {
    const { eif } = await buildImage({ app: { source: '' } })
    const fail = () => {
      throw new Error('not prepared')
    }
    expect(await outcomes(eif, fail)).toEqual(['began', 'checked'])
  })
})

describe('a manifest', () => {
  let needs: Uint8Array<ArrayBuffer>
  let allows: Uint8Array<ArrayBuffer>
  let forbids: Uint8Array<ArrayBuffer>
  let bare: Uint8Array<ArrayBuffer>
  const built = async (manifest: { memoryMiB?: number; debug?: boolean }) =>
    (await buildImage({ app: { source: '' }, manifest })).eif
  const sourceOfImage = (eif: Uint8Array<ArrayBuffer>): ImageSource => ({
    size: eif.byteLength,
    read: async (at, length) => eif.subarray(at, at + length),
  })
  beforeAll(async () => {
    ;[needs, allows, forbids, bare] = [
      await built({ memoryMiB: 100 }),
      await built({ debug: true }),
      await built({ debug: false }),
      await built({}),
    ]
  })

  test.each([
    [99, 'E_IMAGE_MEMORY'],
    [100, 'checked'],
    [101, 'checked'],
  ])('that needs 100 MiB, started with %i MiB: %s', async (memoryMiB, outcome) => {
    expect(await codeOf(checkImage(sourceOfImage(needs), start(memoryMiB)))).toBe(outcome)
  })

  test('that needs more memory is refused with both sizes', async () => {
    await expect(checkImage(sourceOfImage(needs), start(64))).rejects.toMatchObject({
      expected: 'at least 100 MiB',
      got: '64 MiB',
    })
  })

  test('with debug: false forbids only debug mode; others allow both modes', async () => {
    const all = []
    for (const eif of [allows, forbids, bare])
      for (const debug of [false, true])
        all.push(await codeOf(checkImage(sourceOfImage(eif), start(64, debug))))
    expect(all).toEqual(['checked', 'checked', 'checked', 'E_IMAGE_DEBUG', 'checked', 'checked'])
  })
})
