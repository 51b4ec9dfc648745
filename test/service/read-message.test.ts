/** The reader of the service protocol: the values that it accepts, what it refuses, and its exact limits. */
import { encode as encodeOther } from 'cborg'
import { describe, expect, test } from 'vitest'
import { concatBytes, fromHex } from '../../src/base/bytes.ts'
import { cborInteger } from '../../src/encoding/cbor/writer.ts'
import { MAX_DEPTH, MAX_ITEMS, readMessage } from '../../src/service/read-message.ts'

const read = (hex: string) => readMessage(fromHex(hex))
/** The code of the error that `run` throws. */
const code = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return 'nothing was thrown'
}

describe('readMessage reads', () => {
  // Examples of RFC 8949, appendix A.
  test.each<[string, unknown]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['18ff', 255],
    ['190100', 256],
    ['1a000f4240', 1_000_000],
    ['1affffffff', 4_294_967_295],
    ['1b000000e8d4a51000', 1_000_000_000_000n],
    ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
    ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
    ['20', -1],
    ['3863', -100],
    ['3affffffff', -4_294_967_296],
    ['fb3ff199999999999a', 1.1],
    ['fa47c35000', 100_000],
    ['fbfff0000000000000', Number.NEGATIVE_INFINITY],
    ['fb7ff8000000000000', Number.NaN],
    ['f90000', 0],
    ['f98000', -0],
    ['f93c00', 1],
    ['f93e00', 1.5],
    ['f97bff', 65_504],
    ['f90001', 2 ** -24],
    ['f90400', 2 ** -14],
    ['f9c400', -4],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['f9fc00', Number.NEGATIVE_INFINITY],
    ['f97e00', Number.NaN],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', undefined],
    ['c11a514b67b0', new Date(1_363_896_240_000)],
    // A tag of 64 bits is the same tag.
    ['db000000000000000101', new Date(1000)],
    ['c1fb41d452d9ec200000', new Date(1_363_896_240_500)],
    ['4401020304', Uint8Array.of(1, 2, 3, 4)],
    ['40', new Uint8Array(0)],
    ['62c3bc', 'ü'],
    ['60', ''],
    ['63efbbbf', '\ufeff'],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['80', []],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['a0', {}],
    ['a16000', { '': 0 }],
  ])('%s', (hex, value) => expect(read(hex)).toEqual(value))

  test('strings of 32 and 33 characters, with a non-ASCII character at every position', () => {
    for (const text of ['x'.repeat(32), 'x'.repeat(33), `${'x'.repeat(29)}€`, `€${'x'.repeat(40)}`, '😀']) {
      expect(readMessage(encodeOther(text))).toBe(text)
    }
  })

  test('the output of another encoder', () => {
    const value = { list: [1, -2, 3.5, 2 ** 31], deep: { deeper: { text: 'x' } }, bytes: Uint8Array.of(9) }
    expect(readMessage(encodeOther(value))).toEqual(value)
  })

  test('byte strings as copies', () => {
    for (const bytes of [fromHex('4101'), Buffer.from('4101', 'hex')]) {
      const copy = readMessage(bytes) as Uint8Array
      bytes[1] = 2
      expect(copy).toEqual(Uint8Array.of(1))
      expect(copy.constructor).toBe(Uint8Array)
    }
  })

  test('numeric keys as property names', () => {
    const value = { 4294967294: 1, 2550: 2, 7: 3, a: 4, '01': 5 }
    expect(readMessage(encodeOther(value))).toEqual(value)
  })

  test('keys such as constructor as property names', () => {
    const value = readMessage(encodeOther({ constructor: 1, toString: 2 })) as object
    expect(Object.keys(value).sort()).toEqual(['constructor', 'toString'])
  })

  test('objects without a prototype', () => {
    const { inner } = readMessage(encodeOther({ inner: {} })) as { inner: object }
    expect(Object.getPrototypeOf(inner)).toBe(null)
    expect('toString' in inner).toBe(false)
  })
})

