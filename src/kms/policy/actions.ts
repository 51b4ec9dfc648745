/**
 * The permissions of this KMS, by their names in every dialect: AWS's (Service Authorization Reference, "AWS KMS"),
 * Huawei's of policy version 1.1 and of identity policies 5.0 (DEW API reference, "Actions supported"). Each row is one
 * permission. A full name means its permission in any policy; a pattern matches only names of its own dialect, which
 * follows from its form and, between Huawei's two, from the policy's version: `kms:C*` matches `kms:CreateKey` and
 * never `kms:cmk:decrypt`.
 */
import { Glob, hasWildcard, pointsOf } from './glob.ts'

/** Huawei's names of each permission without `kms:`: those of 1.1, and those of 5.0 if they differ. */
const ROWS = {
  CancelKeyDeletion: [['cmk:enable'], ['cmk:cancelDeletion']],
  CreateAlias: [['cmk:update'], ['cmk:createAlias']],
  CreateGrant: [['grant:create'], ['cmk:createGrant']],
  CreateKey: [['cmk:create']],
  Decrypt: [
    ['cmk:decrypt', 'cmk:crypto', 'dek:decrypt', 'dek:crypto'],
    ['cmk:decryptData', 'cmk:decryptDataKey'],
  ],
  DeleteAlias: [['cmk:update'], ['cmk:deleteAlias']],
  DeriveSharedSecret: [['cmk:deriveSharedSecret']],
  DescribeKey: [['cmk:get']],
  DisableKey: [['cmk:disable']],
  DisableKeyRotation: [['cmk:disableRotation']],
  EnableKey: [['cmk:enable']],
  EnableKeyRotation: [['cmk:enableRotation', 'cmk:updateRotation']],
  Encrypt: [
    ['cmk:encrypt', 'cmk:crypto', 'dek:encrypt', 'dek:crypto'],
    ['cmk:encryptData', 'cmk:encryptDataKey'],
  ],
  GenerateDataKey: [['dek:create'], ['cmk:createDataKey']],
  GenerateDataKeyPair: [['dek:createPair'], ['cmk:createDataKeyPair']],
  GenerateDataKeyPairWithoutPlaintext: [['dek:createPair'], ['cmk:createDataKeyPair']],
  GenerateDataKeyWithoutPlaintext: [['dek:create'], ['cmk:createDataKeyWithoutPlaintext']],
  GenerateMac: [['cmk:generateMac']],
  GenerateRandom: [['cmk:generate'], [':generateRandom']],
  GetKeyPolicy: [['cmk:getPolicy']],
  GetKeyRotationStatus: [['cmk:getRotation']],
  GetPublicKey: [['cmk:getPublicKey']],
  ListAliases: [['cmk:list'], ['cmk:listAlias']],
  ListGrants: [['grant:list'], ['cmk:listGrants']],
  ListKeyPolicies: [['cmk:getPolicy']],
  ListKeyRotations: [['cmk:getRotation']],
  ListKeys: [['cmk:list']],
  ListResourceTags: [['cmkTag:list'], ['cmk:listTags']],
  ListRetirableGrants: [['grant:list'], ['cmk:listRetirableGrants']],
  PutKeyPolicy: [['cmk:putPolicy']],
  ReEncryptFrom: [['cmk:reEncrypt'], ['cmk:reEncryptFrom']],
  ReEncryptTo: [['cmk:reEncrypt'], ['cmk:reEncryptTo']],
  RetireGrant: [['grant:retire'], ['cmk:retireGrant']],
  RevokeGrant: [['grant:revoke'], ['cmk:revokeGrant']],
  RotateKeyOnDemand: [['cmk:updateRotation']],
  ScheduleKeyDeletion: [['cmk:delete'], ['cmk:scheduleKeyDeletion']],
  Sign: [['cmk:sign']],
  TagResource: [['cmkTag:create', 'cmkTag:batch'], ['cmk:tagResource']],
  UntagResource: [['cmkTag:delete', 'cmkTag:batch'], ['cmk:unTagResource']],
  UpdateAlias: [['cmk:update'], ['cmk:updateAlias']],
  UpdateKeyDescription: [['cmk:update'], ['cmk:updateKeyDescription']],
  Verify: [['cmk:verify']],
  VerifyMac: [['cmk:verifyMac']],
} as const

/** A permission, by AWS's name without `kms:`. */
export type PolicyAction = keyof typeof ROWS

/** Every permission. */
export const POLICY_ACTIONS: readonly PolicyAction[] = Object.keys(ROWS) as PolicyAction[]

