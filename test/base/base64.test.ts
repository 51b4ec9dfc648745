import { describe, expect, test } from 'vitest'
import { fromBase64, toBase64 } from '../../src/base/base64.ts'

const BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)

describe('base64', () => {
  test.each([0, 1, 2, 3, 4, 255, 256])(
    'of %d bytes equals Node’s, and decodes to the same bytes',
    (length) => {
      const bytes = BYTES.subarray(0, length)
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes))
    },
  )

  test.each([
    ['without padding', '+/8'],
    ['in the URL-safe alphabet', '-_8='],
    ['with white space', ' +/\n8=\t'],
  ])('%s is read, too', (_, text) => {
    expect(fromBase64(text)).toEqual(Uint8Array.of(0xfb, 0xff))
  })

  test.each([
    ['one character', 'A'],
    ['an invalid character', 'AA*A'],
    ['padding in the middle', 'AA==AAAA'],
    ['too much padding', 'AAAA='],
  ])('%s is refused', (_, text) => {
    expect(() => fromBase64(text)).toThrow(
      `E_BASE64: the text is not valid base64; got ${text.length} characters`,
    )
  })
})
