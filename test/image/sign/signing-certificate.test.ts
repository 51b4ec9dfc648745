/** Certificates of image signers: versions 1 and 3, the limits of their validity, and malformed parts. */
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { toPem } from '../../../src/encoding/pem.ts'
import {
  algorithmOf,
  assertValidAt,
  CURVE_OIDS,
  readSigningCertificate,
  verificationKey,
} from '../../../src/image/sign/signing-certificate.ts'
import { bare, EC, P384, type Parts, POINT } from '../../attestation/x509/bare.ts'
import { tlv } from '../../attestation/x509/tlv.ts'
import { codeOf, errorOf } from '../support.ts'

const CODE = 'E_IMAGE_CERTIFICATE'
const read = (change: Partial<Parts> = {}) => readSigningCertificate(toPem(bare(change)))
const [FROM, TO] = [Date.UTC(2026, 0, 2, 3, 4, 5), Date.UTC(2050, 0, 1)]

it.each([
  ['of version 3', {}],
  ['of version 1, without extensions', { version: '', extensions: '' }],
])('reads a certificate %s', (_, change) => {
  expect(read(change)).toEqual({
    der: bare(change),
    subject: 'CN=A',
    issuer: 'CN=A',
    notBefore: FROM,
    notAfter: TO,
    curve: 'P-384',
    publicKey: fromHex(tlv('30', tlv('30', EC, P384), tlv('03', POINT))),
  })
})

it('reads the first of several certificates', () => {
  const other = bare({ version: '', extensions: '' })
  expect(toHex(readSigningCertificate(toPem(other) + toPem(bare())).der)).toBe(toHex(other))
})

describe('rejects', () => {
  it.each<[string, Partial<Parts>]>([
    ['trailing bytes', { behind: '00' }],
    ['a certificate with a wrong tag', { outer: '31' }],
    ['a signed part with a wrong tag', { tbs: '31' }],
    ['a serial number with a wrong tag', { serial: '040101' }],
    ['an algorithm with a wrong tag', { inner: '0500' }],
    ['an issuer with a wrong tag', { issuer: '3100' }],
    ['a validity with a wrong tag', { validity: '3100' }],
    ['a validity without an end', { validity: '300f170d3236303130323033303430355a' }],
    ['a subject with a wrong tag', { subject: '3100' }],
    ['a key with a wrong tag', { key: '3100' }],
    ['a key without a curve', { key: tlv('30', tlv('30', EC)) }],
  ])('%s', async (_, change) => {
    expect(await errorOf(() => read(change))).toMatchObject({
      code: CODE,
      message: expect.stringContaining('the signing certificate is malformed'),
    })
  })

  it.each([
    [EC, '06052b81040021', '1.3.132.0.33'],
    ['06092a864886f70d010101', '0500', '1.2.840.113549.1.1.1'],
  ])('a key of the type %s, %s', async (type, curve, got) => {
    expect(await errorOf(() => read({ key: tlv('30', tlv('30', type, curve)) }))).toMatchObject({
      code: CODE,
      got,
    })
  })

  it('a text without PEM', async () => expect(await codeOf(() => readSigningCertificate(''))).toBe(CODE))

  it('a point that is not on the curve', async () => {
    expect(await codeOf(() => verificationKey(read()))).toBe(CODE)
  })
})

it('is valid from its first to its last millisecond', async () => {
  const certificate = read()
  for (const at of [FROM, FROM + 1, TO]) expect(() => assertValidAt(certificate, at)).not.toThrow()
  const expected = 'a time from 2026-01-02T03:04:05.000Z to 2050-01-01T00:00:00.000Z'
  for (const [at, words] of [
    [FROM - 1, 'is not valid yet'],
    [TO + 1, 'has expired'],
  ] as const) {
    expect(await errorOf(() => assertValidAt(certificate, at))).toMatchObject({
      code: CODE,
      expected,
      message: expect.stringContaining(words),
    })
  }
})

it('has the curves and algorithms of COSE', () => {
  expect(CURVE_OIDS).toEqual({
    '1.2.840.10045.3.1.7': 'P-256',
    '1.3.132.0.34': 'P-384',
    '1.3.132.0.35': 'P-521',
  })
  expect((['P-256', 'P-384', 'P-521'] as const).map(algorithmOf)).toEqual([-7, -35, -36])
})
