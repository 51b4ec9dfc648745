/** The structure of a certificate: every element with another type, missing, or followed by trailing bytes. */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { readCertificate } from '../../../src/encoding/x509/certificate.ts'
import { forgePath } from '../forge.ts'
import { bare, EC, NAME, P384, type Parts, POINT } from './bare.ts'
import { bytesOf, tlv } from './tlv.ts'

const read = (change: Partial<Parts> = {}) => readCertificate(bare(change))
const refusal = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })
const VALIDITY = tlv('30', '170d3236303130323033303430355a', '180f32303530303130313030303030305a')
const key = (algorithm: string, ...rest: string[]) => tlv('30', algorithm, ...rest)

test('a minimal certificate is read', () => {
  const bytes = bare()
  const { tbs, ...rest } = readCertificate(bytes)
  expect(toHex(bytes)).toContain(toHex(tbs))
  expect(toHex(tbs)).toMatch(/^3081..a003020102/)
  expect(rest).toEqual({
    bytes,
    serial: fromHex('01'),
    issuer: fromHex(NAME),
    subject: fromHex(NAME),
    notBefore: Date.UTC(2026, 0, 2, 3, 4, 5),
    notAfter: Date.UTC(2050, 0, 1),
    curve: 'P-384',
    publicPoint: fromHex(POINT.slice(2)),
    extensions: { unknownCritical: [] },
    signatureAlgorithm: '1.2.840.10045.4.3.3',
    signature: fromHex('5a'),
  })
})

test.each<[Partial<Parts>, string]>([
  [{ outer: '31' }, 'the certificate has the wrong type'],
  [{ behind: '00' }, 'trailing bytes after the certificate'],
  [{ tbs: '31' }, 'the signed part has the wrong type'],
  [{ algorithm: '0500' }, 'the signature algorithm has the wrong type'],
  [{ signature: '0402005a' }, 'the signature has the wrong type'],
  [{ signature: '0302015a' }, 'the signature is not a whole number of bytes'],
  [{ signature: '0300' }, 'the signature is not a whole number of bytes'],
  [{ after: '0500' }, 'trailing bytes after the signature'],
  [{ serial: '040101' }, 'the serial number has the wrong type'],
  [{ serial: '0200' }, 'the serial number is empty'],
  [{ inner: tlv('31', '06082a8648ce3d040303') }, 'the inner signature algorithm has the wrong type'],
  [{ inner: tlv('30', '06082a8648ce3d040302') }, 'the two signature algorithms differ'],
  [{ inner: tlv('30', '06082a8648ce3d040303', '0500') }, 'the two signature algorithms differ'],
  [{ inner: tlv('30'), algorithm: tlv('30') }, 'the algorithm is missing'],
  [{ inner: '30020500', algorithm: '30020500' }, 'the algorithm has the wrong type'],
  [{ issuer: '3100' }, 'the issuer has the wrong type'],
  [{ subject: '3100' }, 'the subject has the wrong type'],
  [{ validity: '3100' }, 'the validity has the wrong type'],
  [{ validity: '3000' }, 'notBefore is missing'],
  [{ validity: tlv('30', '170d3236303130323033303430355a') }, 'notAfter is missing'],
  [{ validity: `${tlv('30', VALIDITY.slice(4), '0500')}` }, 'trailing bytes after notAfter'],
  [{ validity: tlv('30', '160d3236303130323033303430355a') }, 'a time has the wrong type'],
  [{ key: tlv('31') }, 'the public key has the wrong type'],
  [{ key: key('3100') }, 'the algorithm of the key has the wrong type'],
  [{ key: key(tlv('30', '0500')) }, 'the algorithm of the key has the wrong type'],
  [{ key: key(tlv('30', EC)) }, 'the curve is missing'],
  [{ key: key(tlv('30', EC, '0500')) }, 'the curve has the wrong type'],
  [{ key: key(tlv('30', EC, P384, '0500'), tlv('03', POINT)) }, 'trailing bytes after the curve'],
  [{ key: key(tlv('30', EC, P384), tlv('04', POINT)) }, 'the public point has the wrong type'],
  [
    { key: key(tlv('30', EC, P384), tlv('03', `01${POINT.slice(2)}`)) },
    'the public point is not a whole number',
  ],
  [{ key: key(tlv('30', EC, P384), tlv('03', POINT), '0500') }, 'trailing bytes after the public point'],
  [{ extensions: '' }, 'the extensions is missing'],
  [{ extensions: tlv('a2', '3000') }, 'the extensions has the wrong type'],
  [{ extensions: tlv('a3', '3000', '0500') }, 'trailing bytes after the extensions'],
  [{ afterExtensions: '0500' }, 'trailing bytes after the extensions'],
])('%j is refused: %s', (change, message) => {
  expect(() => read(change)).toThrow(refusal('E_CERTIFICATE_DER', message))
})

