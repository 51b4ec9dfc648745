/** Names, PEM and base64 as text, including hostile names. */
import { describe, expect, test } from 'vitest'
import { fromBase64, toBase64 } from '../../../src/base/base64.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { fromPem, toPem } from '../../../src/encoding/pem.ts'
import { commonName, nameText, printable } from '../../../src/encoding/x509/name.ts'
import { tlv } from './tlv.ts'

const attribute = (oid: string, text: string, tag = '0c') =>
  tlv('30', tlv('06', oid), tlv(tag, Buffer.from(text).toString('hex')))
const name = (...parts: string[]) => fromHex(tlv('30', ...parts.map((part) => tlv('31', part))))

describe('names', () => {
  test('show attributes with their short names, or with their OID', () => {
    const parts = ['550403', '550406', '550407', '550408', '55040a', '55040b', '55040c'].map((oid) =>
      attribute(oid, 'x'),
    )
    expect(nameText(name(...parts))).toBe('CN=x, C=x, L=x, ST=x, O=x, OU=x, 2.5.4.12=x')
    expect(nameText(name(attribute('550403', 'a') + attribute('55040a', 'b', '13')))).toBe('CN=a, O=b')
    expect(nameText(name())).toBe('')
  })

  test('may have the common name at any position', () => {
    expect(
      commonName(name(attribute('55040a', 'o'), attribute('550403', 'a'), attribute('550403', 'b'))),
    ).toBe('a')
    expect(commonName(name(attribute('55040a', 'o')))).toBe('')
  })

  test.each([
    '',
    '31',
    '3005',
    tlv('30', '3000'),
    tlv('30', tlv('31', '3000')),
    tlv('30', tlv('31', '0500')),
  ])('like %j are shown as unreadable, without an error', (hex) => {
    expect(nameText(fromHex(hex))).toBe('an unreadable name')
    expect(commonName(fromHex(hex))).toBe('an unreadable name')
  })

  test('are shown without characters that could control a terminal', () => {
    expect(printable('aé€😀 1+(-)')).toBe('aé€😀 1+(-)')
    expect(printable('a\u0007\u001b[31m\u202e\u00a0\n\u0080')).toBe('a��[31m����')
    expect(nameText(name(attribute('550403', 'a\nb')))).toBe('CN=a�b')
  })
})

describe('PEM', () => {
  test.each([
    [0, []],
    [1, [4]],
    [48, [64]],
    [49, [64, 4]],
    [96, [64, 64]],
  ])('has %s bytes in lines of 64 characters', (length, lines) => {
    const bytes = new Uint8Array(length).fill(0xff)
    const text = toPem(bytes, 'PUBLIC KEY')
    const [first, ...rest] = text.split('\n')
    expect(first).toBe('-----BEGIN PUBLIC KEY-----')
    expect(rest.slice(-2)).toEqual(['-----END PUBLIC KEY-----', ''])
    expect(rest.slice(0, -2).map((line) => line.length)).toEqual(lines)
    expect(fromPem(text, 'PUBLIC KEY').map(toHex)).toEqual([toHex(bytes)])
    expect(() => fromPem(text)).toThrow(expect.objectContaining({ code: 'E_CERTIFICATE_PEM' }))
  })

  test('may have base64 in either alphabet, padded or not', () => {
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const text = Buffer.from(every).toString('base64')
    expect(toBase64(every)).toBe(text)
    for (const spelling of [
      text,
      Buffer.from(every).toString('base64url'),
      text.replace(/.{10}/g, '$& \n'),
    ]) {
      expect(fromBase64(spelling)).toEqual(every)
    }
    for (const bad of ['a', 'ab!d', 'a===']) {
      expect(() => fromBase64(bad)).toThrow(expect.objectContaining({ code: 'E_BASE64' }))
    }
  })
})
