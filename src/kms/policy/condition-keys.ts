/**
 * The condition keys that calls of this KMS have (KMS developer guide, "AWS KMS condition keys"; IAM user guide, "AWS global
 * condition context keys"; Huawei's IAM user guide, "Policy syntax"), the types of their values, and which calls have
 * them. A condition on any other key never finds a value. A call that sets a key which is not listed here is a bug.
 */
import { KmsError } from '../core/error.ts'
import { KEYLESS_ACTIONS, POLICY_ACTIONS, type PolicyAction, RECIPIENT_ACTIONS } from './actions.ts'

/** The type of a value; `epoch` is seconds since 1970, both a number and a time. */
export type ValueType = 'text' | 'arn' | 'number' | 'boolean' | 'time' | 'epoch' | 'digest'

/** A condition key. */
export interface ConditionKey {
  readonly type: ValueType
  /** The permissions whose calls can have the key. */
  readonly actions: ReadonlySet<PolicyAction>
}

const all = new Set(POLICY_ACTIONS)
const some = (...actions: PolicyAction[]): ReadonlySet<PolicyAction> => new Set(actions)
const onKeys = new Set(POLICY_ACTIONS.filter((action) => !KEYLESS_ACTIONS.has(action)))
const aliases: readonly PolicyAction[] = ['CreateAlias', 'DeleteAlias', 'UpdateAlias']
/** A condition key in the tables below. */
const named = new Set([...onKeys].filter((action) => !aliases.includes(action)))
const made = new Set<PolicyAction>([...onKeys, 'CreateKey'])
const pair = some('GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext')
const reEncryption = some('ReEncryptFrom', 'ReEncryptTo')
const symmetric = new Set<PolicyAction>([
  ...['Encrypt', 'Decrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
  ...pair,
  ...reEncryption,
] as PolicyAction[])

type Row = readonly [type: ValueType, actions: ReadonlySet<PolicyAction>]

type KeyName =
  | 'aws:CurrentTime'
  | 'aws:EpochTime'
  | 'aws:PrincipalAccount'
  | 'aws:PrincipalArn'
  | 'aws:TagKeys'
  | 'g:CurrentTime'
  | 'g:PrincipalUrn'
  | 'g:UserName'
  | 'kms:BypassPolicyLockoutSafetyCheck'
  | 'kms:CallerAccount'
  | 'kms:DataKeyPairSpec'
  | 'kms:EncryptionAlgorithm'
  | 'kms:EncryptionContextKeys'
  | 'kms:GrantConstraintType'
  | 'kms:GranteePrincipal'
  | 'kms:GrantIsForAWSResource'
  | 'kms:GrantOperations'
  | 'kms:KeyAgreementAlgorithm'
  | 'kms:KeyOrigin'
  | 'kms:KeySpec'
  | 'kms:KeyUsage'
  | 'kms:MacAlgorithm'
  | 'kms:MessageType'
  | 'kms:MultiRegion'
  | 'kms:ReEncryptOnSameKey'
  | 'kms:RequestAlias'
  | 'kms:RetiringPrincipal'
  | 'kms:RotationPeriodInDays'
  | 'kms:ScheduleKeyDeletionPendingWindowInDays'
  | 'kms:SigningAlgorithm'

/** Prefixes of keys of which a call may have several, distinguished by what follows. */
type FamilyName = 'aws:RequestTag/' | 'aws:ResourceTag/' | 'kms:EncryptionContext:'

/** A condition key as calls set it. What follows a prefix is chosen by the caller. */
export type ConditionKeyName = KeyName | `${FamilyName}${string}`

const KEYS: Readonly<Record<KeyName, Row>> = {
  'aws:CurrentTime': ['time', all],
  'aws:EpochTime': ['epoch', all],
  'aws:PrincipalAccount': ['text', all],
  'aws:PrincipalArn': ['arn', all],
  'aws:TagKeys': ['text', some('CreateKey', 'TagResource', 'UntagResource')],
  'g:CurrentTime': ['time', all],
  'g:PrincipalUrn': ['text', all],
  'g:UserName': ['text', all],
  'kms:BypassPolicyLockoutSafetyCheck': ['boolean', some('CreateKey', 'PutKeyPolicy')],
  'kms:CallerAccount': ['text', all],
  'kms:DataKeyPairSpec': ['text', pair],
  'kms:EncryptionAlgorithm': ['text', symmetric],
  'kms:EncryptionContextKeys': ['text', symmetric],
  'kms:GrantConstraintType': ['text', some('CreateGrant')],
  'kms:GranteePrincipal': ['arn', some('CreateGrant')],
  'kms:GrantIsForAWSResource': ['boolean', some('CreateGrant', 'ListGrants', 'RevokeGrant')],
  'kms:GrantOperations': ['text', some('CreateGrant')],
  'kms:KeyAgreementAlgorithm': ['text', some('DeriveSharedSecret')],
  'kms:KeyOrigin': ['text', made],
  'kms:KeySpec': ['text', made],
  'kms:KeyUsage': ['text', made],
  'kms:MacAlgorithm': ['text', some('GenerateMac', 'VerifyMac')],
  'kms:MessageType': ['text', some('Sign', 'Verify')],
  'kms:MultiRegion': ['boolean', made],
  'kms:ReEncryptOnSameKey': ['boolean', reEncryption],
  'kms:RequestAlias': ['text', named],
  'kms:RetiringPrincipal': ['arn', some('CreateGrant')],
  'kms:RotationPeriodInDays': ['number', some('EnableKeyRotation')],
  'kms:ScheduleKeyDeletionPendingWindowInDays': ['number', some('ScheduleKeyDeletion')],
  'kms:SigningAlgorithm': ['text', some('Sign', 'Verify')],
}

const FAMILIES: Readonly<Record<FamilyName, Row>> = {
  'aws:RequestTag/': ['text', some('CreateKey', 'TagResource')],
  'aws:ResourceTag/': ['text', onKeys],
  'kms:EncryptionContext:': ['text', symmetric],
}

const PCR_COUNT = 32
const PCR_KEY = /^kms:recipientattestation[:/]pcr(0|[1-9]\d?)$/
const IMAGE_KEY = /^kms:recipientattestation[:/]imagesha384$/
const ATTESTATION_KEY = /^kms:recipientattestation[:/]/

const rowsOf = (rows: Record<string, Row>) =>
  Object.entries(rows).map(([name, [type, actions]]) => [name.toLowerCase(), { type, actions }] as const)

const FAMILY_ROWS = rowsOf(FAMILIES)
const KNOWN: ReadonlyMap<string, ConditionKey> = new Map(rowsOf(KEYS))
const PCR: ConditionKey = { type: 'digest', actions: RECIPIENT_ACTIONS }

/** The names without variable parts, as documented. */
export const CONDITION_KEYS: readonly string[] = Object.keys(KEYS)

/**
 * The canonical spelling of a condition key, for look-ups: case does not matter (IAM user guide, "Condition key
 * name"), also not in the names of tags and encryption contexts, and dialects use `:` or `/`.
 */
export function canonicalKey(key: string): string {
  const lower = key.toLowerCase()
  if (IMAGE_KEY.test(lower)) return 'kms:recipientattestation:pcr0'
  const index = PCR_KEY.exec(lower)?.[1]
  return index === undefined ? lower : `kms:recipientattestation:pcr${index}`
}

/** One of `names` that differs from another only in case: they would be the same condition key. */
export function alikeAmong(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name.toLowerCase()).size)
}

