/** An envelope in which each tag and object identifier is changed in turn: every change is refused. */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { readEnvelope } from '../../../src/encoding/cms/read-envelope.ts'
import { bytesOf, tlv } from '../../attestation/x509/tlv.ts'

const OID = {
  envelopedData: '06092a864886f70d010703',
  data: '06092a864886f70d010701',
  oaep: '06092a864886f70d010107',
  mgf1: '06092a864886f70d010108',
  sha256: '0609608648016503040201',
  aes256: '060960864801650304012a',
}
const KEY = bytesOf(256, 'aa')
const IV = bytesOf(16, 'bb')
const CIPHERTEXT = bytesOf(32, 'cc')
const VERSION = '020102'
const RECIPIENT_ID = tlv('80', bytesOf(20, 'dd'))

const GOOD = {
  envelope: '30',
  contentType: OID.envelopedData,
  content: 'a0',
  enveloped: '30',
  recipients: '31',
  recipient: '30',
  keyAlgorithm: '30',
  oaep: OID.oaep,
  parameters: '30',
  hash: OID.sha256,
  mask: OID.mgf1,
  maskHash: OID.sha256,
  encryptedKey: '04',
  encrypted: '30',
  dataType: OID.data,
  cipher: '30',
  aes: OID.aes256,
  iv: '04',
  ciphertext: tlv('80', CIPHERTEXT),
  /** The number of recipients. */
  count: 1,
}

function envelope(change: Partial<typeof GOOD> = {}): string {
  const part = { ...GOOD, ...change }
  const hash = tlv('a0', tlv('30', part.hash))
  const mask = tlv('a1', tlv('30', part.mask, tlv('30', part.maskHash)))
  const algorithm = tlv(part.keyAlgorithm, part.oaep, tlv(part.parameters, hash, mask))
  const recipient = tlv(part.recipient, VERSION, RECIPIENT_ID, algorithm, tlv(part.encryptedKey, KEY))
  const cipher = tlv(part.cipher, part.aes, tlv(part.iv, IV))
  const encrypted = tlv(part.encrypted, part.dataType, cipher, part.ciphertext)
  const recipients = tlv(part.recipients, ...Array<string>(part.count).fill(recipient))
  return tlv(
    part.envelope,
    part.contentType,
    tlv(part.content, tlv(part.enveloped, VERSION, recipients, encrypted)),
  )
}

const refusal = (message: string) =>
  expect.objectContaining({ code: 'E_CMS', message: expect.stringContaining(message) })
const read = (change: Partial<typeof GOOD> = {}) => readEnvelope(fromHex(envelope(change)))

test('the unchanged envelope is read', () => {
  const { encryptedKey, iv, ciphertext } = read()
  expect([encryptedKey, iv, ciphertext].map(toHex)).toEqual([KEY, IV, CIPHERTEXT])
})

test.each([
  ['in one piece', tlv('a0', tlv('04', CIPHERTEXT)), CIPHERTEXT],
  ['in three pieces', tlv('a0', '0401aa', '0400', '0402bbcc'), 'aabbcc'],
  ['in pieces of indefinite length', 'a0800401aa0402bbcc0000', 'aabbcc'],
  ['in no pieces', 'a000', ''],
])('the ciphertext is read %s', (_, ciphertext, expected) => {
  expect(toHex(read({ ciphertext }).ciphertext)).toBe(expected)
})

test.each<[string, Partial<typeof GOOD>]>([
  ['the envelope', { envelope: '31' }],
  ['the content', { content: 'a1' }],
  ['the content', { content: '30' }],
  ['the enveloped data', { enveloped: '31' }],
  ['the recipients', { recipients: '30' }],
  ['the recipient', { recipient: '31' }],
  ['the recipient', { recipient: 'a2' }],
  ['the key encryption algorithm', { keyAlgorithm: '31' }],
  ['the OAEP parameters', { parameters: '31' }],
  ['the OAEP parameters', { parameters: 'a0' }],
  ['the encrypted key', { encryptedKey: '03' }],
  ['the encrypted content', { encrypted: '31' }],
  ['the content encryption algorithm', { cipher: '31' }],
  ['the initialisation vector', { iv: '03' }],
  ['the ciphertext', { ciphertext: tlv('04', CIPHERTEXT) }],
  ['the ciphertext', { ciphertext: tlv('81', CIPHERTEXT) }],
  ['the ciphertext', { ciphertext: tlv('a1', tlv('04', CIPHERTEXT)) }],
  ['the ciphertext', { ciphertext: tlv('a0', tlv('03', CIPHERTEXT)) }],
  ['the ciphertext', { ciphertext: tlv('a0', '0401aa', '0500') }],
  ['the ciphertext', { ciphertext: '' }],
  ['the content type', { contentType: `0509${OID.envelopedData.slice(4)}` }],
  ['the key encryption algorithm', { oaep: '' }],
  ['the OAEP hash', { hash: '' }],
  ['the OAEP mask', { mask: '' }],
  ['the hash of the OAEP mask', { maskHash: '' }],
  ['the type of the encrypted content', { dataType: '' }],
  ['the content encryption algorithm', { aes: '' }],
])('%s is refused if it is missing or has another tag: %j', (what, change) => {
  expect(() => read(change)).toThrow(refusal(`${what} is missing or has the wrong tag`))
})

describe('another object identifier', () => {
  /** SHA-1 is the default of OAEP; the other identifiers differ from the right ones in one arc. */
  const SHA1 = '06052b0e03021a'
  test.each<[string, Partial<typeof GOOD>]>([
    ['the content type', { contentType: OID.data }],
    ['the content type', { contentType: '06092a864886f70d010702' }],
    ['the key encryption algorithm', { oaep: '06092a864886f70d010101' }],
    ['the OAEP hash', { hash: SHA1 }],
    ['the OAEP hash', { hash: '0609608648016503040202' }],
    ['the OAEP mask', { mask: OID.oaep }],
    ['the hash of the OAEP mask', { maskHash: SHA1 }],
    ['the hash of the OAEP mask', { maskHash: '0609608648016503040203' }],
    ['the type of the encrypted content', { dataType: OID.envelopedData }],
    ['the content encryption algorithm', { aes: '0609608648016503040102' }],
    ['the content encryption algorithm', { aes: '060960864801650304012e' }],
  ])('of %s is refused: %j', (what, change) => {
    expect(() => read(change)).toThrow(refusal(`${what} has an unsupported object identifier`))
  })
})

test.each([0, 2, 3])('%s recipients are refused', (count) => {
  expect(() => read({ count })).toThrow(refusal('the envelope must have exactly one recipient'))
})
