/** The table of certificates: lifetimes in milliseconds, names and key usage, as in the clouds' certificates. */
import { expect, test } from 'vitest'
import {
  AUTHORITY_USAGE,
  BACKDATE,
  LEAF_DUE,
  LEAF_LATEST,
  LEVELS,
  LIFETIME,
  ORGANIZATION,
  ROOT_NAME,
  UNIT,
} from '../../../src/attestation/issue/levels.ts'

const PLACE = { region: 'region', host: 'host', instanceId: 'instance' }
const SIGNER = ['digitalSignature', 'keyCertSign', 'cRLSign']

test('certificates have these lifetimes', () => {
  expect(LIFETIME).toEqual({
    root: 946_728_000_000,
    region: 1_728_000_000,
    host: 518_400_000,
    instance: 86_400_000,
    leaf: 10_800_000,
  })
  expect([BACKDATE, LEAF_DUE, LEAF_LATEST]).toEqual([120_000, 1_800_000, 900_000])
  for (const levels of Object.values(LEVELS)) {
    expect(levels.map(({ lifetime }) => lifetime)).toEqual([
      1_728_000_000, 518_400_000, 86_400_000, 10_800_000,
    ])
  }
})

test('certificates have these names', () => {
  expect([ORGANIZATION, UNIT, ROOT_NAME]).toEqual([
    'webclave',
    'simulated',
    'webclave simulated enclaves root',
  ])
  const names = (profile: 'qingtian' | 'nitro') =>
    LEVELS[profile].map(({ name }) => name(PLACE, 'instance.enc-0123456789abcdef'))
  expect(names('qingtian')).toEqual([
    'region.simulated.qingtian-enclaves',
    'host.region.simulated.qingtian-enclaves',
    'instance.region',
    'instance.89abcdef.region',
  ])
  expect(names('nitro')).toEqual([
    'region.simulated.nitro-enclaves',
    'host.zonal.region.simulated.nitro-enclaves',
    'instance.region.simulated',
    'instance.enc-0123456789abcdef.region.simulated',
  ])
})

test.each([
  ['qingtian', 0, true, 3, SIGNER, true, true, true],
  ['qingtian', 1, true, 2, SIGNER, false, true, true],
  ['qingtian', 2, true, 1, SIGNER, false, true, true],
  ['qingtian', 3, false, undefined, ['digitalSignature', 'contentCommitment'], true, false, true],
  ['nitro', 0, true, 2, SIGNER, true, true, true],
  ['nitro', 1, true, 1, SIGNER, true, true, true],
  ['nitro', 2, true, 0, ['keyCertSign'], true, false, false],
  ['nitro', 3, false, undefined, ['digitalSignature', 'contentCommitment'], false, false, false],
] as const)(
  '%s, level %s, has these constraints, key usage and key identifiers',
  (profile, at, ca, pathLength, keyUsage, critical, subjectKeyId, authorityKeyId) => {
    const { name: _, lifetime: __, ...level } = LEVELS[profile][at]
    expect(level).toEqual({
      ca,
      pathLength,
      keyUsage,
      keyUsageCritical: critical,
      hasSubjectKeyId: subjectKeyId,
      hasAuthorityKeyId: authorityKeyId,
    })
    expect(AUTHORITY_USAGE).toEqual(SIGNER)
  },
)
