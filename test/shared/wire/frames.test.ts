/** Frames between enclaves that share a secret: nothing is read or allocated for a length that a frame cannot have. */
import { describe, expect, test } from 'vitest'
import { type Kind, readFrame, writeFrame } from '../../../src/shared/wire/frames.ts'

/** Gives bytes of `input`, and notes how many were wanted. */
function readerOf(input: Uint8Array<ArrayBuffer>) {
  const wanted: number[] = []
  let rest = input
  const read = async (length: number) => {
    wanted.push(length)
    const piece = rest.slice(0, length)
    rest = rest.slice(length)
    return piece
  }
  return { read, wanted }
}

const ALL: readonly Kind[] = ['NONE', 'CHALLENGE', 'REQUEST', 'ANSWER', 'REFUSED', 'READY', 'NOTED']
const bad = { code: 'E_SHARED_FRAME' }

test.each<[kind: Kind, length: number]>([
  ['NONE', 0],
  ['CHALLENGE', 32],
  ['REQUEST', 1],
  ['REQUEST', 26_000],
  ['ANSWER', 3],
  ['ANSWER', 30_146],
  ['REFUSED', 0],
  ['REFUSED', 512],
  ['READY', 0],
  ['NOTED', 0],
])('%s of %i bytes is read as it was written', async (kind, length) => {
  const body = new Uint8Array(length).fill(9)
  const { read } = readerOf(writeFrame(kind, body))
  expect(await readFrame(read, ...ALL)).toEqual({ kind, body })
})

describe('a length that the kind cannot have', () => {
  test.each<[kind: Kind, length: number]>([
    ['NONE', 1],
    ['CHALLENGE', 31],
    ['CHALLENGE', 33],
    ['REQUEST', 0],
    ['REQUEST', 26_001],
    ['ANSWER', 2],
    ['ANSWER', 30_147],
    ['ANSWER', 0x7fffffff],
    ['REFUSED', 513],
    ['READY', 0xffffffff],
  ])('%s of %i bytes is refused, and nothing is awaited for it', async (kind, length) => {
    const head = new Uint8Array(5)
    head[0] = ALL.indexOf(kind)
    new DataView(head.buffer).setUint32(1, length)
    const { read, wanted } = readerOf(head)
    await expect(readFrame(read, ...ALL)).rejects.toMatchObject(bad)
    expect(wanted).toEqual([5])
    if (length < 100_000)
      expect(() => writeFrame(kind, new Uint8Array(length))).toThrow(expect.objectContaining(bad))
  })
})

test('a frame that is cut anywhere is refused', async () => {
  const frame = writeFrame('CHALLENGE', new Uint8Array(32))
  for (let length = 0; length < frame.length; length++) {
    const { read } = readerOf(frame.slice(0, length))
    await expect(readFrame(read, ...ALL), `${length}`).rejects.toMatchObject(bad)
  }
})

test('a kind that is not expected is refused', async () => {
  for (const kind of ALL) {
    const others = ALL.filter((other) => other !== kind)
    const { read } = readerOf(Uint8Array.from([ALL.indexOf(kind), 0, 0, 0, 0]))
    await expect(readFrame(read, ...others)).rejects.toMatchObject(bad)
  }
  for (const number of [7, 8, 128, 255]) {
    const { read } = readerOf(Uint8Array.from([number, 0, 0, 0, 0]))
    await expect(readFrame(read, ...ALL)).rejects.toMatchObject(bad)
  }
})