/** The dialects of names. A policy of an AWS version may use Huawei's full names, but not patterns of them. */
export type Dialect = 'aws' | '1.1' | '5.0'

const DIALECTS: readonly Dialect[] = ['aws', '1.1', '5.0']

/** Names in lower case: no dialect distinguishes the case of actions. */
function namesIn(dialect: Dialect, action: PolicyAction): readonly string[] {
  const row: readonly [readonly string[], (readonly string[])?] = ROWS[action]
  const own = dialect === 'aws' ? [action] : dialect === '1.1' ? row[0] : (row[1] ?? row[0])
  return own.map((name) => `kms:${name}`.toLowerCase())
}

/** The names of a permission, AWS's first. */
export const ACTION_NAMES: ReadonlyMap<PolicyAction, readonly string[]> = new Map(
  POLICY_ACTIONS.map((action) => [
    action,
    [...new Set(DIALECTS.flatMap((dialect) => namesIn(dialect, action)))],
  ]),
)

/** Actions of the clouds that this KMS does not support: a policy may name them, without effect. */
const ELSEWHERE: ReadonlySet<string> = new Set(
  [
    ...['DeleteImportedKeyMaterial', 'GetParametersForImport', 'ImportKeyMaterial'],
    ...['ReplicateKey', 'SynchronizeMultiRegionKey', 'UpdatePrimaryRegion', 'DescribeCustomKeyStores'],
    ...['ConnectCustomKeyStore', 'CreateCustomKeyStore', 'DeleteCustomKeyStore', 'DisconnectCustomKeyStore'],
    'UpdateCustomKeyStore',
  ].map((name) => `kms:${name}`.toLowerCase()),
)

/** The part of each name that patterns match: everything after the service. */
const PARTS: ReadonlyMap<string, readonly ArrayLike<number>[]> = new Map(
  [...ELSEWHERE, ...[...ACTION_NAMES.values()].flat()].map((name) => [
    name,
    name.split(':').slice(1).map(pointsOf),
  ]),
)

/** The permissions that an action in a policy means. */
export interface NamedActions {
  readonly permissions: ReadonlySet<PolicyAction>
  /** Whether it belongs to another service, or is not supported by this KMS. */
  readonly isElsewhere: boolean
}

const ALL: NamedActions = { permissions: new Set(POLICY_ACTIONS), isElsewhere: false }
const NONE: ReadonlySet<PolicyAction> = new Set()

/** Undefined for an invalid action, or a pattern whose dialect is ambiguous. */
export function readAction(written: string, version: string): NamedActions | undefined {
  const name = written.toLowerCase()
  if (name === '*') return ALL
  const parts = name.split(':')
  const [service = '', ...rest] = parts
  if (rest.length < 1 || rest.length > 2 || service === '') return undefined
  const dialect: Dialect =
    rest.length === 1 ? 'aws' : version === '1.1' || version === '5.0' ? version : 'aws'
  if (!hasWildcard(name)) return readName(name, service)
  // A pattern in Huawei's form, in a policy whose version does not name one of Huawei's dialects.
  if (rest.length === 2 && dialect === 'aws') return undefined
  const isEveryService = service === '*' && rest.length === 2
  if (hasWildcard(service) && !isEveryService) return undefined
  if (service !== 'kms' && !isEveryService) return { permissions: NONE, isElsewhere: true }
  const globs = rest.map((part) => new Glob(pointsOf(part)))
  const matches = (one: string) => {
    const found = PARTS.get(one)!
    return found.length === globs.length && globs.every((glob, at) => glob.matches(found[at]!))
  }
  const permissions = POLICY_ACTIONS.filter((action) => namesIn(dialect, action).some(matches))
  return { permissions: new Set(permissions), isElsewhere: [...ELSEWHERE].some(matches) }
}

function readName(name: string, service: string): NamedActions {
  const permissions = POLICY_ACTIONS.filter((action) => ACTION_NAMES.get(action)!.includes(name))
  return { permissions: new Set(permissions), isElsewhere: service !== 'kms' || ELSEWHERE.has(name) }
}

/** Permissions that do not concern a key: key policies do not apply to them, and no key name covers them. */
export const KEYLESS_ACTIONS: ReadonlySet<PolicyAction> = new Set([
  'CreateKey',
  'GenerateRandom',
  'ListAliases',
  'ListKeys',
  'ListRetirableGrants',
])

/** Permissions whose answers can be encrypted for a recipient: those that attestation protects. */
export const RECIPIENT_ACTIONS: ReadonlySet<PolicyAction> = new Set([
  'Decrypt',
  'DeriveSharedSecret',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateRandom',
])
