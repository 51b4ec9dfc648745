/** The size limits of a document, and the errors for documents that cannot be decoded. */
import { describe, expect, test } from 'vitest'
import { decodeDocument, guessProfile, verifyAttestation } from '../../../src/attestation/index.ts'
import { PROFILES } from '../../../src/attestation/profile.ts'
import { openDocument } from '../../../src/attestation/verify/open.ts'
import { Ledger } from '../../../src/attestation/verify/verdict.ts'
import { type Bytes, concatBytes, fromHex } from '../../../src/base/bytes.ts'
import { cborArray, cborBytes, cborMap, cborText } from '../../../src/encoding/cbor/writer.ts'
import { forgeDocument, forgePayload } from '../forge.ts'
import { judgePayload, PATHS, PROFILE_NAMES, reasons } from '../judge.ts'

const MAX_PAYLOAD = { qingtian: 24_576, nitro: 16_384 } as const

describe.each(PROFILE_NAMES)('%s limits the size', (profile) => {
  const most = MAX_PAYLOAD[profile] + 1024

  test('of a document', () => {
    const open = (length: number) => {
      const ledger = new Ledger()
      openDocument(PROFILES[profile], new Uint8Array(length), ledger)
      return ledger.verdict(undefined).checks
    }
    expect(open(most)[0]?.reason).toContain('E_CBOR_TRAILING')
    const [cbor, ...others] = open(most + 1)
    expect(cbor).toEqual({
      number: 1,
      name: 'CBOR',
      ok: false,
      reason: 'the document is too long',
      expected: `at most ${most} bytes`,
      found: `${most + 1} bytes`,
    })
    expect(others.map(({ name, reason }) => [name, reason])).toEqual(
      ['COSE header', 'payload schema', 'digest', 'PCR shape'].map((name) => [
        name,
        'not reached: the bytes could not be parsed',
      ]),
    )
  })

  test('of the payload', async () => {
    const schema = async (length: number) => {
      const verdict = await judgePayload(profile, (fields) => {
        const others = [...fields].filter(([name]) => name !== 'user_data')
        const size = others.reduce((sum, [name, value]) => sum + 1 + name.length + value.byteLength, 1)
        // The field's name takes 10 bytes, and the head of its value 3.
        fields.set('user_data', cborBytes(new Uint8Array(length - size - 13)))
      })
      const { name: _, number: __, ...check } = verdict.checks[2]!
      return check
    }
    const size = (found: number) => ({
      ok: false,
      reason: 'the payload is too large',
      expected: `at most ${MAX_PAYLOAD[profile]} bytes`,
      found: `${found} bytes`,
    })
    expect((await schema(MAX_PAYLOAD[profile])).reason).toBe('user_data has an invalid length')
    expect(await schema(MAX_PAYLOAD[profile] + 1)).toEqual(size(MAX_PAYLOAD[profile] + 1))
  })
})

describe('a document cannot be decoded with', () => {
  const envelope = (payload: Bytes) =>
    cborArray([
      cborBytes(fromHex('a1013822')),
      cborMap([]),
      cborBytes(payload),
      cborBytes(new Uint8Array(96)),
    ])
  const good = forgePayload('nitro', PATHS.nitro)
  const changed = (from: string, to: string) =>
    envelope(fromHex(Buffer.from(good).toString('hex').replace(from, to)))

  test.each<[string, Bytes, string]>([
    ['a payload that is not CBOR', envelope(fromHex('ff')), 'E_DOCUMENT_CBOR'],
    ['another algorithm', fromHex(`8443a10126a04100${'5840'}${'00'.repeat(64)}`), 'E_DOCUMENT_COSE'],
    ['an empty payload', envelope(cborMap([])), 'E_DOCUMENT_SCHEMA'],
    ['another digest', changed('66534841333834', '66534841323536'), 'E_DOCUMENT_DIGEST'],
    ['PCR 32', changed('005830', '18205830'), 'E_DOCUMENT_PCRS'],
  ])('%s', (_, bytes, code) => {
    expect(() => decodeDocument(bytes, 'nitro')).toThrow(expect.objectContaining({ code }))
    expect(decodeDocument(envelope(good), 'nitro').moduleId).toBe('forged.enc-0123456789abcdef')
  })
})

test('the payload is checked even if the envelope is invalid', async () => {
  const options = { profile: 'nitro', roots: PATHS.nitro.root, freshness: false } as const
  const three = (third: Bytes) => cborArray([cborBytes(new Uint8Array(0)), cborMap([]), third])
  const whole = reasons(
    await verifyAttestation(three(cborBytes(forgePayload('nitro', PATHS.nitro))), options),
  )
  expect(whole).toMatchObject({
    CBOR: 'the envelope and the payload are one strict CBOR item each',
    'COSE header': expect.stringContaining('E_COSE_SHAPE'),
    'payload schema': 'the fields are those of nitro, with valid types and sizes',
    signature: 'not reached: the envelope is not ES384, or the leaf’s key is not on P-384',
  })
  const tagged = concatBytes(fromHex('d1'), three(cborBytes(forgePayload('nitro', PATHS.nitro))))
  expect(reasons(await verifyAttestation(tagged, options))['digest']).toBe('SHA384, the digest of ES384')
  const none = reasons(await verifyAttestation(three(cborText('x')), options))
  expect(none).toMatchObject({
    CBOR: 'the bytes are one strict CBOR item',
    'payload schema': 'not reached: the envelope has no payload',
    digest: 'not reached: the envelope has no payload',
    'PCR shape': 'not reached: the envelope has no payload',
  })
})

test('the profile is guessed only for documents of up to 1 MiB', async () => {
  const payload = forgePayload('qingtian', PATHS.qingtian)
  const document = await forgeDocument('qingtian', PATHS.qingtian.leafKey, payload)
  const of = (length: number) => {
    const start = concatBytes(fromHex('8440a0'), cborBytes(payload), fromHex('5a'))
    const rest = length - start.byteLength - 4
    return concatBytes(
      start,
      new Uint8Array(new Uint32Array([rest]).buffer).toReversed(),
      new Uint8Array(rest),
    )
  }
  expect(guessProfile(document)).toBe('qingtian')
  expect(guessProfile(of(1 << 20))).toBe('qingtian')
  expect(guessProfile(of((1 << 20) + 1))).toBeUndefined()
})
