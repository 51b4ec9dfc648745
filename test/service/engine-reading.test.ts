/**
 * The engine's compiled codec accepts exactly the messages that the host's reader accepts, reads the same values, and
 * writes them so that the host reads them again. WEBCLAVE_LONG makes more runs.
 */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { concatBytes, fromHex } from '../../src/base/bytes.ts'
import { MAX_DEPTH, MAX_ITEMS, readMessage } from '../../src/service/read-message.ts'
import { assertSendable } from '../../src/service/sendable.ts'
import { writtenValue } from '../guests/written-value.ts'
import { changed, changes, item } from './encodings.ts'
import { EngineCodec } from './engine-codec.ts'
import { anyValue, frameOf } from './round-trip.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 200 : 8
/** Messages per run, in one exchange with the enclave. */
const BATCH = 500

const REFUSED = 'SyntaxError: a message is malformed'

let codec: EngineCodec
beforeAll(async () => {
  codec = await EngineCodec.open()
})
afterAll(() => codec[Symbol.asyncDispose]())

/** What the host reads, as text; and whether it could send that. */
function hostReads(message: Uint8Array): { text: string; isSendable: boolean } {
  let value: unknown
  try {
    value = readMessage(message)
  } catch {
    return { text: REFUSED, isSendable: false }
  }
  try {
    assertSendable(value as unknown[])
  } catch {
    return { text: writtenValue(value), isSendable: false }
  }
  return { text: writtenValue(value), isSendable: true }
}

async function compare(messages: readonly Uint8Array[]): Promise<void> {
  const outcomes = await codec.read(messages)
  for (const [at, { text, written }] of outcomes.entries()) {
    const message = messages[at]!
    const hex = Buffer.from(message.subarray(0, 200)).toString('hex')
    const expected = hostReads(message)
    expect(text, hex).toBe(expected.text)
    if (!expected.isSendable)
      expect(Buffer.from(written).toString(), hex).toBe(text === REFUSED ? '' : 'unsendable')
    else {
      expect(Buffer.from(written).readUInt32BE(0), hex).toBe(written.length - 4)
      expect(writtenValue(readMessage(written.subarray(4))), hex).toBe(expected.text)
    }
  }
}

const batchOf = <Value>(one: fc.Arbitrary<Value>) => fc.array(one, { minLength: BATCH, maxLength: BATCH })

/** Checks random batches; a batch is not shrunk, because the first message that differs is named. */
const check = (messages: fc.Arbitrary<Uint8Array>) =>
  fc.assert(fc.asyncProperty(fc.noShrink(batchOf(messages)), compare), { numRuns: RUNS })

/** The message of a value, without its length. */
const encoded = anyValue.map((value) => frameOf(value).subarray(4))

describe('the same values are read from', () => {
  test('random values as the host writes them', () => check(encoded))

  test('messages of all kinds of items', () => check(item))

  test('damaged and truncated messages', () =>
    check(fc.tuple(fc.oneof(encoded, item), changes).map(([message, list]) => list.reduce(changed, message))))

  test('all half floats', () => compare(Array.from({ length: 65_536 / 16 }, (_, block) => halves(block))))

  test('dates: all that exist, rounded to the same millisecond', async () => {
    const seconds = [
      0, -0, 0.0005, -0.0005, 0.0004999999999999999, -0.0015, 0.0015, 1e-320, 4503599627370.497,
    ]
    for (const most of [8.64e12, 4503599627370.496, 9007199254740.99, 1234567890.1235])
      for (const near of [0, 0.0004, 0.0005, 0.0006, 0.001, 0.0015])
        seconds.push(most + near, -most - near, most - near)
    await compare([
      ...seconds.map(dateOf),
      ...['c100', 'c120', 'c1f93800', 'c1fa3f000000', 'c1f97c00'].map(fromHex),
    ])
    await fc.assert(
      fc.asyncProperty(fc.noShrink(batchOf(fc.double({ min: -8.65e12, max: 8.65e12 }).map(dateOf))), compare),
      { numRuns: RUNS },
    )
  })
})

/** An array of 16 half floats. */
const halves = (block: number) =>
  Uint8Array.from([
    0x90,
    ...Array.from({ length: 16 }, (_, at) => [0xf9, block >> 4, ((block & 15) << 4) | at]).flat(),
  ])

function dateOf(seconds: number): Uint8Array {
  const bytes = new Uint8Array(10)
  bytes.set([0xc1, 0xfb])
  new DataView(bytes.buffer).setFloat64(2, seconds)
  return bytes
}

describe('both refuse', () => {
  const array = (count: number, each: number) =>
    concatBytes(fromHex(`9a${count.toString(16).padStart(8, '0')}`), new Uint8Array(count).fill(each))
  const nested = (levels: number, hex: string) => concatBytes(new Uint8Array(levels).fill(0x81), fromHex(hex))

  test('the same malformed messages', () =>
    compare(
      [
        '',
        '0000',
        '18',
        '1900',
        '1b00000000000000',
        '4201',
        '6261',
        '81',
        'a16161',
        '9f01ff',
        'bf616101ff',
        '5f4101ff',
        '7f6161ff',
        'ff',
        '1c00000000000000000000000000',
        'f8ff',
        'e0',
        'a10101',
        'a1416101',
        'a2616101616102',
        'a2613101613102',
        'a1695f5f70726f746f5f5f01',
        // The name goes on after a zero byte: it is another one.
        'a16a5f5f70726f746f5f5f0001',
        'a2a1616101616102',
        'c16130',
        'c11b0000000000000001',
        'c1c100',
        'c1f97e00',
        'c000',
        'd90101f6',
        '61ff',
        '63eda080',
        '62c080',
        '64f4908080',
        '63efbbbf',
        '63610062',
        '9bffffffffffffffff00',
        'bbffffffffffffffff00',
        '5bffffffffffffffff00',
        '7bffffffffffffffff00',
        '9a7fffffff',
      ].map(fromHex),
    ))

  test(`more than ${MAX_DEPTH} levels`, () =>
    compare(
      [MAX_DEPTH - 1, MAX_DEPTH].flatMap((levels) =>
        ['80', 'a0', 'c100', '00', '40'].map((hex) => nested(levels, hex)),
      ),
    ))

  test(`more than ${MAX_ITEMS} values`, async () => {
    const half = MAX_ITEMS / 2
    const object = (count: number) =>
      concatBytes(
        fromHex(`ba${count.toString(16).padStart(8, '0')}`),
        ...Array.from({ length: count }, (_, at) =>
          fromHex(
            `63${(at + 2 ** 20)
              .toString(36)
              .slice(-3)
              .split('')
              .map((one) => one.charCodeAt(0).toString(16))
              .join('')}00`,
          ),
        ),
      )
    await compare([array(MAX_ITEMS - 1, 0), array(MAX_ITEMS, 0), array(MAX_ITEMS - 1, 0x80), object(3)])
    const dates = (count: number) =>
      concatBytes(
        fromHex(`9a${count.toString(16).padStart(8, '0')}`),
        ...new Array(count).fill(fromHex('c100')),
      )
    await compare([dates(half - 1), dates(half), object(10_000)])
  })
})
