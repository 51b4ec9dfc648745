/** Verdicts and documents as text and JSON. */

import { describe, expect, test } from 'vitest'
import {
  type AttestationDocument,
  type Check,
  decodeDocument,
  documentToJson,
  formatDocument,
  formatVerdict,
  verdictToJson,
  verifyAttestation,
} from '../../../src/attestation/index.ts'
import { fromHex } from '../../../src/base/bytes.ts'
import { forgeDocument, forgePath, forgePayload, MOMENT, somePcrs } from '../forge.ts'
import { bare } from '../x509/bare.ts'

const forged = await forgePath('qingtian')
const bytes = await forgeDocument(
  'qingtian',
  forged.leafKey,
  forgePayload('qingtian', forged, { nonce: new Uint8Array(100) }),
)

test('a verdict as text has one line per check, marked with ok or NO', async () => {
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

test('a document as text has its fields', () => {
  const text = formatDocument(decodeDocument(bytes, 'qingtian'))
  expect(text).toMatch(/^module_id {4}forged\.enc-0123456789abcdef$/m)
  expect(text).toMatch(/^ {2}PCR0 {3}(?:01){48} {2}the image$/m)
  expect(text).toMatch(/^ {2}PCR15 {2}(?:10){48} {2}not assigned$/m)
  expect(text).toMatch(/^ {2}0 {2}O=forged, OU=test, CN=forged root$/m)
  expect(text).toMatch(/^user_data {4}absent$/m)
  expect(text).toMatch(/^nonce {8}100 bytes (?:00){64}…$/m)
})

test('a document as text shows debug mode, zero PCRs and malformed certificates', async () => {
  const zeros = new Map([...somePcrs().keys()].map((index) => [index, new Uint8Array(48)]))
  const payload = forgePayload('nitro', { path: [new Uint8Array(3), new Uint8Array(3)] }, { pcrs: zeros })
  const text = formatDocument(decodeDocument(await forgeDocument('nitro', forged.leafKey, payload), 'nitro'))
  expect(text).toMatch(/^ {2}PCR0 {3}0{96} {2}zero: debug mode$/m)
  expect(text).toMatch(/^ {2}zero {3}PCR 1, 2, 3, .* 15$/m)
  expect(text).toMatch(/^ {2}0 {2}unreadable, 3 bytes: /m)
})

test('characters that could control a terminal are replaced', async () => {
  const moduleId = 'a\u{1b}[31m\u{202e}b\n'
  const payload = forgePayload('nitro', forged, { moduleId })
  const document = decodeDocument(await forgeDocument('nitro', forged.leafKey, payload), 'nitro')
  expect(document.moduleId).toBe(moduleId)
  expect(formatDocument(document)).toMatch(/^module_id {4}a\u{fffd}\[31m\u{fffd}b\u{fffd}$/mu)
})

test('JSON has all fields', async () => {
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
  expect(json.document.pcrs['PCR15']).toBe('10'.repeat(48))
  expect(documentToJson(verdict.document!)['cabundle']).toHaveLength(4)
  const none = await verifyAttestation(new Uint8Array(1), {
    profile: 'nitro',
    roots: forged.root,
    freshness: false,
  })
  expect(verdictToJson(none).document).toBeNull()
})

const DOCUMENT: AttestationDocument = {
  profile: 'qingtian',
  moduleId: 'm',
  timestamp: 1,
  digest: 'SHA384',
  pcrs: new Map(),
  certificate: new Uint8Array(1),
  cabundle: [],
  userData: undefined,
  nonce: undefined,
  publicKey: undefined,
}

test('a complete document has these lines', async () => {
  const { path } = await forgePath('nitro', (_, index) => (index === 4 ? { pathLength: 1 } : {}))
  const [from, to] = ['2026-07-20T11:00:00.000Z', '2026-07-20T13:00:00.000Z']
  const text = formatDocument({
    ...DOCUMENT,
    profile: 'nitro',
    timestamp: MOMENT,
    pcrs: new Map([
      [16, new Uint8Array(48).fill(0xcc)],
      [15, new Uint8Array(48).fill(0xbb)],
      [1, new Uint8Array(48)],
      [0, new Uint8Array(48).fill(0xaa)],
      [2, new Uint8Array(48)],
    ]),
    cabundle: path.slice(0, -1),
    certificate: path[4]!,
    userData: new Uint8Array(0),
    nonce: new Uint8Array(64).fill(5),
    publicKey: new Uint8Array(65).fill(6),
  })
  const sizes = path.map((der) => der.byteLength)
  expect(text.split('\n')).toEqual([
    'Attestation document of nitro, decoded but not verified',
    'module_id    m',
    'timestamp    2026-07-20T12:00:00.000Z (1784548800000 ms)',
    'digest       SHA384',
    'pcrs         5',
    `  PCR0   ${'aa'.repeat(48)}  the image`,
    `  PCR15  ${'bb'.repeat(48)}  not assigned`,
    `  PCR16  ${'cc'.repeat(48)}  the application's own`,
    '  zero   PCR 1, 2',
    'cabundle     4 certificates, the root first',
    '  0  O=forged, OU=test, CN=forged root',
    `     ${from} to ${to}, authority, ${sizes[0]} bytes`,
    '  1  O=forged, OU=test, CN=r.simulated.nitro-enclaves',
    `     ${from} to ${to}, authority, path length 2, ${sizes[1]} bytes`,
    '  2  O=forged, OU=test, CN=h.zonal.r.simulated.nitro-enclaves',
    `     ${from} to ${to}, authority, path length 1, ${sizes[2]} bytes`,
    '  3  O=forged, OU=test, CN=i.r.simulated',
    `     ${from} to ${to}, authority, path length 0, ${sizes[3]} bytes`,
    'certificate  the leaf, whose key signed the document',
    '  *  O=forged, OU=test, CN=m.r.simulated',
    `     ${from} to ${to}, not an authority, ${sizes[4]} bytes`,
    'user_data    0 bytes',
    `nonce        64 bytes ${'05'.repeat(64)}`,
    `public_key   65 bytes ${'06'.repeat(64)}…`,
    '',
  ])
})

test('a certificate without basic constraints is not an authority', () => {
  const certificate = bare()
  expect(formatDocument({ ...DOCUMENT, certificate })).toContain(
    `CN=A\n     2026-01-02T03:04:05.000Z to 2050-01-01T00:00:00.000Z, not an authority, ${certificate.byteLength} bytes`,
  )
})

describe('the text says what each PCR measures', () => {
  const MEANING = {
    qingtian: {
      0: 'the image',
      1: 'not used',
      2: 'not used',
      3: "the parent instance's agency",
      4: 'the parent instance',
      8: 'the certificate that signed the image',
    },
    nitro: {
      0: 'the image',
      1: 'kernel, command line and boot ramdisk',
      2: 'the application',
      3: "the parent instance's IAM role",
      4: 'the parent instance',
      8: 'the certificate that signed the image',
    },
  } as const
  test.each(['qingtian', 'nitro'] as const)('in %s', (profile) => {
    const pcrs = new Map(Array.from({ length: 32 }, (_, index) => [index, new Uint8Array(48).fill(1)]))
    const lines = formatDocument({ ...DOCUMENT, profile, pcrs }).split('\n')
    const known: Readonly<Record<number, string>> = MEANING[profile]
    for (let index = 0; index < 32; index++) {
      const meaning = known[index] ?? (index < 16 ? 'not assigned' : "the application's own")
      expect(lines).toContain(`  ${`PCR${index}`.padEnd(6)} ${'01'.repeat(48)}  ${meaning}`)
    }
  })
})

test('a verdict has these lines', () => {
  const checks: Check[] = [
    { number: 1, name: 'CBOR', ok: true, reason: 'good', expected: 'not shown' },
    { number: 2, name: 'COSE header', ok: false, reason: 'bad\u0007', expected: 'x', found: 'y\u001b' },
    { number: 12, name: 'signature', ok: false, reason: 'worse', found: 'z' },
    { number: 13, name: 'freshness', ok: false, reason: 'worst', expected: 'w' },
  ]
  expect(formatVerdict({ ok: false, checks, document: { ...DOCUMENT, moduleId: 'm\n' } })).toBe(
    [
      'REFUSED: 3 of 4 checks fail',
      'm\u{fffd}, qingtian, 1970-01-01T00:00:00.001Z',
      '  ok   1 CBOR              good',
      '  NO   2 COSE header       bad\u{fffd}',
      '                           expected x',
      '                           found    y\u{fffd}',
      '  NO  12 signature         worse',
      '                           found    z',
      '  NO  13 freshness         worst',
      '                           expected w',
      '',
    ].join('\n'),
  )
})

test('JSON has null for absent fields', () => {
  const nothing = { userData: null, nonce: null, publicKey: null }
  expect(documentToJson(DOCUMENT)).toEqual({
    profile: 'qingtian',
    moduleId: 'm',
    timestamp: 1,
    time: '1970-01-01T00:00:00.001Z',
    digest: 'SHA384',
    pcrs: {},
    certificate: '00',
    cabundle: [],
    ...nothing,
  })
  const some = { userData: fromHex('01'), nonce: fromHex(''), publicKey: fromHex('0203') }
  expect(documentToJson({ ...DOCUMENT, ...some })).toMatchObject({
    userData: '01',
    nonce: '',
    publicKey: '0203',
  })
})
