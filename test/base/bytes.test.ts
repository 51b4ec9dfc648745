/** Byte strings: hexadecimal, concatenation and comparison. */
import { describe, expect, test } from 'vitest'
import { concatBytes, equalBytes, fromHex, toHex } from '../../src/base/bytes.ts'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)

describe('hexadecimal', () => {
  test('of every byte is two lower-case digits, and decodes from either case', () => {
    const text = toHex(ALL_BYTES)
    expect(text).toBe(Buffer.from(ALL_BYTES).toString('hex'))
    expect(fromHex(text)).toEqual(ALL_BYTES)
    expect(fromHex(text.toUpperCase())).toEqual(ALL_BYTES)
    expect(fromHex('')).toEqual(new Uint8Array())
  })

  test.each(['a', 'abc', '0x12', 'gg', '12 34', '12\n', ' 12', '١٢'])('%j is refused', (text) => {
    expect(() => fromHex(text)).toThrow(
      `E_HEX: the text is not valid hexadecimal; expected an even number of the digits 0-9 and a-f; got ${text.length} characters`,
    )
  })
})

test('concatBytes copies its parts in order into a new array', () => {
  const parts = [ALL_BYTES.subarray(3, 6), new Uint8Array(), Uint8Array.of(9)]
  const joined = concatBytes(...parts)
  expect(joined).toEqual(Uint8Array.of(3, 4, 5, 9))
  joined[0] = 255
  expect(ALL_BYTES[3]).toBe(3)
  expect(concatBytes()).toEqual(new Uint8Array())
})

test('byte strings are equal if their lengths and all their bytes are', () => {
  expect(equalBytes(ALL_BYTES, ALL_BYTES.slice())).toBe(true)
  expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true)
  expect(equalBytes(ALL_BYTES, ALL_BYTES.subarray(0, 255))).toBe(false)
  for (const at of [0, 128, 255])
    expect(equalBytes(ALL_BYTES, ALL_BYTES.with(at, ALL_BYTES[at]! ^ 1))).toBe(false)
})
