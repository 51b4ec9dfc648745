/** Extensions of certificates: key usage, basic constraints, key identifiers, and malformed ones. */
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../../src/base/bytes.ts'
import { DerReader } from '../../../src/encoding/der/reader.ts'
import { KEY_USAGE, readExtensions } from '../../../src/encoding/x509/extensions.ts'
import { tlv } from '../../attestation/x509/tlv.ts'

const CRITICAL = '0101ff'
const OID = {
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  subjectKeyId: '551d0e',
  authorityKeyId: '551d23',
  nameConstraints: '551d1e',
}
const extension = (oid: string, value: string, critical = '') =>
  tlv('30', tlv('06', oid), critical, tlv('04', value))
const readAll = (...extensions: readonly string[]) =>
  readExtensions(new DerReader(fromHex(tlv('30', ...extensions))))
const malformed = (message: string) =>
  expect.objectContaining({ code: 'E_CERTIFICATE_DER', message: expect.stringContaining(message) })

describe('key usage', () => {
  const bitsOf = (value: string) => [...readAll(extension(OID.keyUsage, value)).keyUsage!.bits]

  test.each([
    [0, '03020780'],
    [1, '03020640'],
    [2, '03020520'],
    [3, '03020410'],
    [4, '03020308'],
    [5, '03020204'],
    [6, '03020102'],
    [7, '03020001'],
    [8, '0303070080'],
  ])('may have only bit %s', (bit, value) => expect(bitsOf(value)).toEqual([bit]))

  test.each([
    ['030100', []],
    ['0303070000', []],
    ['0303000001', [15]],
    ['030307ff80', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['030206c0', [0, 1]],
    ['03020186', [0, 5, 6]],
    // Unused bits are ignored.
    ['030207ff', [0]],
    ['030204ff', [0, 1, 2, 3]],
    ['030307ffff', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ])('%s has the right bits', (value, bits) => expect(bitsOf(value)).toEqual(bits))

  test.each([
    ['no number of unused bits', '0300', 'the key usage is malformed'],
    ['eight unused bits', '03020880', 'the key usage is malformed'],
    ['three bytes of bits', '030400000000', 'the key usage is malformed'],
    ['an integer', '02020780', 'the key usage has the wrong type'],
    ['trailing bytes', '030207800500', 'trailing bytes after the key usage'],
  ])('is refused with %s', (_, value, message) => expect(() => bitsOf(value)).toThrow(malformed(message)))

  test('has the bit numbers of RFC 5280', () => {
    expect(KEY_USAGE).toEqual({ digitalSignature: 0, contentCommitment: 1, keyCertSign: 5, cRLSign: 6 })
  })
})

describe('basic constraints', () => {
  const constraintsOf = (value: string) => readAll(extension(OID.basicConstraints, value)).basicConstraints

  test.each([
    ['3000', false, undefined],
    ['30030101ff', true, undefined],
    ['30060101ff020100', true, 0],
    ['30060101ff020101', true, 1],
    ['30060101ff02017f', true, 127],
    ['3003020105', false, 5],
  ])('%s are read', (value, ca, pathLength) =>
    expect(constraintsOf(value)).toEqual({ critical: false, ca, pathLength }),
  )

  test.each([
    ['an explicit FALSE', '3003010100', 'not TRUE in DER'],
    ['a TRUE that is not ff', '3003010101', 'not TRUE in DER'],
    ['a TRUE of two bytes', '30040102ffff', 'not TRUE in DER'],
    ['a boolean without bytes', '30020100', 'not TRUE in DER'],
    ['path length 128', '30060101ff020180', 'the path length is out of range'],
    ['path length 128 in two bytes', '30070101ff02020080', 'the path length is out of range'],
    ['a path length without bytes', '30050101ff0200', 'the path length is out of range'],
    ['a set', '3100', 'the basic constraints has the wrong type'],
    ['trailing bytes', '30000500', 'trailing bytes after the basic constraints'],
    [
      'trailing bytes after the path length',
      '30080101ff0201000500',
      'trailing bytes after the basic constraints',
    ],
    ['the path length first', '30060201000101ff', 'trailing bytes after the basic constraints'],
  ])('are refused with %s', (_, value, message) =>
    expect(() => constraintsOf(value)).toThrow(malformed(message)),
  )
})

describe('key identifiers', () => {
  test('of the subject are read', () => {
    expect(readAll(extension(OID.subjectKeyId, '0403aabbcc'))).toEqual({
      subjectKeyId: fromHex('aabbcc'),
      unknownCritical: [],
    })
  })

  test.each([
    ['30058003aabbcc', 'aabbcc'],
    // The serial number of the issuer's certificate may follow.
    ['30088003aabbcc820101', 'aabbcc'],
  ])('of the authority are read: %s', (value, keyId) => {
    expect(readAll(extension(OID.authorityKeyId, value)).authorityKeyId).toEqual(fromHex(keyId))
  })

  test.each(['3000', '3003820101'])('of the authority may be absent: %s', (value) => {
    expect(readAll(extension(OID.authorityKeyId, value))).toEqual({ unknownCritical: [] })
  })

  test.each([
    [OID.subjectKeyId, '0303aabbcc', 'the subject key identifier has the wrong type'],
    [OID.subjectKeyId, '0401aa0500', 'trailing bytes after the subject key identifier'],
    [OID.authorityKeyId, '3100', 'the authority key identifier has the wrong type'],
    [OID.authorityKeyId, '30000500', 'trailing bytes after the authority key identifier'],
  ])('of extension %s are refused: %s', (oid, value, message) =>
    expect(() => readAll(extension(oid, value))).toThrow(malformed(message)),
  )
})

describe('the list of extensions', () => {
  const ALL = [
    extension(OID.basicConstraints, '3000'),
    extension(OID.keyUsage, '03020780'),
    extension(OID.subjectKeyId, '0401aa'),
    extension(OID.authorityKeyId, '30038001aa'),
    extension(OID.nameConstraints, '3000'),
  ]

  test('may be empty, or have every extension', () => {
    expect(readAll()).toEqual({ unknownCritical: [] })
    expect(Object.keys(readAll(...ALL)).toSorted()).toEqual([
      'authorityKeyId',
      'basicConstraints',
      'keyUsage',
      'subjectKeyId',
      'unknownCritical',
    ])
  })

  test('records critical extensions, and the OIDs of unknown critical ones', () => {
    const read = readAll(
      extension(OID.basicConstraints, '3000', CRITICAL),
      extension(OID.keyUsage, '03020780', CRITICAL),
      extension(OID.subjectKeyId, '0401aa', CRITICAL),
      extension(OID.authorityKeyId, '3000', CRITICAL),
      extension('551d20', '3000'),
      extension(OID.nameConstraints, '3000', CRITICAL),
      extension('551d24', '3000', CRITICAL),
    )
    expect(read.basicConstraints?.critical).toBe(true)
    expect(read.keyUsage?.critical).toBe(true)
    expect(read.unknownCritical).toEqual(['2.5.29.30', '2.5.29.36'])
    expect(readAll(...ALL)).toMatchObject({
      basicConstraints: { critical: false },
      keyUsage: { critical: false },
      unknownCritical: [],
    })
  })

  test.each(ALL)('must not have %s twice', (each) => {
    expect(() => readAll(...ALL.filter((other) => other !== each), each, each)).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_EXTENSION' }),
    )
  })

  test.each([
    ['an extension that is a set', tlv('31', '0603551d1e', '0400'), 'an extension has the wrong type'],
    [
      'an identifier that is not an OID',
      tlv('30', '0503551d1e', '0400'),
      'its identifier has the wrong type',
    ],
    ['a value that is not an octet string', tlv('30', '0603551d1e', '0500'), 'its value has the wrong type'],
    ['no value', tlv('30', '0603551d1e'), 'its value is missing'],
    [
      'trailing bytes after a value',
      tlv('30', '0603551d1e', '0400', '0500'),
      'trailing bytes after an extension',
    ],
    ['an explicit FALSE', extension('551d1e', '3000', '010100'), 'not TRUE in DER'],
  ])('must not have %s', (_, each, message) => expect(() => readAll(each)).toThrow(malformed(message)))

  test('must not have trailing bytes or another tag', () => {
    const read = (hex: string) => () => readExtensions(new DerReader(fromHex(hex)))
    expect(read('30000500')).toThrow(malformed('trailing bytes after the extensions'))
    expect(read('3100')).toThrow(malformed('the extensions has the wrong type'))
    expect(read('3000')).not.toThrow()
  })
})
