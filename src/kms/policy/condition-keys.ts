/**
 * The condition keys that calls of this KMS have (KMS developer guide, "AWS KMS condition keys"; IAM user guide, "AWS global
 * condition context keys"; Huawei's IAM user guide, "Policy syntax"), what their values are, and which calls have them. A
 * condition on any other key finds nothing, ever. A call that brings a key which is not written here is our fault.
 */
import { KmsError } from '../core/error.ts'
import { KEYLESS_ACTIONS, POLICY_ACTIONS, type PolicyAction, RECIPIENT_ACTIONS } from './actions.ts'

/** What a value is; `epoch` is seconds since 1970, which is a number and a time. */
export type ValueType = 'text' | 'arn' | 'number' | 'boolean' | 'time' | 'epoch' | 'digest'

/** A condition key. */
export interface ConditionKey {
  readonly type: ValueType
  /** The permissions whose calls can have it. */
  readonly actions: ReadonlySet<PolicyAction>
}

const all = new Set(POLICY_ACTIONS)
const some = (...actions: PolicyAction[]): ReadonlySet<PolicyAction> => new Set(actions)
const onKeys = new Set(POLICY_ACTIONS.filter((action) => !KEYLESS_ACTIONS.has(action)))
const aliases: readonly PolicyAction[] = ['CreateAlias', 'DeleteAlias', 'UpdateAlias']
/** By whatever name its key is called. */
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
  | 'kms:KeyAgreementAlgorithm'
  | 'kms:KeyOrigin'
  | 'kms:KeySpec'
  | 'kms:KeyUsage'
  | 'kms:MessageType'
  | 'kms:MultiRegion'
  | 'kms:ReEncryptOnSameKey'
  | 'kms:RequestAlias'
  | 'kms:RotationPeriodInDays'
  | 'kms:ScheduleKeyDeletionPendingWindowInDays'
  | 'kms:SigningAlgorithm'

/** Keys of which each call may have several, told apart by what follows. */
type FamilyName = 'aws:RequestTag/' | 'aws:ResourceTag/' | 'kms:EncryptionContext:'

/** A condition key as calls bring it. What follows a family's name is the caller's own. */
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
  'kms:KeyAgreementAlgorithm': ['text', some('DeriveSharedSecret')],
  'kms:KeyOrigin': ['text', made],
  'kms:KeySpec': ['text', made],
  'kms:KeyUsage': ['text', made],
  'kms:MessageType': ['text', some('Sign', 'Verify')],
  'kms:MultiRegion': ['boolean', made],
  'kms:ReEncryptOnSameKey': ['boolean', reEncryption],
  'kms:RequestAlias': ['text', named],
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

/** The names that have to be written whole, as they are documented. */
export const CONDITION_KEYS: readonly string[] = Object.keys(KEYS)

/**
 * A condition key in the one spelling by which it is looked up: case does not matter (IAM user guide, "Condition key
 * name"), not in the names of tags and encryption contexts either, and dialects differ in `:` and `/`.
 */
export function canonicalKey(key: string): string {
  const lower = key.toLowerCase()
  if (IMAGE_KEY.test(lower)) return 'kms:recipientattestation:pcr0'
  const index = PCR_KEY.exec(lower)?.[1]
  return index === undefined ? lower : `kms:recipientattestation:pcr${index}`
}

/** Of `names`, one that differs from another by case only: as part of a condition key the two would be the same. */
export function alikeAmong(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => seen.size === seen.add(name.toLowerCase()).size)
}

/** Whether what follows a family's name in a key, in its canonical spelling, is the caller's own. */
export function isOfFamily(key: string): boolean {
  return FAMILY_ROWS.some(([name]) => key.startsWith(name))
}

/** The PCR that a key, in its canonical spelling, is about. */
export function pcrOf(key: string): number | undefined {
  const index = Number(PCR_KEY.exec(key)?.[1] ?? PCR_COUNT)
  return index < PCR_COUNT ? index : undefined
}

/** Whether a condition key, in its canonical spelling, speaks of the caller's enclave. */
export function isAttestationKey(key: string): boolean {
  return ATTESTATION_KEY.test(key)
}

/** What is known of a condition key in its canonical spelling; undefined for one that no call has. */
export function conditionKey(key: string): ConditionKey | undefined {
  if (pcrOf(key) !== undefined) return PCR
  return KNOWN.get(key) ?? FAMILY_ROWS.find(([name]) => key.startsWith(name))?.[1]
}

/** @throws {KmsError} E_KMS_INTERNAL where a call brings a key that this table does not give it. */
export function requireKnownKey(name: string, action: PolicyAction): void {
  if (conditionKey(canonicalKey(name))?.actions.has(action)) return
  throw new KmsError('E_KMS_INTERNAL', {
    what: `${action} brings the condition key ${name}, which is not its own`,
  })
}
