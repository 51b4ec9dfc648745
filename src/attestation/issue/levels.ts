/**
 * The certificates of the two clouds' chains as a table: lifetimes, path lengths, key usage and identifiers, as in the
 * real ones (QingTian: the one real document that is known; Nitro: the real documents in its verifiers' tests). The
 * names say that these are simulated, so that no certificate of webclave can be mistaken for a cloud's.
 */
import type { ProfileName } from '../../base/profile.ts'
import type { CertificateShape } from './certificate.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The lifetime of each certificate, in milliseconds. */
export const LIFETIME: Readonly<Record<'root' | 'region' | 'host' | 'instance' | 'leaf', number>> = {
  root: 30 * 365.25 * DAY,
  region: 20 * DAY,
  host: 6 * DAY,
  instance: DAY,
  leaf: 3 * HOUR,
}

/** New certificates are backdated by this, in milliseconds, for verifiers whose clocks are slow. */
export const BACKDATE = 120_000

/**
 * From LEAF_DUE before its end a leaf is renewed in the background; from LEAF_LATEST on an attestation waits for the
 * new one.
 */
export const LEAF_DUE: number = HOUR / 2
export const LEAF_LATEST: number = HOUR / 4

/** The values that certificate names are made of. */
export interface Place {
  readonly region: string
  readonly host: string
  readonly instanceId: string
}

/** One certificate between root and document. */
export interface Level {
  readonly lifetime: number
  readonly name: (place: Place, moduleId: string) => string
  readonly ca: boolean
  readonly pathLength: number | undefined
  readonly keyUsage: CertificateShape['keyUsage']
  readonly keyUsageCritical: boolean
  readonly hasSubjectKeyId: boolean
  readonly hasAuthorityKeyId: boolean
}

/** Organization and unit of every name in every certificate. */
export const ORGANIZATION = 'webclave'
export const UNIT = 'simulated'
export const ROOT_NAME = 'webclave simulated enclaves root'

/** The key usage of authorities in both clouds, except Nitro's instance certificates. */
export const AUTHORITY_USAGE = ['digitalSignature', 'keyCertSign', 'cRLSign'] as const
const LEAF_USAGE = ['digitalSignature', 'contentCommitment'] as const

const authority = {
  ca: true,
  keyUsage: AUTHORITY_USAGE,
  keyUsageCritical: true,
  hasSubjectKeyId: true,
  hasAuthorityKeyId: true,
}

/** The last part of `<instance>.enc-<16 digits>` that QingTian puts into a leaf's name: 8 digits. */
function shortId(moduleId: string): string {
  return moduleId.slice(-8)
}

/** Region, host, instance and leaf, from the root down. */
export const LEVELS: Readonly<Record<ProfileName, readonly [Level, Level, Level, Level]>> = {
  qingtian: [
    {
      ...authority,
      lifetime: LIFETIME.region,
      pathLength: 3,
      name: ({ region }) => `${region}.simulated.qingtian-enclaves`,
    },
    {
      ...authority,
      lifetime: LIFETIME.host,
      pathLength: 2,
      keyUsageCritical: false,
      name: ({ host, region }) => `${host}.${region}.simulated.qingtian-enclaves`,
    },
    {
      ...authority,
      lifetime: LIFETIME.instance,
      pathLength: 1,
      keyUsageCritical: false,
      name: ({ instanceId, region }) => `${instanceId}.${region}`,
    },
    {
      lifetime: LIFETIME.leaf,
      ca: false,
      pathLength: undefined,
      keyUsage: LEAF_USAGE,
      keyUsageCritical: true,
      hasSubjectKeyId: false,
      hasAuthorityKeyId: true,
      name: ({ instanceId, region }, moduleId) => `${instanceId}.${shortId(moduleId)}.${region}`,
    },
  ],
  nitro: [
    {
      ...authority,
      lifetime: LIFETIME.region,
      pathLength: 2,
      name: ({ region }) => `${region}.simulated.nitro-enclaves`,
    },
    {
      ...authority,
      lifetime: LIFETIME.host,
      pathLength: 1,
      name: ({ host, region }) => `${host}.zonal.${region}.simulated.nitro-enclaves`,
    },
    {
      lifetime: LIFETIME.instance,
      ca: true,
      pathLength: 0,
      keyUsage: ['keyCertSign'],
      keyUsageCritical: true,
      hasSubjectKeyId: false,
      hasAuthorityKeyId: false,
      name: ({ instanceId, region }) => `${instanceId}.${region}.simulated`,
    },
    {
      lifetime: LIFETIME.leaf,
      ca: false,
      pathLength: undefined,
      keyUsage: LEAF_USAGE,
      keyUsageCritical: false,
      hasSubjectKeyId: false,
      hasAuthorityKeyId: false,
      name: ({ region }, moduleId) => `${moduleId}.${region}.simulated`,
    },
  ],
}
