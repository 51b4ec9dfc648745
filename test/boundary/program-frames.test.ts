/** The frames that send a program to an enclave's process: they are read as written, and refused if they are too long. */
import { describe, expect, test } from 'vitest'
import { type Bytes, concatBytes } from '../../src/base/bytes.ts'
import { encodeFrame, Frame } from '../../src/boundary/frames.ts'
import {
  encodeAhead,
  encodeBoot,
  encodeCode,
  type ReceivedBoot,
  readHead,
  readProgram,
} from '../../src/boundary/program-frames.ts'

const MAX_HEAD = 2 ** 30

/** A reader of `bytes` from their beginning. */
function readerOf(bytes: Bytes) {
  let at = 0
  return {
    read(length: number): Bytes {
      if (at + length > bytes.byteLength) throw new Error('unexpected end')
      at += length
      return bytes.slice(at - length, at)
    },
    left: () => bytes.byteLength - at,
  }
}

/** The program that is read from `parts`, which must be read to their end. */
function roundTrip(parts: readonly Uint8Array[]) {
  const { read, left } = readerOf(concatBytes(...parts))
  const program = readProgram(read)
  expect(left()).toBe(0)
  return program
}

const boot: ReceivedBoot['boot'] = {
  cid: 4,
  bufferPool: 1 << 20,
  debug: true,
  args: ['one', 'zwei ä'],
  env: [['COLOUR', 'blue']],
  files: new Map([
    ['etc/motd', Uint8Array.of(1, 2)],
    ['empty', new Uint8Array(0)],
    ['last', Uint8Array.of(3)],
  ]),
  source: new TextEncoder().encode('the source ä'),
}

describe('CODE', () => {
  const moduleBytes = new Map([
    ['core', Uint8Array.of(1, 2, 3)],
    ['core2', new Uint8Array(0)],
    ['core3', Uint8Array.of(4)],
  ])

  test('contains the script, the glue at its end, the modules and the code cache', () => {
    const glue = 'glue ä'
    const code = Uint8Array.of(9, 8)
    const { code: received } = roundTrip(encodeCode(`kernel ö ${glue}`, { glue, moduleBytes, code }))
    expect(received).toEqual({ script: `kernel ö ${glue}`, glue, moduleBytes, code })
  })

  test('may contain no code cache, or one of a single byte', () => {
    const received = (code?: Bytes) =>
      roundTrip(encodeCode('script', { glue: '', moduleBytes, ...(code && { code }) })).code
    expect(received()).toMatchObject({ code: undefined, moduleBytes })
    expect(received(Uint8Array.of(0))).toMatchObject({ code: Uint8Array.of(0), moduleBytes })
  })
})

describe('BOOT', () => {
  test('contains the boot data and the limit of CPU time', () => {
    expect(roundTrip(encodeBoot({ boot, cpuLimit: 200 })).boot).toEqual({ boot, cpuLimit: 200 })
  })

  test('may contain no source and no limit', () => {
    const bare = { boot: { ...boot, source: undefined }, cpuLimit: undefined }
    expect(roundTrip(encodeBoot(bare)).boot).toEqual(bare)
  })

  test('may contain an empty source', () => {
    expect(roundTrip(encodeBoot({ boot: { ...boot, source: new Uint8Array(0) }, cpuLimit: 0 })).boot).toEqual(
      {
        boot: { ...boot, source: new Uint8Array(0) },
        cpuLimit: 0,
      },
    )
  })
})

test('AHEAD is empty', () => {
  expect(roundTrip(encodeAhead())).toEqual({})
})

test('BOOT, CODE and AHEAD have the kinds 1, 10 and 11', () => {
  const kindOf = (parts: Uint8Array[]) => readHead(readerOf(concatBytes(...parts)).read).kind
  expect([
    kindOf(encodeBoot({ boot, cpuLimit: 1 })),
    kindOf(encodeCode('', { glue: '', moduleBytes: new Map() })),
    kindOf(encodeAhead()),
  ]).toEqual([1, 10, 11])
})

test('an unexpected frame is refused', () => {
  expect(() => roundTrip([encodeFrame(Frame.PACKET, new TextEncoder().encode('{"lengths":[]}'))])).toThrow(
    'unexpected frame',
  )
})

test('a head of 1 GiB is read, and a longer one is refused without reading it', () => {
  const readHeadOf = (length: number) => {
    const prefix = encodeFrame(Frame.CODE)
    new DataView(prefix.buffer).setUint32(0, length, true)
    const requested: number[] = []
    const read = (wanted: number): Bytes => {
      requested.push(wanted)
      return requested.length === 1 ? prefix : new Uint8Array(new TextEncoder().encode('{}'))
    }
    return { requested, read: () => readHead(read) }
  }
  const most = readHeadOf(MAX_HEAD)
  expect(most.read()).toEqual({ kind: Frame.CODE, head: {} })
  expect(most.requested).toEqual([5, MAX_HEAD])
  const more = readHeadOf(MAX_HEAD + 1)
  expect(more.read).toThrow('the frame is too long')
  expect(more.requested).toEqual([5])
})
