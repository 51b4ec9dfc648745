/**
 * The permission that each operation requires: its own action, on its key, with the condition keys that AWS documents for
 * it (AWS KMS developer guide, "Condition keys for AWS KMS"). That permission alone is enough, and all others are not.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { createKms, type Kms } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { ACCOUNT, OTHER, ROLE, refused, utf8 } from '../support.ts'

type Call = (client: KmsClient) => Promise<unknown>

let kms: Kms
let owner: KmsClient
let keyId: string
let other: string
let signing: string
let agreeing: string
let authenticating: string
let publicKey: Uint8Array<ArrayBuffer>
let signature: Uint8Array<ArrayBuffer>
let ciphertextBlob: Uint8Array<ArrayBuffer>

const ARN = `arn:aws:kms:local-1:${ACCOUNT}:key/`
const plaintext = utf8('a')
const message = utf8('message')
const encryptionContext = { team: 'a' }
const denied = refused('E_KMS_DENIED')
const as = (...Statement: object[]) => kms.as({ principal: ROLE, policies: [{ Statement }] })
const allow = (Action: string | string[], Resource = '*', Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
})

beforeEach(async () => {
  kms = await createKms({ place: { account: ACCOUNT } })
  owner = kms.owner
  const make = async (input: Parameters<KmsClient['createKey']>[0]) =>
    (await owner.createKey(input)).keyMetadata.keyId
  keyId = await make({ aliasName: 'alias/a' })
  other = await make({})
  signing = await make({ keySpec: 'ECC_NIST_P256' })
  authenticating = await make({ keySpec: 'HMAC_384' })
  agreeing = await make({ keySpec: 'ECC_NIST_P256', keyUsage: 'KEY_AGREEMENT' })
  publicKey = (await owner.getPublicKey({ keyId: agreeing })).publicKey
  signature = (await owner.sign({ keyId: signing, message, signingAlgorithm: 'ECDSA_SHA_256' })).signature
  ciphertextBlob = (await owner.encrypt({ keyId, plaintext, encryptionContext })).ciphertextBlob
})

const policy = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:*', Resource: '*' }],
})
const pair = () => ({ keyId, keyPairSpec: 'ECC_NIST_P256' as const })
const sign = () => ({ keyId: signing, message, signingAlgorithm: 'ECDSA_SHA_256' as const })
const mac = () => ({ keyId: authenticating, message, macAlgorithm: 'HMAC_SHA_384' as const })
let grant: { keyId: string; grantId: string }
const granting = async () => {
  const input = { keyId, granteePrincipal: OTHER, operations: ['Encrypt'] } as const
  grant = { keyId, grantId: (await owner.createGrant(input)).grantId }
}
const ending = async () => {
  await owner.scheduleKeyDeletion({ keyId })
}

/** By action: the call, the key that it uses, and how to prepare that key. */
const CALLS: [action: string, call: Call, key: () => string | undefined, before?: () => Promise<void>][] = [
  ['CancelKeyDeletion', (c) => c.cancelKeyDeletion({ keyId }), () => keyId, ending],
  [
    'CreateGrant',
    (c) => c.createGrant({ keyId, granteePrincipal: ROLE, operations: ['Encrypt'] }),
    () => keyId,
  ],
  ['CreateKey', (c) => c.createKey({ policy }), () => undefined],
  ['Decrypt', (c) => c.decrypt({ ciphertextBlob, encryptionContext }), () => keyId],
  [
    'DeriveSharedSecret',
    (c) => c.deriveSharedSecret({ keyId: agreeing, keyAgreementAlgorithm: 'ECDH', publicKey }),
    () => agreeing,
  ],
  ['DescribeKey', (c) => c.describeKey({ keyId }), () => keyId],
  ['DisableKey', (c) => c.disableKey({ keyId }), () => keyId],
  ['DisableKeyRotation', (c) => c.disableKeyRotation({ keyId }), () => keyId],
  ['EnableKey', (c) => c.enableKey({ keyId }), () => keyId],
  ['EnableKeyRotation', (c) => c.enableKeyRotation({ keyId }), () => keyId],
  ['Encrypt', (c) => c.encrypt({ keyId, plaintext }), () => keyId],
  ['GenerateDataKey', (c) => c.generateDataKey({ keyId, keySpec: 'AES_256' }), () => keyId],
  ['GenerateDataKeyPair', (c) => c.generateDataKeyPair(pair()), () => keyId],
  ['GenerateDataKeyPairWithoutPlaintext', (c) => c.generateDataKeyPairWithoutPlaintext(pair()), () => keyId],
  [
    'GenerateDataKeyWithoutPlaintext',
    (c) => c.generateDataKeyWithoutPlaintext({ keyId, keySpec: 'AES_256' }),
    () => keyId,
  ],
  ['GenerateMac', (c) => c.generateMac(mac()), () => authenticating],
  ['GenerateRandom', (c) => c.generateRandom({ numberOfBytes: 1 }), () => undefined],
  ['GetKeyPolicy', (c) => c.getKeyPolicy({ keyId }), () => keyId],
  ['GetKeyRotationStatus', (c) => c.getKeyRotationStatus({ keyId }), () => keyId],
  ['GetPublicKey', (c) => c.getPublicKey({ keyId: signing }), () => signing],
  ['ListGrants', (c) => c.listGrants({ keyId }), () => keyId],
  ['ListKeyPolicies', (c) => c.listKeyPolicies({ keyId }), () => keyId],
  ['ListKeyRotations', (c) => c.listKeyRotations({ keyId }), () => keyId],
  ['ListKeys', (c) => c.listKeys({}), () => undefined],
  ['ListResourceTags', (c) => c.listResourceTags({ keyId }), () => keyId],
  ['ListRetirableGrants', (c) => c.listRetirableGrants({ retiringPrincipal: ROLE }), () => undefined],
  ['PutKeyPolicy', (c) => c.putKeyPolicy({ keyId, policy }), () => keyId],
  ['RetireGrant', (c) => c.retireGrant(grant), () => keyId, granting],
  ['RevokeGrant', (c) => c.revokeGrant(grant), () => keyId, granting],
  ['RotateKeyOnDemand', (c) => c.rotateKeyOnDemand({ keyId }), () => keyId],
  ['ScheduleKeyDeletion', (c) => c.scheduleKeyDeletion({ keyId }), () => keyId],
  ['Sign', (c) => c.sign(sign()), () => signing],
  ['TagResource', (c) => c.tagResource({ keyId, tags: [] }), () => keyId],
  ['UntagResource', (c) => c.untagResource({ keyId, tagKeys: [] }), () => keyId],
  ['UpdateKeyDescription', (c) => c.updateKeyDescription({ keyId, description: '' }), () => keyId],
  ['Verify', (c) => c.verify({ ...sign(), signature }), () => signing],
  [
    'VerifyMac',
    async (c) => c.verifyMac({ ...mac(), mac: (await owner.generateMac(mac())).mac }),
    () => authenticating,
  ],
]

