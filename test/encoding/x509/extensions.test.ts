/** Extensions as bytes: each key usage bit alone, each constraint at its bounds, each malformation by itself. */
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
const malformed = (words: string) =>
  expect.objectContaining({ code: 'E_CERTIFICATE_DER', message: expect.stringContaining(words) })

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
  ])('bit %s alone', (bit, value) => expect(bitsOf(value)).toEqual([bit]))

  test.each([
    ['030100', []],
    ['0303070000', []],
    ['0303000001', [15]],
    ['030307ff80', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['030206c0', [0, 1]],
    ['03020186', [0, 5, 6]],
    // What is announced as unused is not looked at.
    ['030207ff', [0]],
    ['030204ff', [0, 1, 2, 3]],
    ['030307ffff', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ])('%s', (value, bits) => expect(bitsOf(value)).toEqual(bits))

  test.each([
    ['no number of unused bits', '0300', 'the key usage is malformed'],
    ['eight unused bits', '03020880', 'the key usage is malformed'],
    ['three bytes of bits', '030400000000', 'the key usage is malformed'],
    ['an integer', '02020780', 'the key usage has the wrong type'],
    ['trailing bytes', '030207800500', 'trailing bytes after the key usage'],
  ])('%s', (_, value, words) => expect(() => bitsOf(value)).toThrow(malformed(words)))

  test('the bits have the numbers of RFC 5280', () => {
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
  ])('%s', (value, ca, pathLength) =>
    expect(constraintsOf(value)).toEqual({ critical: false, ca, pathLength }),
  )

  test.each([
    ['an explicit FALSE', '3003010100', 'not TRUE in DER'],
    ['a TRUE that is not ff', '3003010101', 'not TRUE in DER'],
    ['a TRUE of two bytes', '30040102ffff', 'not TRUE in DER'],
    ['a boolean of nothing', '30020100', 'not TRUE in DER'],
    ['path length 128', '30060101ff020180', 'the path length is out of range'],
    ['path length 128 in two bytes', '30070101ff02020080', 'the path length is out of range'],
    ['a path length of nothing', '30050101ff0200', 'the path length is out of range'],
    ['a set', '3100', 'the basic constraints has the wrong type'],
    ['trailing bytes', '30000500', 'trailing bytes after the basic constraints'],
    [
      'something behind the path length',
      '30080101ff0201000500',
      'trailing bytes after the basic constraints',
    ],
    ['the path length first', '30060201000101ff', 'trailing bytes after the basic constraints'],
  ])('%s', (_, value, words) => expect(() => constraintsOf(value)).toThrow(malformed(words)))
})

describe('key identifiers', () => {
  test('of the subject', () => {
    expect(readAll(extension(OID.subjectKeyId, '0403aabbcc'))).toEqual({
      subjectKeyId: fromHex('aabbcc'),
      unknownCritical: [],
    })
  })

  test.each([
    ['30058003aabbcc', 'aabbcc'],
    // The serial number of the issuer's certificate may follow.
    ['30088003aabbcc820101', 'aabbcc'],
  ])('of the authority, %s', (value, keyId) => {
    expect(readAll(extension(OID.authorityKeyId, value)).authorityKeyId).toEqual(fromHex(keyId))
  })

  test.each(['3000', '3003820101'])('%s names no key', (value) => {
    expect(readAll(extension(OID.authorityKeyId, value))).toEqual({ unknownCritical: [] })
  })

  test.each([
    [OID.subjectKeyId, '0303aabbcc', 'the subject key identifier has the wrong type'],
    [OID.subjectKeyId, '0401aa0500', 'trailing bytes after the subject key identifier'],
    [OID.authorityKeyId, '3100', 'the authority key identifier has the wrong type'],
    [OID.authorityKeyId, '30000500', 'trailing bytes after the authority key identifier'],
  ])('%s: %s', (oid, value, words) => expect(() => readAll(extension(oid, value))).toThrow(malformed(words)))
})

describe('the list', () => {
  const ALL = [
    extension(OID.basicConstraints, '3000'),
    extension(OID.keyUsage, '03020780'),
    extension(OID.subjectKeyId, '0401aa'),
    extension(OID.authorityKeyId, '30038001aa'),
    extension(OID.nameConstraints, '3000'),
  ]

  test('an empty list, and one with every extension', () => {
    expect(readAll()).toEqual({ unknownCritical: [] })
    expect(Object.keys(readAll(...ALL)).toSorted()).toEqual([
      'authorityKeyId',
      'basicConstraints',
      'keyUsage',
      'subjectKeyId',
      'unknownCritical',
    ])
  })

  test('critical or not, and the unknown critical ones', () => {
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

  test.each(ALL)('%s twice', (each) => {
    expect(() => readAll(...ALL.filter((other) => other !== each), each, each)).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_EXTENSION' }),
    )
  })

  test.each([
    ['an extension that is a set', tlv('31', '0603551d1e', '0400'), 'an extension has the wrong type'],
    ['a name that is none', tlv('30', '0503551d1e', '0400'), 'its identifier has the wrong type'],
    ['a value that is none', tlv('30', '0603551d1e', '0500'), 'its value has the wrong type'],
    ['no value', tlv('30', '0603551d1e'), 'its value is missing'],
    [
      'something behind a value',
      tlv('30', '0603551d1e', '0400', '0500'),
      'trailing bytes after an extension',
    ],
    ['an explicit FALSE', extension('551d1e', '3000', '010100'), 'not TRUE in DER'],
  ])('%s', (_, each, words) => expect(() => readAll(each)).toThrow(malformed(words)))

  test('trailing bytes after the list, and a list of the wrong type', () => {
    const read = (hex: string) => () => readExtensions(new DerReader(fromHex(hex)))
    expect(read('30000500')).toThrow(malformed('trailing bytes after the extensions'))
    expect(read('3100')).toThrow(malformed('the extensions has the wrong type'))
    expect(read('3000')).not.toThrow()
  })
})