describe('readMessage refuses', () => {
  test.each([
    ['an empty message', ''],
    ['a second item', '0000'],
    ['a head without its argument', '18'],
    ['a truncated argument', '1900'],
    ['a truncated argument of 8 bytes', '1b00000000000000'],
    ['a truncated byte string', '4201'],
    ['a truncated text', '6261'],
    ['an array without its item', '81'],
    ['an array with one item too few', '8201'],
    ['a map without its value', 'a16161'],
    ['a truncated float of 2 bytes', 'f93c'],
    ['a truncated float of 8 bytes', 'fb3ff19999999999'],
    ['a truncated float of 4 bytes', 'fa47c350'],
    ['a date without a number', 'c1'],
  ])('%s', (_, hex) => expect(code(() => read(hex))).toBe('E_SERVICE_FRAME'))

  test.each([
    ['an indefinite array', '9f01ff'],
    ['an indefinite map', 'bf616101ff'],
    ['a byte string in chunks', '5f4101ff'],
    ['a text in chunks', '7f6161ff'],
    ['a break', 'ff'],
    ...[28, 29, 30].map((length) => [
      `the reserved length ${length}`,
      `${length.toString(16)}${'00'.repeat(64)}`,
    ]),
    ['a simple value', 'e0'],
    ['a simple value of two bytes', 'f8ff'],
    ['a reserved simple value', 'fc'],
    ['a string that is not UTF-8', '61ff'],
    ['a surrogate as UTF-8', '63eda080'],
    ['a long text that is not UTF-8', `7822${'61'.repeat(33)}ff`],
    ['a key that is a number', 'a10101'],
    ['a key that is a byte string', 'a1416101'],
    ['a duplicate key', 'a2616101616102'],
    ['the key __proto__', 'a1695f5f70726f746f5f5f01'],
    ['a date that is a text', 'c16130'],
    ['a date that is a bigint', 'c11b0000000000000001'],
    ['a date of a date', 'c1c100'],
    ['a date that is not a number', 'c1f97e00'],
    ['a date out of range', 'c1fb429f6ea086000400'],
  ])('%s', (_, hex) => expect(code(() => read(hex))).toBe('E_SERVICE_FRAME'))

  test.each([0, 2, 3, 4, 6, 24, 25, 51, 64, 258, 259, 55799])('tag %i', (tag) => {
    const head = cborInteger(tag)
    head[0]! |= 0xc0
    expect(code(() => readMessage(concatBytes(head, cborInteger(1))))).toBe('E_SERVICE_FRAME')
  })

  test('lengths beyond the end of the message', () => {
    for (const head of [
      '9a7fffffff',
      'ba7fffffff',
      '5a7fffffff',
      '7a7fffffff',
      '9bffffffffffffffff',
      'bbffffffffffffffff',
    ]) {
      expect(code(() => read(`${head}00`))).toBe('E_SERVICE_FRAME')
    }
    expect(read('8101')).toEqual([1])
    // Two entries need at least four bytes, but only three follow.
    expect(code(() => read('a2616100'))).toBe('E_SERVICE_FRAME')
  })

  test(`more than ${MAX_DEPTH} levels`, () => {
    const nested = (levels: number) => concatBytes(new Uint8Array(levels - 1).fill(0x81), Uint8Array.of(0x80))
    expect(code(() => readMessage(nested(MAX_DEPTH)))).toBe('nothing was thrown')
    expect(code(() => readMessage(nested(MAX_DEPTH + 1)))).toBe('E_SERVICE_FRAME')
    const maps = (levels: number) => fromHex(`${'a16161'.repeat(levels - 1)}a0`)
    expect(code(() => readMessage(maps(MAX_DEPTH)))).toBe('nothing was thrown')
    expect(code(() => readMessage(maps(MAX_DEPTH + 1)))).toBe('E_SERVICE_FRAME')
    const date = (levels: number) => concatBytes(new Uint8Array(levels - 1).fill(0x81), fromHex('c100'))
    expect(code(() => readMessage(date(MAX_DEPTH)))).toBe('nothing was thrown')
    expect(code(() => readMessage(date(MAX_DEPTH + 1)))).toBe('E_SERVICE_FRAME')
  })

  test(`more than ${MAX_ITEMS} values`, () => {
    const many = (count: number) =>
      concatBytes(fromHex(`9a${count.toString(16).padStart(8, '0')}`), new Uint8Array(count))
    // The array counts as a value too.
    expect((readMessage(many(MAX_ITEMS - 1)) as []).length).toBe(MAX_ITEMS - 1)
    expect(code(() => readMessage(many(MAX_ITEMS)))).toBe('E_SERVICE_FRAME')
  })

  test('too many keys, because keys are values too', () => {
    const map = (count: number) =>
      encodeOther(Object.fromEntries(Array.from({ length: count }, (_, at) => [at, 0])))
    expect(code(() => readMessage(map(MAX_ITEMS / 2 - 1)))).toBe('nothing was thrown')
    expect(code(() => readMessage(map(MAX_ITEMS / 2)))).toBe('E_SERVICE_FRAME')
  })
})