test.each(['', 'a003020100', 'a003020101', 'a003020103', 'a00402020002', 'a0020200'])(
  'the version %j is refused',
  (version) => {
    expect(() => read({ version })).toThrow(refusal('E_CERTIFICATE_VERSION', 'does not have version 3'))
  },
)

describe('keys', () => {
  const CURVES = {
    'P-256': ['06082a8648ce3d030107', 65],
    'P-384': [P384, 97],
    'P-521': ['06052b81040023', 133],
  } as const

  test.each(['P-256', 'P-384', 'P-521'] as const)(
    'on %s must be uncompressed points of the right length',
    (curve) => {
      const [oid, size] = CURVES[curve]
      const on = (point: string) => ({ key: key(tlv('30', EC, oid), tlv('03', `00${point}`)) })
      const good = read(on(`04${bytesOf(size - 1)}`))
      expect([good.curve, good.publicPoint.byteLength]).toEqual([curve, size])
      for (const point of [`04${bytesOf(size)}`, `04${bytesOf(size - 2)}`, `02${bytesOf(size - 1)}`, '']) {
        expect(() => read(on(point))).toThrow(
          refusal('E_CERTIFICATE_KEY', `not an uncompressed point of its curve; expected ${size} bytes`),
        )
      }
    },
  )

  test.each([
    [EC, '06052b81040021', 'got curve 1.3.132.0.33'],
    ['06072a8648ce3d0202', P384, 'got 1.2.840.10045.2.2'],
    ['06092a864886f70d010101', '0500', 'got 1.2.840.113549.1.1.1'],
  ])('of algorithm %s and curve %s are refused', (type, curve, message) => {
    expect(() => read({ key: key(tlv('30', type, curve), tlv('03', POINT)) })).toThrow(
      refusal('E_CERTIFICATE_KEY', message),
    )
  })
})

test('a real certificate is refused if any of its elements has another type', async () => {
  const { path } = await forgePath('qingtian')
  for (const bytes of [path[0]!, path[4]!]) {
    let refused = 0
    for (const { at, isName } of elements(bytes)) {
      const changed = bytes.with(at, bytes[at]! ^ 1)
      if (isName) continue
      expect(() => readCertificate(changed as typeof bytes), `the tag at ${at}`).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^E_CERTIFICATE_/) }),
      )
      refused += 1
    }
    expect(refused).toBeGreaterThan(25)
  }
})

/**
 * The offsets of all elements, except those inside the strings of extensions. Names are only shown, so nothing in them
 * is refused.
 */
function elements(
  bytes: Uint8Array,
  from = 0,
  to = bytes.byteLength,
  depth = 0,
): { at: number; isName: boolean }[] {
  const found: { at: number; isName: boolean }[] = []
  for (let at = from; at < to; ) {
    const [tag, first] = [bytes[at]!, bytes[at + 1]!]
    const more = first < 128 ? 0 : first & 0x7f
    const length = more === 0 ? first : Number.parseInt(toHex(bytes.subarray(at + 2, at + 2 + more)), 16)
    const content = at + 2 + more
    const inside = tag & 0x20 ? elements(bytes, content, content + length, depth + 1) : []
    // Only names contain sets.
    const isName = depth === 2 && inside.some(({ at: inner }) => bytes[inner] === 0x31)
    found.push({ at, isName: false }, ...inside.map((each) => ({ ...each, isName: each.isName || isName })))
    at = content + length
  }
  return found
}
