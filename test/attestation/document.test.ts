/** Issued documents have the structure of both clouds' wire formats, and of real documents if they are available. */
import { describe, expect, test } from 'vitest'
import { decodeDocument, type ProfileName } from '../../src/attestation/index.ts'
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { type Bytes, toHex } from '../../src/base/bytes.ts'
import { decodeSign1 } from '../../src/encoding/cose.ts'
import { somePcrs } from './forge.ts'
import { documentShape } from './shape.ts'
import { haveVectors, vector } from './vectors.ts'

const authority = await createAttestationAuthority({ instanceId: '4662b7a3-7898-46c9-a6c5-20e9025e50bc' })
const attest = (profile: ProfileName, fields: Record<string, Bytes> = {}, pcrs = somePcrs()) =>
  authority.attest({ profile, moduleId: 'i.enc-0123456789abcdef', pcrs, ...fields })

const bytes = (length: number) => new Uint8Array(length).fill(7)
const definite = (...items: unknown[]) => ['definite', ...items]

const CHAIN = [
  ['certificate', 'bytes'],
  ['cabundle', definite('bytes', 'bytes', 'bytes', 'bytes')],
]

test('a qingtian document has the documented structure', async () => {
  const document = await attest('qingtian', { nonce: bytes(32) })
  expect(documentShape(document)).toEqual({
    envelope: definite('bytes', definite(), 'bytes', 'bytes'),
    header: definite(['integer in 4 1', 'integer in 4']),
    payload: definite(
      ['module_id', 'text'],
      ['timestamp', 'integer in 8'],
      ['digest', 'text'],
      ['pcrs', definite(...Array.from({ length: 16 }, (_, index) => [`integer in 2 ${index}`, 'bytes']))],
      ...CHAIN,
      ['user_data', 'no bytes'],
      ['nonce', 'bytes'],
      ['public_key', 'no bytes'],
    ),
    signatureBytes: 96,
  })
  expect(toHex(document.subarray(0, 14))).toBe('844ba11a000000013a00000022a0'.slice(0, 28))
})

test('a nitro document has the documented structure', async () => {
  const document = await attest('nitro', { nonce: bytes(32) })
  expect(documentShape(document)).toEqual({
    envelope: definite('bytes', definite(), 'bytes', 'bytes'),
    header: definite(['integer in 0 1', 'integer in 1']),
    payload: definite(
      ['module_id', 'text'],
      ['digest', 'text'],
      ['timestamp', 'integer in 8'],
      ['pcrs', definite(...Array.from({ length: 16 }, (_, index) => [`integer in 0 ${index}`, 'bytes']))],
      ...CHAIN,
      ['public_key', 'null'],
      ['user_data', 'null'],
      ['nonce', 'bytes'],
    ),
    signatureBytes: 96,
  })
  expect(toHex(document.subarray(0, 7))).toBe('8444a1013822a0')
})

describe.skipIf(!haveVectors)('issued and real documents differ only in values', () => {
  test.each<[file: string, profile: ProfileName, fields: Record<string, Bytes>]>([
    ['qingtian/official-signed.cose', 'qingtian', { nonce: bytes(32), publicKey: bytes(44) }],
    ['nitro/evervault_beta_valid.cbor', 'nitro', { nonce: bytes(256) }],
    ['nitro/veracruz_aws_nitro_document.cbor', 'nitro', { userData: bytes(32), nonce: bytes(32) }],
    ['nitro/evervault_beta_debug_mode.cbor', 'nitro', { userData: bytes(13), publicKey: bytes(19) }],
  ])('%s', async (file, profile, fields) => {
    const ours = documentShape(await attest(profile, fields)) as Record<string, unknown>
    expect(ours).toEqual(documentShape(vector(file)))
  })

  test('a real payload that is decoded and encoded again has the same bytes', async () => {
    const { encodeChain, encodePayload } = await import('../../src/attestation/document.ts')
    const { PROFILES } = await import('../../src/attestation/profile.ts')
    for (const [file, profile] of [
      ['qingtian/official-signed.cose', 'qingtian'],
      ['nitro/evervault_beta_valid.cbor', 'nitro'],
      ['nitro/veracruz_aws_nitro_document.cbor', 'nitro'],
    ] as const) {
      const document = decodeDocument(vector(file), profile)
      const chain = encodeChain(document.certificate, document.cabundle)
      const payload = encodePayload(PROFILES[profile], chain, document)
      expect(toHex(payload)).toBe(toHex(decodeSign1(vector(file)).payload))
    }
  })
})

describe('an issued document', () => {
  test.each<ProfileName>(['qingtian', 'nitro'])('of %s is read as it was written', async (profile) => {
    const pcrs = somePcrs().set(31, bytes(48)).set(16, bytes(48))
    const fields = { userData: bytes(512), nonce: bytes(1), publicKey: bytes(1024) }
    const before = Date.now()
    const document = decodeDocument(await attest(profile, fields, pcrs), profile)
    expect(document).toMatchObject({
      profile,
      moduleId: 'i.enc-0123456789abcdef',
      digest: 'SHA384',
      ...fields,
    })
    expect([...document.pcrs.keys()]).toEqual([...Array(16).keys(), 16, 31])
    expect(document.timestamp).toBeGreaterThanOrEqual(before)
    expect(document.timestamp).toBeLessThanOrEqual(Date.now())
  })

  test('has an empty field as absent in qingtian, and as empty in nitro', async () => {
    expect(
      decodeDocument(await attest('qingtian', { userData: bytes(0) }), 'qingtian').userData,
    ).toBeUndefined()
    expect(decodeDocument(await attest('nitro', { userData: bytes(0) }), 'nitro').userData).toEqual(bytes(0))
  })
})

test.each<ProfileName>(['qingtian', 'nitro'])(
  '%s writes even a small timestamp in 64 bits',
  async (profile) => {
    const document = await authority.attest({ profile, moduleId: 'm', pcrs: somePcrs(), timestamp: 1000 })
    expect(JSON.stringify(documentShape(document))).toContain('["timestamp","integer in 8"]')
  },
)

describe('a field outside its limits is refused', () => {
  test.each<[what: string, change: object]>([
    ['an empty module id', { moduleId: '' }],
    ['a long module id', { moduleId: 'x'.repeat(256) }],
    ['the timestamp 0', { timestamp: 0 }],
    ['a timestamp with a fraction', { timestamp: 1.5 }],
    ['no PCR', { pcrs: new Map() }],
    ['PCR 32', { pcrs: new Map([[32, bytes(48)]]) }],
    ['a short PCR', { pcrs: new Map([[0, bytes(47)]]) }],
    ['long user data', { userData: bytes(4097) }],
    ['a long nonce', { nonce: bytes(4097) }],
    ['a long public key', { publicKey: bytes(4097) }],
  ])('%s', async (_, change) => {
    for (const profile of ['qingtian', 'nitro'] as const) {
      const request = { profile, moduleId: 'm', pcrs: somePcrs(), ...change }
      await expect(authority.attest(request)).rejects.toMatchObject({ code: 'E_DOCUMENT_FIELD' })
    }
  })

  test('an unknown profile', async () => {
    const request = { profile: 'sgx' as 'nitro', moduleId: 'm', pcrs: somePcrs() }
    await expect(authority.attest(request)).rejects.toMatchObject({ code: 'E_DOCUMENT_PROFILE' })
  })
})