/** Whether a canonical key has a prefix of a family, followed by a name that the caller chose. */
export function isOfFamily(key: string): boolean {
  return FAMILY_ROWS.some(([name]) => key.startsWith(name))
}

/** The PCR index of a canonical key. */
export function pcrOf(key: string): number | undefined {
  const index = Number(PCR_KEY.exec(key)?.[1] ?? PCR_COUNT)
  return index < PCR_COUNT ? index : undefined
}

/** Whether a canonical key is about the recipient's attestation. */
export function isAttestationKey(key: string): boolean {
  return ATTESTATION_KEY.test(key)
}

/** The properties of a canonical key; undefined for one that no call has. */
export function conditionKey(key: string): ConditionKey | undefined {
  if (pcrOf(key) !== undefined) return PCR
  return KNOWN.get(key) ?? FAMILY_ROWS.find(([name]) => key.startsWith(name))?.[1]
}

/** @throws {KmsError} E_KMS_INTERNAL if a call sets a key that these tables do not list for it. */
export function requireKnownKey(name: string, action: PolicyAction): void {
  if (conditionKey(canonicalKey(name))?.actions.has(action)) return
  throw new KmsError('E_KMS_INTERNAL', {
    what: `${action} sets the condition key ${name}, which is not listed for it`,
  })
}
