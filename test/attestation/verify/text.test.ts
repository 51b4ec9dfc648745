/** The text encodings of documents, the guess of their profile, and documents that cannot be decoded. */
import { describe, expect, test } from 'vitest'
import { decodeDocument, decodeDocumentText, guessProfile } from '../../../src/attestation/index.ts'
import { toBase64 } from '../../../src/base/base64.ts'
import { toHex } from '../../../src/base/bytes.ts'
import { forgeDocument, forgePath, forgePayload } from '../forge.ts'

const forged = await forgePath('qingtian')
const bytes = await forgeDocument(
  'qingtian',
  forged.leafKey,
  forgePayload('qingtian', forged, { nonce: new Uint8Array(100) }),
)
const hex = toHex(bytes)
const base64 = toBase64(bytes)

describe('a document', () => {
  const asBytes = (text: string) => new TextEncoder().encode(text)
  test.each<[string, string | Uint8Array]>([
    ['raw', bytes],
    ['hexadecimal', hex],
    ['hexadecimal with a line feed', asBytes(`${hex}\n`)],
    ['hexadecimal in upper case, with 0x and in lines', `0x${hex.toUpperCase().replace(/.{64}/g, '$&\r\n')}`],
    ['base64', base64],
    ['base64 in lines', asBytes(base64.replace(/.{76}/g, '$&\n'))],
    ['base64 in quotes, with a line feed', asBytes(`"${base64}"\n`)],
    ['hexadecimal in single quotes', `'${hex}'`],
    ['base64url without padding', base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')],
  ])('may be %s', (_, input) => {
    expect(toHex(decodeDocumentText(input))).toBe(hex)
  })

  test.each([
    ['empty', ''],
    ['JSON', '{"a":1}'],
    ['five digits, which are neither hexadecimal nor base64', 'abcde'],
    ['too long', 'a'.repeat((1 << 20) + 1)],
  ])('must not be %s', (_, input) => {
    expect(() => decodeDocumentText(input)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^E_(?:DOCUMENT_TEXT|BASE64)$/) }),
    )
  })
})

describe('what is known to be something else is named, with what to do', () => {
  test.each([
    [JSON.stringify({ KeyId: 'abc', AttestationDocument: base64 }), 'JSON', /"AttestationDocument"/],
    [JSON.stringify([{ a: 1 }], null, 2), 'JSON', /without the JSON/],
    ['-----BEGIN CERTIFICATE-----\nAAAA', 'PEM, such as a certificate', /not a certificate/],
  ])('%.20s', (input, got, hint) => {
    expect(() => decodeDocumentText(input)).toThrow(
      expect.objectContaining({ code: 'E_DOCUMENT_TEXT', got, hint: expect.stringMatching(hint) }),
    )
  })
})

describe('the encoding is detected', () => {
  test.each<[string, Uint8Array, string]>([
    ['the raw byte 80', Uint8Array.of(0x80), '80'],
    ['raw bytes that end with ff', Uint8Array.of(0x41, 0xff), '41ff'],
    ['hexadecimal digits as bytes', Uint8Array.of(0x34, 0x31), '41'],
    ['base64 as bytes', Uint8Array.of(0x51, 0x51, 0x3d, 0x3d), '41'],
  ])('for %s', (_, input, expected) => expect(toHex(decodeDocumentText(input))).toBe(expected))

  test.each<[string, string | Uint8Array]>([
    ['the byte 7f', Uint8Array.of(0x7f)],
    ['three padding characters', 'QUE==='],
    ['0x without digits', '0x,'],
    ['a character of no alphabet', 'QU!E'],
  ])('to be invalid for %s', (_, input) => {
    expect(() => decodeDocumentText(input)).toThrow(expect.objectContaining({ code: 'E_DOCUMENT_TEXT' }))
  })

  test('for documents of up to 1 MiB', () => {
    const most = 1_048_576
    expect(decodeDocumentText('a'.repeat(most))).toHaveLength(most / 2)
    expect(decodeDocumentText(new Uint8Array(most).fill(0x84))).toHaveLength(most)
    for (const input of ['a'.repeat(most + 2), new Uint8Array(most + 1).fill(0x84)]) {
      expect(() => decodeDocumentText(input)).toThrow(expect.objectContaining({ code: 'E_DOCUMENT_TEXT' }))
    }
  })
})

test('the profile of a document is guessed', async () => {
  expect(guessProfile(bytes)).toBe('qingtian')
  const nitro = await forgePath('nitro')
  expect(guessProfile(await forgeDocument('nitro', nitro.leafKey, forgePayload('nitro', nitro)))).toBe(
    'nitro',
  )
  for (const other of [[], [0x80], [0x84, 0xf6, 0xf6, 0xf6, 0xf6], [0x84, 0x40, 0xa0, 0x41, 0x01, 0x40]]) {
    expect(guessProfile(Uint8Array.from(other))).toBeUndefined()
  }
})

test.each([
  ['80', 'E_DOCUMENT_COSE'],
  ['00ff', 'E_DOCUMENT_CBOR'],
])('%s cannot be decoded', (input, code) => {
  const decode = () => decodeDocument(Uint8Array.from(Buffer.from(input, 'hex')), 'nitro')
  expect(decode).toThrow(expect.objectContaining({ code }))
})

test('a document of the other profile cannot be decoded', () => {
  expect(() => decodeDocument(bytes, 'nitro')).toThrow(expect.objectContaining({ code: 'E_DOCUMENT_COSE' }))
})
