/** Times of certificates: each field at its minimum and maximum. */
import { expect, test } from 'vitest'
import { readTime } from '../../../src/encoding/x509/time.ts'

const time = (text: string, tag = text.length === 13 ? 0x17 : 0x18) => {
  const content = new TextEncoder().encode(text)
  return readTime({ tag, content, bytes: content })
}

test.each([
  ['000101000000Z', Date.UTC(2000, 0, 1)],
  ['491231235959Z', Date.UTC(2049, 11, 31, 23, 59, 59)],
  ['500101000000Z', Date.UTC(1950, 0, 1)],
  ['991231235959Z', Date.UTC(1999, 11, 31, 23, 59, 59)],
  ['19500101000000Z', Date.UTC(1950, 0, 1)],
  ['20491231235959Z', Date.UTC(2049, 11, 31, 23, 59, 59)],
  ['20500101000000Z', Date.UTC(2050, 0, 1)],
  ['99991231235959Z', 253_402_300_799_000],
  ['00010101000000Z', -62_135_596_800_000],
  ['20260228010203Z', Date.UTC(2026, 1, 28, 1, 2, 3)],
  ['20000229000000Z', Date.UTC(2000, 1, 29)],
])('%s is read', (text, milliseconds) => expect(time(text)).toBe(milliseconds))

test.each([
  ['20260229000000Z', 'does not exist'],
  ['19000229000000Z', 'does not exist'],
  ['20261301000000Z', 'does not exist'],
  ['20260001000000Z', 'does not exist'],
  ['20260100000000Z', 'does not exist'],
  ['20260132000000Z', 'does not exist'],
  ['20260431000000Z', 'does not exist'],
  ['20260101240000Z', 'does not exist'],
  ['20260101990000Z', 'does not exist'],
  ['20260101006000Z', 'does not exist'],
  ['20260101000060Z', 'does not exist'],
  ['20260101235960Z', 'does not exist'],
  ['20260101000000', 'is malformed'],
  ['20260101000000z', 'is malformed'],
  ['2026010100000Z', 'is malformed'],
  ['202601010000000Z', 'is malformed'],
  ['20260101000000Z ', 'is malformed'],
  [' 0260101000000Z', 'is malformed'],
  ['20260101000000.0Z', 'is malformed'],
  ['20260101000000+0000', 'is malformed'],
  ['', 'is malformed'],
])('%j is refused because it %s', (text, message) => {
  expect(() => time(text)).toThrow(
    expect.objectContaining({
      code: 'E_CERTIFICATE_DER',
      message: expect.stringContaining(`a time ${message}`),
    }),
  )
})

test('a time must have the tag of its form', () => {
  expect(() => time('260101000000Z', 0x18)).toThrow('a time is malformed')
  expect(() => time('20260101000000Z', 0x17)).toThrow('a time is malformed')
  for (const tag of [0x16, 0x19])
    expect(() => time('260101000000Z', tag)).toThrow('a time has the wrong type')
  // The error shows only the beginning of a long text.
  expect(() => time('9'.repeat(1000), 0x18)).toThrow(`got "${'9'.repeat(32)}"`)
})
