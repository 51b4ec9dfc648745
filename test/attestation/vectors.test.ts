/** Real documents of both clouds, and invalid documents derived from one (../shared/vectors). */
import { p384 } from '@noble/curves/nist.js'
import { describe, expect, test } from 'vitest'
import {
  AWS_NITRO_ROOT,
  type CheckName,
  decodeDocument,
  guessProfile,
  HUAWEI_QINGTIAN_ROOT,
  type ProfileName,
  type Verdict,
  type VerifyOptions,
  verifyAttestation,
} from '../../src/attestation/index.ts'
import { fingerprint } from '../../src/attestation/verify/roots.ts'
import { fromBase64 } from '../../src/base/base64.ts'
import { decodeSign1, sigStructure } from '../../src/encoding/cose.ts'
import { reverseHalves } from '../../src/encoding/ecdsa.ts'
import { fromPem } from '../../src/encoding/pem.ts'
import { readCertificate } from '../../src/encoding/x509/certificate.ts'
import { haveVectors, vector, vectorJson } from './vectors.ts'

interface IndexEntry {
  file: string
  timestampIso: string
  module_id: string
  pcrs: Record<string, string>
  rootSha256: string
  signature: string
  debugMode: boolean
}

const ROOTS: Record<ProfileName, string> = { nitro: AWS_NITRO_ROOT, qingtian: HUAWEI_QINGTIAN_ROOT }

const verify = (file: string, profile: ProfileName, options: Partial<VerifyOptions> = {}) =>
  verifyAttestation(vector(file), {
    profile,
    roots: ROOTS[profile],
    freshness: false,
    at: 'document',
    ...options,
  })

const failing = ({ checks }: Verdict) => checks.filter(({ ok }) => !ok).map(({ name }) => name)

