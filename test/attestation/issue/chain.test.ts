/** The certificates of one profile: the validity of the root at its bounds, the leaf, and the cache of leaves. */
import { describe, expect, test } from 'vitest'
import { Chain } from '../../../src/attestation/issue/chain.ts'
import { createRoot } from '../../../src/attestation/issue/root.ts'
import { PROFILES } from '../../../src/attestation/profile.ts'
import { readCbor } from '../../../src/encoding/cbor/reader.ts'
import { readCertificate } from '../../../src/encoding/x509/certificate.ts'
import { MOMENT } from '../forge.ts'

const PLACE = { region: 'r', host: 'h', instanceId: 'i' }
const ROOT = await createRoot({ now: () => MOMENT })
const { notBefore, notAfter, extensions } = readCertificate(ROOT.rootCertificate)
const REGION = 20 * 86_400_000

const chainAt = (now: () => number) => new Chain(PROFILES.nitro, ROOT, PLACE, now)

describe('the root can issue', () => {
  test.each([notBefore, notAfter - REGION])('at %s', (moment) => {
    expect(() => chainAt(() => moment).assertRoot()).not.toThrow()
  })

  test.each([notBefore - 1, notAfter - REGION + 1])('but not at %s', (moment) => {
    expect(() => chainAt(() => moment).assertRoot()).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_ROOT_EXPIRED' }),
    )
  })
})

test('a leaf begins two minutes earlier, at a whole second', async () => {
  for (const more of [0, 1, 999]) {
    const leaf = await chainAt(() => MOMENT + more).leaf('m')
    expect([leaf.notBefore, leaf.notAfter]).toEqual([MOMENT - 120_000, MOMENT - 120_000 + 10_800_000])
  }
})

test('the leaf and its path are encoded as in a document', async () => {
  const { encoded } = await chainAt(() => MOMENT).leaf('m')
  const certificate = readCbor(encoded.certificate)
  const cabundle = readCbor(encoded.cabundle)
  if (certificate.kind !== 'bytes' || cabundle.kind !== 'array') throw new Error('unexpected structure')
  expect(cabundle.items).toHaveLength(4)
  expect(cabundle.items[0]).toMatchObject({ value: ROOT.rootCertificate })
  const [, region] = cabundle.items
  if (region?.kind !== 'bytes') throw new Error('unexpected structure')
  expect(readCertificate(region.value).extensions.authorityKeyId).toEqual(extensions.subjectKeyId)
  expect(readCertificate(certificate.value).notAfter).toBe(MOMENT - 120_000 + 10_800_000)
})

test('1024 leaves are cached; beyond that the oldest is dropped', async () => {
  const chain = chainAt(() => MOMENT)
  const first = chain.leaf('0')
  const requested = [first, ...Array.from({ length: 1023 }, (_, at) => chain.leaf(`${at + 1}`))]
  expect(chain.leaf('0')).toBe(first)
  const second = chain.leaf('1')
  requested.push(chain.leaf('one more'))
  expect(chain.leaf('1')).toBe(second)
  const again = chain.leaf('0')
  requested.push(again)
  expect(again).not.toBe(first)
  await Promise.all(requested)
  expect(await again).not.toBe(await first)
  const known = chain.leaf('one more')
  expect(known).not.toBeInstanceOf(Promise)
  chain.release('one more')
  expect(await chain.leaf('one more')).not.toBe(known)
}, 60_000)
