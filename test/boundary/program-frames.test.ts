/** A program on its way to its process: what is written is what is read, and nothing that is longer than may be. */
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

const MOST = 2 ** 30

/** Takes what is asked for from the beginning of `bytes`. */
function reading(bytes: Bytes) {
  let at = 0
  return {
    read(length: number): Bytes {
      if (at + length > bytes.byteLength) throw new Error('there is no more')
      at += length
      return bytes.slice(at - length, at)
    },
    left: () => bytes.byteLength - at,
  }
}

/** What is read of what was written, all of which is taken. */
function passed(parts: readonly Uint8Array[]) {
  const { read, left } = reading(concatBytes(...parts))
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

  test('carries the script, the glue at its end, its modules, and the code cache', () => {
    const glue = 'glue ä'
    const code = Uint8Array.of(9, 8)
    const { code: received } = passed(encodeCode(`kernel ö ${glue}`, { glue, moduleBytes, code }))
    expect(received).toEqual({ script: `kernel ö ${glue}`, glue, moduleBytes, code })
  })

  test('carries no code cache if there is none, and one of a single byte', () => {
    const received = (code?: Bytes) =>
      passed(encodeCode('script', { glue: '', moduleBytes, ...(code && { code }) })).code
    expect(received()).toMatchObject({ code: undefined, moduleBytes })
    expect(received(Uint8Array.of(0))).toMatchObject({ code: Uint8Array.of(0), moduleBytes })
  })
})

describe('BOOT', () => {
  test('carries everything with which an enclave starts', () => {
    expect(passed(encodeBoot({ boot, cpuLimit: 200 })).boot).toEqual({ boot, cpuLimit: 200 })
  })

  test('carries no source and no limit if there is none', () => {
    const bare = { boot: { ...boot, source: undefined }, cpuLimit: undefined }
    expect(passed(encodeBoot(bare)).boot).toEqual(bare)
  })

  test('carries an empty source', () => {
    expect(passed(encodeBoot({ boot: { ...boot, source: new Uint8Array(0) }, cpuLimit: 0 })).boot).toEqual({
      boot: { ...boot, source: new Uint8Array(0) },
      cpuLimit: 0,
    })
  })
})

test('AHEAD carries nothing', () => {
  expect(passed(encodeAhead())).toEqual({})
})

test('their kinds are those of the wire', () => {
  const kindOf = (parts: Uint8Array[]) => readHead(reading(concatBytes(...parts)).read).kind
  expect([
    kindOf(encodeBoot({ boot, cpuLimit: 1 })),
    kindOf(encodeCode('', { glue: '', moduleBytes: new Map() })),
    kindOf(encodeAhead()),
  ]).toEqual([1, 10, 11])
})

test('an unexpected frame is refused', () => {
  expect(() => passed([encodeFrame(Frame.PACKET, new TextEncoder().encode('{"lengths":[]}'))])).toThrow(
    'unexpected frame',
  )
})

test('a head of 1 GiB is read, and one of a byte more is refused before', () => {
  const askedFor = (length: number) => {
    const prefix = encodeFrame(Frame.CODE)
    new DataView(prefix.buffer).setUint32(0, length, true)
    const asked: number[] = []
    const read = (wanted: number): Bytes => {
      asked.push(wanted)
      return asked.length === 1 ? prefix : new Uint8Array(new TextEncoder().encode('{}'))
    }
    return { asked, read: () => readHead(read) }
  }
  const most = askedFor(MOST)
  expect(most.read()).toEqual({ kind: Frame.CODE, head: {} })
  expect(most.asked).toEqual([5, MOST])
  const more = askedFor(MOST + 1)
  expect(more.read).toThrow('the frame is too long')
  expect(more.asked).toEqual([5])
})
