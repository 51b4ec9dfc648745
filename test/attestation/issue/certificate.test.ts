/** The bytes of issued certificates: extensions, times, names and serial numbers. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type CertificateShape,
  encodeName,
  issueCertificate,
  keyIdentifier,
} from '../../../src/attestation/issue/certificate.ts'
import { type Bytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { toPem } from '../../../src/encoding/pem.ts'
import { MOMENT } from '../forge.ts'
import { openssl } from '../openssl.ts'

const PAIR = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, [
  'sign',
  'verify',
])
const SPKI: Bytes = new Uint8Array(await crypto.subtle.exportKey('spki', PAIR.publicKey))
const SHAPE: CertificateShape = {
  subject: encodeName('subject', 'O', 'OU'),
  issuer: encodeName('issuer', 'O', 'OU'),
  notBefore: MOMENT,
  notAfter: MOMENT + 1000,
  pathLength: undefined,
  ca: false,
  keyUsage: ['digitalSignature'],
  keyUsageCritical: false,
  subjectKeyId: undefined,
  authorityKeyId: undefined,
  publicKey: SPKI,
}
const issue = (change: Partial<CertificateShape> = {}) =>
  issueCertificate({ ...SHAPE, ...change }, PAIR.privateKey)
const issued = async (change: Partial<CertificateShape> = {}) => toHex(await issue(change))

/** Parts of the extensions: the OID of key usage, the flag "critical", and the basic constraints of a leaf. */
const USAGE = { oid: '0603551d0f', critical: '0101ff', leaf: '300c0603551d130101ff04023000' }

describe('key usage', () => {
  test.each<[CertificateShape['keyUsage'], string]>([
    [['digitalSignature'], '03020780'],
    [['contentCommitment'], '03020640'],
    [['keyCertSign'], '03020204'],
    [['cRLSign'], '03020102'],
    [['digitalSignature', 'contentCommitment'], '030206c0'],
    [['cRLSign', 'digitalSignature', 'keyCertSign'], '03020186'],
  ])('%j is encoded as these bits', async (keyUsage, bits) => {
    expect(await issued({ keyUsage })).toContain(`a31d301b${USAGE.leaf}300b${USAGE.oid}0404${bits}`)
    expect(await issued({ keyUsage, keyUsageCritical: true })).toContain(
      `a320301e${USAGE.leaf}300e${USAGE.oid}${USAGE.critical}0404${bits}`,
    )
  })
})

describe('basic constraints', () => {
  test.each<[boolean, number | undefined, string]>([
    [false, undefined, '300c0603551d130101ff04023000'],
    [false, 1, '300c0603551d130101ff04023000'],
    [true, undefined, '300f0603551d130101ff040530030101ff'],
    [true, 0, '30120603551d130101ff040830060101ff020100'],
    [true, 3, '30120603551d130101ff040830060101ff020103'],
  ])('are encoded for authority: %s, path length %s', async (ca, pathLength, hex) => {
    expect(await issued({ ca, pathLength })).toContain(hex)
  })
})

test('a certificate has the given key identifiers, and no others', async () => {
  const subjectKeyId = fromHex('aa'.repeat(20))
  const authorityKeyId = fromHex('bb'.repeat(20))
  const subject = `301d0603551d0e04160414${'aa'.repeat(20)}`
  const authority = `301f0603551d230418301680${'14'}${'bb'.repeat(20)}`
  expect(await issued({ subjectKeyId, authorityKeyId })).toContain(subject + authority)
  expect(await issued({ subjectKeyId })).not.toContain('551d23')
  expect(await issued({ authorityKeyId })).not.toContain('551d0e')
  expect(toHex(await keyIdentifier(SPKI))).toBe(createHash('sha1').update(SPKI.subarray(23)).digest('hex'))
})

test.each([
  [Date.UTC(1999, 11, 31, 23, 59, 59, 999), '170d3939313233313233353935395a'],
  [Date.UTC(2026, 0, 2, 3, 4, 5), '170d3236303130323033303430355a'],
  [Date.UTC(2049, 11, 31, 23, 59, 59, 999), '170d3439313233313233353935395a'],
  [Date.UTC(2050, 0, 1), '180f32303530303130313030303030305a'],
])('the time %s is encoded as UTCTime before 2050, then as GeneralizedTime', async (moment, hex) => {
  expect(await issued({ notBefore: moment, notAfter: moment })).toContain(hex + hex)
})

describe('names', () => {
  test('have organization, unit and common name in UTF-8', () => {
    const parts = ['310a3008060355040a0c0141', '310a3008060355040b0c0142', '310b300906035504030c02c3bc']
    expect(toHex(encodeName('ü', 'A', 'B'))).toBe(`3025${parts.join('')}`)
  })

  test('have a common name truncated to 64 characters', () => {
    expect(encodeName('x'.repeat(65), '', '')).toEqual(encodeName('x'.repeat(64), '', ''))
    expect(encodeName('x'.repeat(64), '', '')).not.toEqual(encodeName('x'.repeat(63), '', ''))
    expect(toHex(encodeName('x'.repeat(65), '', ''))).toContain(`06035504030c40${'78'.repeat(64)}`)
  })
})

test('a certificate has version 3, a random positive serial number, and its algorithm twice', async () => {
  const firsts = new Set<number>()
  for (let count = 0; count < 40; count++) {
    const hex = await issued()
    const [, first] =
      /^3082....3082....a0030201020210(..)[0-9a-f]{30}300a06082a8648ce3d040303/.exec(hex) ?? []
    firsts.add(Number.parseInt(first!, 16))
    expect(hex.split('300a06082a8648ce3d040303')).toHaveLength(3)
  }
  for (const first of firsts) expect([first & 0x80, first & 0x40]).toEqual([0, 0x40])
  // The lower six bits are random: each is set in one certificate and not in another.
  for (const bit of [0x20, 0x10, 0x08, 0x04, 0x02, 0x01]) {
    expect(new Set([...firsts].map((first) => first & bit))).toEqual(new Set([0, bit]))
  }
})

test('openssl reads the same fields', async () => {
  const certificate = await issue({ ca: true, pathLength: 3, keyUsage: ['keyCertSign', 'cRLSign'] })
  const { status, output } = openssl(['x509', '-noout', '-text'], toPem(certificate))
  expect(status).toBe(0)
  expect(output).toMatch(/Version: 3 \(0x2\)/)
  expect(output).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:3/)
  expect(output).toMatch(/Key Usage:\s+Certificate Sign, CRL Sign\n/)
  expect(output).toMatch(/Not Before: Jul 20 12:00:00 2026 GMT\s+Not After : Jul 20 12:00:01 2026 GMT/)
  expect(output).toMatch(/Issuer: O\s?=\s?O, OU\s?=\s?OU, CN\s?=\s?issuer/)
})