describe.skipIf(!haveVectors)('real documents', () => {
  const index = haveVectors ? vectorJson<IndexEntry[]>('index.json') : []
  const profileFor = (file: string): ProfileName => (file.startsWith('qingtian/') ? 'qingtian' : 'nitro')
  const entries = index.filter(({ file }) => !file.startsWith('negative/'))

  test('the index has documents of both clouds, and simulated ones', () => {
    expect(entries.map(({ file }) => file.split('/')[0])).toEqual(
      expect.arrayContaining(['qingtian', 'nitro', 'mock']),
    )
  })

  test.each(entries)('$file gets the verdict in the index', async (entry) => {
    const profile = profileFor(entry.file)
    const verdict = await verify(entry.file, profile)
    const expected: CheckName[] = []
    if (entry.rootSha256 !== ROOTS[profile]) expected.push('root pinned')
    if (entry.signature === 'INVALID') expected.push('signature')
    if (entry.debugMode) expected.push('debug')
    expect(failing(verdict)).toEqual(expected)
    expect(verdict.ok).toBe(expected.length === 0)
    expect(verdict.document?.moduleId).toBe(entry.module_id)
    expect(new Date(verdict.document!.timestamp).getTime()).toBe(Date.parse(entry.timestampIso))
    const nonZero = [...verdict.document!.pcrs].filter(([, value]) => value.some(Boolean))
    expect(nonZero.map(([number, value]) => [String(number), Buffer.from(value).toString('hex')])).toEqual(
      Object.entries(entry.pcrs),
    )
  })

  test.each(entries)('$file is refused as the other profile', async ({ file }) => {
    const other = profileFor(file) === 'nitro' ? 'qingtian' : 'nitro'
    const verdict = await verify(file, other, { roots: ROOTS[profileFor(file)] })
    expect(failing(verdict)).toEqual(expect.arrayContaining(['COSE header', 'signature']))
  })

  test.each(entries)('the profile of $file is guessed correctly', ({ file }) => {
    expect(guessProfile(vector(file))).toBe(profileFor(file))
  })

  test.each(entries)(
    '$file has a signature that noble finds valid or invalid as well',
    async ({ file, signature }) => {
      const profile = profileFor(file)
      const sign1 = decodeSign1(vector(file))
      const { publicPoint } = readCertificate(decodeDocument(vector(file), profile).certificate)
      const standard = profile === 'qingtian' ? reverseHalves(sign1.signature) : sign1.signature
      const signed = sigStructure(sign1.protectedHeader, sign1.payload)
      expect(p384.verify(standard, signed, publicPoint, { lowS: false })).toBe(signature !== 'INVALID')
    },
  )

  test('a debug-mode document verifies with allowDebug', async () => {
    expect((await verify('nitro/evervault_beta_debug_mode.cbor', 'nitro', { allowDebug: true })).ok).toBe(
      true,
    )
  })

  test('a real document does not verify at a later date', async () => {
    const verdict = await verify('nitro/evervault_beta_valid.cbor', 'nitro', { at: Date.UTC(2026, 0, 1) })
    expect(failing(verdict)).toEqual(['validity'])
  })

  test('the constants of the roots are the SHA-256 of their certificates', async () => {
    const text = (file: string) => new TextDecoder().decode(vector(file))
    const [aws] = fromPem(text('nitro/aws_nitro_root_G1.pem'))
    const [huawei] = fromPem(text('qingtian/cabundle_root_G1.pem'))
    expect(await fingerprint(aws!)).toBe(AWS_NITRO_ROOT)
    expect(await fingerprint(huawei!)).toBe(HUAWEI_QINGTIAN_ROOT)
    const pem = text('nitro/aws_nitro_root_G1.pem')
    expect((await verify('nitro/evervault_beta_valid.cbor', 'nitro', { roots: pem })).ok).toBe(true)
  })

  test('the real QingTian document has the nonce, PCRs and public key of its fixture', async () => {
    const { nonceB64, pcr0, pcr8, publicKeySpkiB64 } = vectorJson<Record<string, string>>(
      'qingtian/official-signed.fixture.json',
    )
    const options = {
      nonce: fromBase64(nonceB64!),
      publicKey: fromBase64(publicKeySpkiB64!),
      pcrs: { 0: pcr0!, 8: pcr8! },
    }
    const at = Date.parse('2026-07-20T11:30:00Z')
    const verdict = await verifyAttestation(vector('qingtian/official-signed.cose'), {
      profile: 'qingtian',
      roots: HUAWEI_QINGTIAN_ROOT,
      at,
      ...options,
    })
    expect(failing(verdict)).toEqual([])
    expect(verdict.checks).toHaveLength(17)
  })
})

interface Negative {
  file: string
  mutation: string
  mustFailAt: string
}

/** The checks that correspond to each layer of the manifest. */
const LAYERS: Readonly<Record<string, readonly CheckName[]>> = {
  cbor: ['CBOR'],
  'cbor (strict)': ['CBOR'],
  'cbor (strict) / schema': ['CBOR', 'payload schema'],
  cose: ['COSE header'],
  'cose-alg': ['COSE header'],
  'cose-alg / signature': ['COSE header'],
  'cose/signature length': ['COSE header'],
  schema: ['payload schema', 'digest', 'PCR shape'],
  chain: ['chain links'],
  signature: ['signature'],
  'signature (strict per-cloud rule)': ['signature'],
}

describe.skipIf(!haveVectors)('an invalid document fails first at the layer that the manifest names', () => {
  const manifest = haveVectors ? vectorJson<Negative[]>('negative/manifest.json') : []

  test('the manifest has 25 documents', () => expect(manifest).toHaveLength(25))

  test.each(manifest)('$file: $mutation', async ({ file, mustFailAt }) => {
    const verdict = await verify(file, 'nitro', { at: Date.parse('2022-10-13T08:58:02.136Z') })
    expect(verdict.ok).toBe(false)
    expect(LAYERS[mustFailAt]).toContain(failing(verdict)[0])
  })
})
