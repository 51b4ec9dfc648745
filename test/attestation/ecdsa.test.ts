/** DER signatures against noble, and the refusal of every other spelling of one. */
import { p384 } from '@noble/curves/nist.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reverseHalves, signatureFromDer, signatureToDer } from '../../src/attestation/ecdsa.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'

const halves = fc.tuple(
  fc.bigInt({ min: 1n, max: p384.Point.Fn.ORDER - 1n }),
  fc.bigInt({ min: 1n, max: p384.Point.Fn.ORDER - 1n }),
)
const compact = ([r, s]: [bigint, bigint]) =>
  fromHex(r.toString(16).padStart(96, '0') + s.toString(16).padStart(96, '0'))

test('noble writes and reads the same', () => {
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

test('reversing the halves twice changes nothing, once does', () => {
  const signature = Uint8Array.from({ length: 96 }, (_, index) => index)
  expect([...reverseHalves(signature).subarray(0, 48)]).toEqual([...signature.subarray(0, 48)].reverse())
  expect([...reverseHalves(signature).subarray(48)]).toEqual([...signature.subarray(48)].reverse())
  expect(toHex(reverseHalves(reverseHalves(signature)))).toBe(toHex(signature))
})

describe('other spellings', () => {
  test.each([
    ['nothing', ''],
    ['another type', '3106020101020101'],
    ['a wrong length', '3007020101020101'],
    ['a long length for a short one', '308106020101020101'],
    ['one integer', '3003020101'],
    ['three integers', '3009020101020101020101'],
    ['no digits', '30050200020101'],
    ['a needless zero', '300702020001020101'],
    ['a negative r', '3006020181020101'],
    ['an integer beyond the end', '3006020101020501'],
    ['an r too long', `3036${`0231${'7f'.repeat(49)}`}020101`],
  ])('%s', (_, hex) => {
    expect(() => signatureFromDer(fromHex(hex), 48)).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_SIGNATURE' }),
    )
  })
})
