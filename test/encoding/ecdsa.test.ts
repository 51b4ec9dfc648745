/** ECDSA signatures in DER: compared with noble, and refused in any other encoding. */
import { p384 } from '@noble/curves/nist.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { reverseHalves, signatureFromDer, signatureToDer } from '../../src/encoding/ecdsa.ts'

const refusal = (message: string) =>
  expect.objectContaining({ code: 'E_CERTIFICATE_SIGNATURE', message: expect.stringContaining(message) })

const halves = fc.tuple(
  fc.bigInt({ min: 1n, max: p384.Point.Fn.ORDER - 1n }),
  fc.bigInt({ min: 1n, max: p384.Point.Fn.ORDER - 1n }),
)
const compact = ([r, s]: [bigint, bigint]) =>
  fromHex(r.toString(16).padStart(96, '0') + s.toString(16).padStart(96, '0'))

test('noble writes and reads the same signatures', () => {
  fc.assert(
    fc.property(
      fc.oneof(halves, fc.tuple(fc.bigInt({ min: 1n, max: 300n }), fc.bigInt({ min: 1n, max: 300n }))),
      (pair) => {
        const der = new p384.Signature(...pair).toBytes('der')
        expect(toHex(signatureToDer(compact(pair)))).toBe(toHex(der))
        expect(toHex(signatureFromDer(der, 48))).toBe(toHex(compact(pair)))
      },
    ),
  )
})

test('reverseHalves reverses the bytes of each half', () => {
  const signature = Uint8Array.from({ length: 96 }, (_, index) => index)
  expect([...reverseHalves(signature).subarray(0, 48)]).toEqual([...signature.subarray(0, 48)].reverse())
  expect([...reverseHalves(signature).subarray(48)]).toEqual([...signature.subarray(48)].reverse())
  expect(toHex(reverseHalves(reverseHalves(signature)))).toBe(toHex(signature))
})

describe('a signature', () => {
  const integer = (first: string, size: number) =>
    `02${size.toString(16).padStart(2, '0')}${first}${'11'.repeat(size - first.length / 2)}`
  const compactOf = (...numbers: string[]) => numbers.map((hex) => hex.padStart(132, '0')).join('')

  /** The lengths of r and s on P-521, and the head of the sequence. */
  test.each([
    [1, 1, '3006'],
    [62, 61, '307f'],
    [62, 62, '308180'],
    [63, 62, '308181'],
    [63, 63, '308182'],
    [66, 66, '308188'],
  ])('may have an r of %s bytes and an s of %s', (r, s, head) => {
    const der = `${head}${integer('01', r)}${integer('7f', s)}`
    const numbers = compactOf(`01${'11'.repeat(r - 1)}`, `7f${'11'.repeat(s - 1)}`)
    expect(toHex(signatureFromDer(fromHex(der), 66))).toBe(numbers)
    expect(toHex(signatureToDer(fromHex(numbers)))).toBe(der)
  })

  test.each([
    ['7f', '7f', '3006', '02017f02017f'],
    ['80', '7f', '3007', '0202008002017f'],
    ['7f', '80', '3007', '02017f02020080'],
    ['ff', '0100', '3008', '020200ff02020100'],
  ])('pads r %s and s %s only if they would be negative', (r, s, head, integers) => {
    const numbers = r.padStart(96, '0') + s.padStart(96, '0')
    expect(toHex(signatureFromDer(fromHex(head + integers), 48))).toBe(numbers)
    expect(toHex(signatureToDer(fromHex(numbers)))).toBe(head + integers)
  })

  test.each([32, 48, 66])('may have numbers of %s bytes, but not one byte longer', (half) => {
    const der = (first: string, size: number) => {
      const content = integer(first, size) + integer('01', 1)
      const length = content.length / 2
      return fromHex(`30${length < 128 ? '' : '81'}${length.toString(16).padStart(2, '0')}${content}`)
    }
    expect(signatureFromDer(der('7f', half), half)[0]).toBe(0x7f)
    expect(signatureFromDer(der('0080', half + 1), half)[0]).toBe(0x80)
    for (const [first, size] of [
      ['01', half + 1],
      ['0080', half + 2],
    ] as const) {
      expect(() => signatureFromDer(der(first, size), half)).toThrow(
        refusal('r or s is longer than the order of the curve'),
      )
    }
  })

  test('needs the short form of a length up to 127 bytes, and then the long form', () => {
    const short = `${integer('01', 62)}${integer('01', 61)}`
    expect(() => signatureFromDer(fromHex(`307f${short}`), 66)).not.toThrow()
    expect(() => signatureFromDer(fromHex(`30817f${short}`), 66)).toThrow(
      refusal('a DER sequence of the right'),
    )
    // 0x82 announces a length of two bytes; these are 130 bytes.
    const long = `${integer('01', 63)}${integer('01', 63)}`
    expect(() => signatureFromDer(fromHex(`308182${long}`), 66)).not.toThrow()
    expect(() => signatureFromDer(fromHex(`3082${long}`), 66)).toThrow(refusal('a DER sequence of the right'))
    expect(() => signatureFromDer(fromHex(`30820082${long}`), 66)).toThrow(
      refusal('a DER sequence of the right'),
    )
  })
})

describe('another encoding is refused:', () => {
  const SEQUENCE = 'not a DER sequence of the right length'
  const MISSING = 'r or s is missing'
  const PADDED = 'r or s is negative or has an unnecessary leading zero'
  test.each([
    ['no bytes', '', SEQUENCE],
    ['only a tag', '30', SEQUENCE],
    ['a long length without its byte', '3081', SEQUENCE],
    ['another tag', '3106020101020101', SEQUENCE],
    ['a length that is too large', '3007020101020101', SEQUENCE],
    ['a length that is too small', '3005020101020101', SEQUENCE],
    ['the long form of a short length', '308106020101020101', SEQUENCE],
    ['one integer', '3003020101', MISSING],
    ['an empty sequence', '3000', MISSING],
    ['an integer without a length', '300102', MISSING],
    ['an r that is not an integer', '3006030101020101', MISSING],
    ['an s that is not an integer', '3006020101030101', MISSING],
    ['an integer without bytes', '30050200020101', MISSING],
    ['an integer beyond the end', '3006020101020501', MISSING],
    ['three integers', '3009020101020101020101', 'trailing bytes after s'],
    ['r of zero', '3006020100020101', PADDED],
    ['s of zero', '3006020101020100', PADDED],
    ['an unnecessary leading zero', '300702020001020101', PADDED],
    ['two zeros', '30080203000080020101', PADDED],
    ['a negative r', '3006020181020101', PADDED],
    ['a negative s', '3006020101020180', PADDED],
  ])('%s', (_, hex, message) => {
    expect(() => signatureFromDer(fromHex(hex), 48)).toThrow(refusal(message))
  })
})
