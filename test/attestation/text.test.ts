/** Spellings of documents, and verdicts and documents as text and JSON. */
import { describe, expect, test } from 'vitest'
import {
  decodeDocument,
  decodeDocumentText,
  documentToJson,
  formatDocument,
  formatVerdict,
  guessProfile,
  verdictToJson,
  verifyAttestation,
} from '../../src/attestation/index.ts'
import { toBase64 } from '../../src/attestation/x509/pem.ts'
import { toHex } from '../../src/base/bytes.ts'
import { forgeDocument, forgePath, forgePayload, MOMENT, somePcrs } from './forge.ts'

const forged = await forgePath('qingtian')
const bytes = await forgeDocument(
  'qingtian',
  forged.leafKey,
  forgePayload('qingtian', forged, { nonce: new Uint8Array(100) }),
)
const hex = toHex(bytes)
const base64 = toBase64(bytes)

describe('spellings', () => {
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

test('whose it seems to be', async () => {
  expect(guessProfile(bytes)).toBe('qingtian')
  const nitro = await forgePath('nitro')
  expect(guessProfile(await forgeDocument('nitro', nitro.leafKey, forgePayload('nitro', nitro)))).toBe(
    'nitro',
  )
  for (const other of [[], [0x80], [0x84, 0xf6, 0xf6, 0xf6, 0xf6], [0x84, 0x40, 0xa0, 0x41, 0x01, 0x40]]) {
    expect(guessProfile(Uint8Array.from(other))).toBeUndefined()
  }
})

test('a verdict as text: one line a check, marked in words', async () => {
  const options = { profile: 'qingtian', roots: forged.root, freshness: false, at: MOMENT } as const
  const good = formatVerdict(await verifyAttestation(bytes, options))
  expect(good).toMatch(
    /^VERIFIED: all 16 checks hold\nforged\.enc-0123456789abcdef, qingtian, 2026-07-20T12:00:00\.000Z\n/,
  )
  expect(good.match(/^ {2}ok {2}/gm)).toHaveLength(16)
  const bad = formatVerdict(await verifyAttestation(bytes, { ...options, pcrs: { 0: 'ff'.repeat(48) } }))
  expect(bad).toMatch(/^REFUSED: 1 of 16 checks fail\n/)
  expect(bad).toMatch(
    /^ {2}NO {2}15 PCR policy {8}PCR0 is 0101010101010101…, not ffffffffffffffff…\n {27}expected PCR0 f{96}\n {27}found {4}PCR0 (?:01){48}$/m,
  )
  const none = formatVerdict(await verifyAttestation(new Uint8Array(2), options))
  expect(none).toMatch(/^REFUSED: 15 of 16 checks fail\n {2}NO {3}1 CBOR/)
})

test('a document as text', () => {
  const text = formatDocument(decodeDocument(bytes, 'qingtian'))
  expect(text).toMatch(/^module_id {4}forged\.enc-0123456789abcdef$/m)
  expect(text).toMatch(/^ {2}PCR0 {3}(?:01){48} {2}the image$/m)
  expect(text).toMatch(/^ {2}PCR15 {2}(?:10){48} {2}not assigned$/m)
  expect(text).toMatch(/^ {2}0 {2}O=forged, OU=test, CN=forged root$/m)
  expect(text).toMatch(/^user_data {4}absent$/m)
  expect(text).toMatch(/^nonce {8}100 bytes (?:00){64}…$/m)
})

test('debug mode and zeros are said, an unreadable certificate is no obstacle', async () => {
  const zeros = new Map([...somePcrs().keys()].map((index) => [index, new Uint8Array(48)]))
  const payload = forgePayload('nitro', { path: [new Uint8Array(3), new Uint8Array(3)] }, { pcrs: zeros })
  const text = formatDocument(decodeDocument(await forgeDocument('nitro', forged.leafKey, payload), 'nitro'))
  expect(text).toMatch(/^ {2}PCR0 {3}0{96} {2}zero: debug mode$/m)
  expect(text).toMatch(/^ {2}zero {3}PCR 1, 2, 3, .* 15$/m)
  expect(text).toMatch(/^ {2}0 {2}unreadable, 3 bytes: /m)
})

test('what a terminal might act on is not shown', async () => {
  const moduleId = 'a\u{1b}[31m\u{202e}b\n'
  const payload = forgePayload('nitro', forged, { moduleId })
  const document = decodeDocument(await forgeDocument('nitro', forged.leafKey, payload), 'nitro')
  expect(document.moduleId).toBe(moduleId)
  expect(formatDocument(document)).toMatch(/^module_id {4}a\u{fffd}\[31m\u{fffd}b\u{fffd}$/mu)
})

test('JSON holds it all', async () => {
  const verdict = await verifyAttestation(bytes, {
    profile: 'qingtian',
    roots: forged.root,
    freshness: false,
    at: MOMENT,
  })
  const json = JSON.parse(JSON.stringify(verdictToJson(verdict)))
  expect(json).toMatchObject({
    ok: true,
    document: {
      profile: 'qingtian',
      digest: 'SHA384',
      nonce: '00'.repeat(100),
      userData: null,
      time: '2026-07-20T12:00:00.000Z',
    },
  })
  expect(json.checks).toHaveLength(16)
  expect(json.document.pcrs.PCR15).toBe('10'.repeat(48))
  expect(documentToJson(verdict.document!)['cabundle']).toHaveLength(4)
  const none = await verifyAttestation(new Uint8Array(1), {
    profile: 'nitro',
    roots: forged.root,
    freshness: false,
  })
  expect(verdictToJson(none).document).toBeNull()
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
