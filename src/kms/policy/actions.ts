/**
 * What a policy can allow, by the names of every dialect: AWS's (Service Authorization Reference, "AWS KMS"), Huawei's of
 * policy version 1.1 and of identity policies 5.0 (DEW API reference, "Actions supported"). Each row is one permission
 * of this KMS; a policy that names it in any dialect means all of it.
 */

const ROWS = {
  CancelKeyDeletion: ['kms:cmk:enable', 'kms:cmk:cancelDeletion'],
  CreateAlias: ['kms:cmk:update', 'kms:cmk:createAlias'],
  CreateKey: ['kms:cmk:create'],
  Decrypt: [
    'kms:cmk:decrypt',
    'kms:cmk:crypto',
    'kms:cmk:decryptData',
    'kms:dek:decrypt',
    'kms:dek:crypto',
    'kms:cmk:decryptDataKey',
  ],
  DeleteAlias: ['kms:cmk:update', 'kms:cmk:deleteAlias'],
  DeriveSharedSecret: ['kms:cmk:deriveSharedSecret'],
  DescribeKey: ['kms:cmk:get'],
  DisableKey: ['kms:cmk:disable'],
  DisableKeyRotation: ['kms:cmk:disableRotation'],
  EnableKey: ['kms:cmk:enable'],
  EnableKeyRotation: ['kms:cmk:enableRotation', 'kms:cmk:updateRotation'],
  Encrypt: [
    'kms:cmk:encrypt',
    'kms:cmk:crypto',
    'kms:cmk:encryptData',
    'kms:dek:encrypt',
    'kms:dek:crypto',
    'kms:cmk:encryptDataKey',
  ],
  GenerateDataKey: ['kms:dek:create', 'kms:cmk:createDataKey'],
  GenerateDataKeyPair: ['kms:dek:createPair', 'kms:cmk:createDataKeyPair'],
  GenerateDataKeyPairWithoutPlaintext: ['kms:dek:createPair', 'kms:cmk:createDataKeyPair'],
  GenerateDataKeyWithoutPlaintext: ['kms:dek:create', 'kms:cmk:createDataKeyWithoutPlaintext'],
  GenerateRandom: ['kms:cmk:generate', 'kms::generateRandom'],
  GetKeyPolicy: ['kms:cmk:getPolicy'],
  GetKeyRotationStatus: ['kms:cmk:getRotation'],
  GetPublicKey: ['kms:cmk:getPublicKey'],
  ListAliases: ['kms:cmk:list', 'kms:cmk:listAlias'],
  ListKeyPolicies: ['kms:cmk:getPolicy'],
  ListKeyRotations: ['kms:cmk:getRotation'],
  ListKeys: ['kms:cmk:list'],
  ListResourceTags: ['kms:cmkTag:list', 'kms:cmk:listTags'],
  PutKeyPolicy: ['kms:cmk:putPolicy'],
  ReEncryptFrom: ['kms:cmk:reEncrypt', 'kms:cmk:reEncryptFrom'],
  ReEncryptTo: ['kms:cmk:reEncrypt', 'kms:cmk:reEncryptTo'],
  RotateKeyOnDemand: ['kms:cmk:updateRotation'],
  ScheduleKeyDeletion: ['kms:cmk:delete', 'kms:cmk:scheduleKeyDeletion'],
  Sign: ['kms:cmk:sign'],
  TagResource: ['kms:cmkTag:create', 'kms:cmkTag:batch', 'kms:cmk:tagResource'],
  UntagResource: ['kms:cmkTag:delete', 'kms:cmkTag:batch', 'kms:cmk:unTagResource'],
  UpdateAlias: ['kms:cmk:update', 'kms:cmk:updateAlias'],
  UpdateKeyDescription: ['kms:cmk:update', 'kms:cmk:updateKeyDescription'],
  Verify: ['kms:cmk:verify'],
} as const

/** A permission, by AWS's name without `kms:`. */
export type PolicyAction = keyof typeof ROWS

/** Every permission. */
export const POLICY_ACTIONS: readonly PolicyAction[] = Object.keys(ROWS) as PolicyAction[]

/** The names of a permission in lower case, for the case of actions does not matter in any dialect. */
export const ACTION_NAMES: ReadonlyMap<PolicyAction, readonly string[]> = new Map(
  POLICY_ACTIONS.map((action) => {
    const names = [`kms:${action}`, ...ROWS[action]]
    return [action, names.map((name) => name.toLowerCase())]
  }),
)

/** The permissions whose answer a recipient's envelope can carry: what attestation protects. */
export const RECIPIENT_ACTIONS: ReadonlySet<PolicyAction> = new Set([
  'Decrypt',
  'DeriveSharedSecret',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateRandom',
])
