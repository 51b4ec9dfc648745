/** Spellings of documents, whose they seem to be, and what cannot be decoded. */
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

describe('encodings', () => {
  const asBytes = (text: string) => new TextEncoder().encode(text)
  test.each<[string, string | Uint8Array]>([
    ['raw', bytes],
    ['hex', hex],
    ['hex in a file, with a line feed', asBytes(`${hex}\n`)],
    ['hex in capitals, with 0x and in lines', `0x${hex.toUpperCase().replace(/.{64}/g, '$&\r\n')}`],
    ['base64', base64],
    ['base64 in a file, in lines', asBytes(base64.replace(/.{76}/g, '$&\n'))],
    ['base64url without padding', base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')],
  ])('%s', (_, input) => {
    expect(toHex(decodeDocumentText(input))).toBe(hex)
  })

  test.each([
    ['nothing', ''],
    ['JSON', '{"a":1}'],
    ['an odd number of digits that base64 cannot be', 'abcde'],
    ['too much', 'a'.repeat((1 << 20) + 1)],
  ])('%s is refused', (_, input) => {
    expect(() => decodeDocumentText(input)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^E_(?:DOCUMENT_TEXT|BASE64)$/) }),
    )
  })
})

describe('which encoding it is', () => {
  test.each<[string, Uint8Array, string]>([
    ['one byte of 80', Uint8Array.of(0x80), '80'],
    ['a byte of ff at the end', Uint8Array.of(0x41, 0xff), '41ff'],
    ['digits of hex', Uint8Array.of(0x34, 0x31), '41'],
    ['letters of base64', Uint8Array.of(0x51, 0x51, 0x3d, 0x3d), '41'],
  ])('%s', (_, input, expected) => expect(toHex(decodeDocumentText(input))).toBe(expected))

  test.each<[string, string | Uint8Array]>([
    ['a byte of 7f', Uint8Array.of(0x7f)],
    ['three signs of padding', 'QUE==='],
    ['0x alone', '0x,'],
    ['a sign of another alphabet', 'QU!E'],
  ])('%s is none', (_, input) => {
    expect(() => decodeDocumentText(input)).toThrow(expect.objectContaining({ code: 'E_DOCUMENT_TEXT' }))
  })

  test('1 MiB in any encoding, and not a byte more', () => {
    const most = 1_048_576
    expect(decodeDocumentText('a'.repeat(most))).toHaveLength(most / 2)
    expect(decodeDocumentText(new Uint8Array(most).fill(0x84))).toHaveLength(most)
    for (const input of ['a'.repeat(most + 2), new Uint8Array(most + 1).fill(0x84)]) {
      expect(() => decodeDocumentText(input)).toThrow(expect.objectContaining({ code: 'E_DOCUMENT_TEXT' }))
    }
  })
})

test('guessing the profile', async () => {
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

test('the other profile cannot be decoded', () => {
  expect(() => decodeDocument(bytes, 'nitro')).toThrow(expect.objectContaining({ code: 'E_DOCUMENT_COSE' }))
})
