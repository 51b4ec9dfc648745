/** The bytes of a written envelope. */
import { expect, test } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { readEnvelope } from '../../../src/encoding/cms/read-envelope.ts'
import { writeEnvelope } from '../../../src/encoding/cms/write-envelope.ts'

const sealed = {
  encryptedKey: Uint8Array.of(0xe0, 0xe1),
  iv: new Uint8Array(16).fill(0x11),
  ciphertext: Uint8Array.of(0xc0, 0xc1, 0xc2),
}
const identifier = new Uint8Array(32).fill(0x1d)

/** RSAES-OAEP: OID, hash SHA-256, MGF1 with SHA-256 (RFC 3560). */
const SHA256 = '300d06096086480165030402010500'
const OAEP = `303c06092a864886f70d010107302fa00f${SHA256}a11c301a06092a864886f70d010108${SHA256}`

test('a written envelope has the structure of one from AWS KMS', () => {
  const transport = `020102 8020${'1d'.repeat(32)} ${OAEP} 0402e0e1`
  const content = `06092a864886f70d010701 301d060960864801650304012a0410${'11'.repeat(16)} a080 0403c0c1c2 0000`
  const info = `3067 ${transport}`
  const whole = `3080 06092a864886f70d010703 a080 3080 020102 3169 ${info} 3080 ${content} 0000 0000 0000 0000`
  expect(toHex(writeEnvelope(sealed, identifier))).toBe(whole.replaceAll(' ', ''))
})

test('a written envelope is read as it was', () => {
  expect(readEnvelope(writeEnvelope(sealed, identifier))).toEqual(sealed)
})