test.each(CALLS)(
  '%s is the one permission that its operation requires',
  async (action, call, keyOf, before) => {
    await before?.()
    const key = keyOf()
    const own = `kms:${action}`
    await expect(call(as({ Effect: 'Allow', NotAction: own, Resource: '*' }))).rejects.toEqual(denied)
    if (key !== undefined) await expect(call(as(allow(own, ARN + other)))).rejects.toEqual(denied)
    await call(as(allow(own, key === undefined ? '*' : ARN + key)))
  },
)

describe('CreateKey with an alias', () => {
  // The default policy delegates to the account, so the caller's identity policies decide.
  const delegated = { bypassPolicyLockoutSafetyCheck: true }
  const make = (c: KmsClient, more = {}) => c.createKey({ aliasName: 'alias/made', ...delegated, ...more })
  const aliases = async () => (await owner.listAliases({})).aliases.map(({ aliasName }) => aliasName)
  const both = ['kms:CreateKey', 'kms:CreateAlias']

  test('requires both permissions, and creates nothing without both', async () => {
    for (const action of both) await expect(make(as(allow(action)))).rejects.toEqual(denied)
    const denyAlias = { Effect: 'Deny', Action: 'kms:CreateAlias', Resource: '*' }
    await expect(make(as(allow('*'), denyAlias))).rejects.toEqual(denied)
    expect([await aliases(), (await owner.listKeys({})).keys.length]).toEqual([['alias/a'], 5])
    await as(allow('kms:CreateKey'), denyAlias).createKey(delegated)
    await make(as(allow(both)))
    expect(await aliases()).toEqual(['alias/a', 'alias/made'])
  })

  test('is checked against the new key’s policy and tags', async () => {
    const denying = (Action: string) =>
      JSON.stringify({
        Statement: [
          { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:*', Resource: '*' },
          { Effect: 'Deny', Principal: '*', Action, Resource: '*' },
        ],
      })
    const caller = as(allow(both))
    await expect(make(caller, { policy: denying('kms:CreateAlias') })).rejects.toEqual(denied)
    const tagsOf = (tagValue: string) => ({ tags: [{ tagKey: 'team', tagValue }] })
    const tagged = { StringEquals: { 'aws:ResourceTag/team': 'b' } }
    const ofTeamB = as(allow('kms:CreateKey'), allow('kms:CreateAlias', '*', tagged))
    await expect(make(ofTeamB, tagsOf('a'))).rejects.toEqual(denied)
    await make(ofTeamB, { ...tagsOf('b'), aliasName: 'alias/b' })
    await make(caller, { policy: denying('kms:DeleteAlias') })
  })
})

describe('ReEncrypt', () => {
  const again: Call = (c) =>
    c.reEncrypt({
      ciphertextBlob,
      sourceEncryptionContext: encryptionContext,
      destinationKeyId: other,
      destinationEncryptionContext: { team: 'b' },
    })
  const from = () => allow('kms:ReEncryptFrom', ARN + keyId)
  const to = () => allow('kms:ReEncryptTo', ARN + other)

  test('checks the source and the destination', async () => {
    await expect(again(as(from()))).rejects.toEqual(denied)
    await expect(again(as(to()))).rejects.toEqual(denied)
    await expect(again(as(allow('kms:ReEncryptFrom', ARN + other), to()))).rejects.toEqual(denied)
    await expect(again(as(from(), allow('kms:ReEncryptTo', ARN + keyId)))).rejects.toEqual(denied)
    const { sourceKeyId, keyId: to1 } = (await again(as(from(), to()))) as {
      sourceKeyId: string
      keyId: string
    }
    expect([sourceKeyId, to1]).toEqual([ARN + keyId, ARN + other])
  })

  test('has condition keys for both contexts, and for whether the key stays the same', async () => {
    const team = (value: string) => ({ StringEquals: { 'kms:EncryptionContext:team': value } })
    const both = (source: string, destination: string) =>
      as(allow('kms:ReEncryptFrom', '*', team(source)), allow('kms:ReEncryptTo', '*', team(destination)))
    await again(both('a', 'b'))
    await expect(again(both('b', 'b'))).rejects.toEqual(denied)
    await expect(again(both('a', 'a'))).rejects.toEqual(denied)
    const same = (is: string) => as(allow('kms:ReEncrypt*', '*', { Bool: { 'kms:ReEncryptOnSameKey': is } }))
    await again(same('false'))
    await expect(again(same('true'))).rejects.toEqual(denied)
    const onSame: Call = (c) =>
      c.reEncrypt({ ciphertextBlob, sourceEncryptionContext: encryptionContext, destinationKeyId: keyId })
    await onSame(same('true'))
    await expect(onSame(same('false'))).rejects.toEqual(denied)
  })
})

const tags = [{ tagKey: 'team', tagValue: 'a' }]
const CONDITIONS: [key: string, value: string, wrong: string, call: Call][] = [
  [
    'kms:EncryptionAlgorithm',
    'SYMMETRIC_DEFAULT',
    'RSAES_OAEP_SHA_1',
    (c) => c.encrypt({ keyId, plaintext }),
  ],
  ['kms:EncryptionContext:team', 'a', 'b', (c) => c.decrypt({ ciphertextBlob, encryptionContext })],
  ['kms:EncryptionContextKeys', 'team', 'other', (c) => c.encrypt({ keyId, plaintext, encryptionContext })],
  ['kms:RequestAlias', 'alias/a', 'alias/b', (c) => c.encrypt({ keyId: 'alias/a', plaintext })],
  [
    'kms:EncryptionContext:team',
    'a',
    'b',
    (c) => c.generateDataKey({ keyId, encryptionContext, numberOfBytes: 1 }),
  ],
  ['kms:EncryptionContext:team', 'a', 'b', (c) => c.generateDataKeyPair({ ...pair(), encryptionContext })],
  ['kms:DataKeyPairSpec', 'ECC_NIST_P256', 'RSA_2048', (c) => c.generateDataKeyPair(pair())],
  ['kms:SigningAlgorithm', 'ECDSA_SHA_256', 'ECDSA_SHA_384', (c) => c.sign(sign())],
  ['kms:MessageType', 'RAW', 'DIGEST', (c) => c.verify({ ...sign(), signature })],
  [
    'kms:KeyAgreementAlgorithm',
    'ECDH',
    'other',
    (c) => c.deriveSharedSecret({ keyId: agreeing, keyAgreementAlgorithm: 'ECDH', publicKey }),
  ],
  [
    'kms:ScheduleKeyDeletionPendingWindowInDays',
    '7',
    '30',
    (c) => c.scheduleKeyDeletion({ keyId, pendingWindowInDays: 7 }),
  ],
  ['kms:RotationPeriodInDays', '90', '365', (c) => c.enableKeyRotation({ keyId, rotationPeriodInDays: 90 })],
  ['aws:RequestTag/team', 'a', 'b', (c) => c.tagResource({ keyId, tags })],
  ['aws:TagKeys', 'team', 'other', (c) => c.tagResource({ keyId, tags })],
  ['aws:TagKeys', 'team', 'other', (c) => c.untagResource({ keyId, tagKeys: ['team'] })],
  ['aws:RequestTag/team', 'a', 'b', (c) => c.createKey({ policy, tags })],
  ['aws:TagKeys', 'team', 'other', (c) => c.createKey({ policy, tags })],
  ['kms:KeySpec', 'ECC_NIST_P384', 'RSA_2048', (c) => c.createKey({ policy, keySpec: 'ECC_NIST_P384' })],
  ['kms:KeyUsage', 'ENCRYPT_DECRYPT', 'SIGN_VERIFY', (c) => c.createKey({ policy })],
  ['kms:KeyOrigin', 'AWS_KMS', 'EXTERNAL', (c) => c.createKey({ policy })],
  [
    'kms:BypassPolicyLockoutSafetyCheck',
    'true',
    'false',
    (c) => c.createKey({ policy, bypassPolicyLockoutSafetyCheck: true }),
  ],
  ['kms:BypassPolicyLockoutSafetyCheck', 'false', 'true', (c) => c.putKeyPolicy({ keyId, policy })],
  ['kms:KeySpec', 'ECC_NIST_P256', 'SYMMETRIC_DEFAULT', (c) => c.describeKey({ keyId: signing })],
  ['kms:KeyUsage', 'SIGN_VERIFY', 'ENCRYPT_DECRYPT', (c) => c.describeKey({ keyId: signing })],
  ['kms:KeyOrigin', 'AWS_KMS', 'EXTERNAL', (c) => c.describeKey({ keyId: signing })],
  ['kms:MultiRegion', 'false', 'true', (c) => c.createKey({ policy })],
  ['kms:MultiRegion', 'false', 'true', (c) => c.describeKey({ keyId })],
  ['kms:CallerAccount', ACCOUNT, '000000000000', (c) => c.describeKey({ keyId })],
]

test.each(CONDITIONS)('condition key %s has the value %s, not %s', async (key, value, wrong, call) => {
  const under = (one: string) => as(allow('kms:*', '*', { 'ForAnyValue:StringEquals': { [key]: one } }))
  await expect(call(under(wrong))).rejects.toEqual(denied)
  await call(under(value))
})

test('a call that uses a key’s ID has no condition key for an alias', async () => {
  const withoutAlias = as(allow('kms:*', '*', { Null: { 'kms:RequestAlias': 'true' } }))
  await withoutAlias.encrypt({ keyId, plaintext })
  await expect(withoutAlias.encrypt({ keyId: 'alias/a', plaintext })).rejects.toEqual(denied)
  const alias = `arn:aws:kms:local-1:${ACCOUNT}:alias/a`
  await as(allow('kms:*', '*', { StringEquals: { 'kms:RequestAlias': 'alias/a' } })).encrypt({
    keyId: alias,
    plaintext,
  })
})
