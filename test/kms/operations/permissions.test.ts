/** Permissions on a key: its policy is stored, returned and enforced, and every operation checks it. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createKms, type Kms } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { ACCOUNT, OTHER, ROLE, refused, utf8 } from '../support.ts'

let kms: Kms
let owner: KmsClient
let keyId: string

beforeEach(async () => {
  kms = await createKms({ place: { account: ACCOUNT } })
  owner = kms.owner
  keyId = (await owner.createKey({})).keyMetadata.keyId
})

describe('policies', () => {
  const policy = (principal: string) =>
    JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'kms:*', Resource: '*' }],
    })

  test('are returned unchanged, and take effect at once', async () => {
    await owner.putKeyPolicy({ keyId, policy: policy(ROLE) })
    expect(await owner.getKeyPolicy({ keyId })).toEqual({ policy: policy(ROLE), policyName: 'default' })
    const role = kms.as({ principal: ROLE })
    await role.encrypt({ keyId, plaintext: utf8('a') })
    await role.putKeyPolicy({ keyId, policy: policy(OTHER), bypassPolicyLockoutSafetyCheck: true })
    await expect(role.encrypt({ keyId, plaintext: utf8('a') })).rejects.toEqual(refused('E_KMS_DENIED'))
  })

  test('do not lock the caller out, unless that is requested', async () => {
    await owner.putKeyPolicy({ keyId, policy: policy(ROLE) })
    const putting = kms.as({ principal: ROLE }).putKeyPolicy({ keyId, policy: policy(OTHER) })
    await expect(putting).rejects.toEqual(refused('E_KMS_POLICY', /update the key policy in the future/))
    const creator = {
      principal: ROLE,
      policies: [{ Statement: [{ Effect: 'Allow', Action: 'kms:CreateKey' }] }],
    }
    await expect(kms.as(creator).createKey({ policy: policy(OTHER) })).rejects.toEqual(
      refused('E_KMS_POLICY'),
    )
    await kms.as(creator).createKey({ policy: policy(ROLE) })
  })

  test('that are invalid are not stored', async () => {
    await expect(owner.putKeyPolicy({ keyId, policy: '{"Statement":[]}' })).rejects.toEqual(
      refused('E_KMS_POLICY'),
    )
    expect((await owner.getKeyPolicy({ keyId })).policy).toContain('Enable IAM User Permissions')
  })
})

test('a caller of another account needs the key policy and an identity policy', async () => {
  const eve = 'arn:aws:iam::999999999999:user/eve'
  const agency = 'iam::0123:agency:eve'
  const domain = '0'.repeat(32)
  const own = [{ Statement: [{ Effect: 'Allow', Action: 'kms:Encrypt' }] }]
  const denied = refused('E_KMS_DENIED', /another account/)
  const Principal = { AWS: [ROLE, eve], IAM: [agency, `iam::${domain}:agency:bob`] }
  const policy = JSON.stringify({
    Statement: [{ Effect: 'Allow', Principal, Action: ['kms:Encrypt', 'kms:PutKeyPolicy'], Resource: '*' }],
  })
  await owner.putKeyPolicy({ keyId, policy })
  const encrypt = (principal: string, policies: object[] = []) =>
    kms.as({ principal, policies }).encrypt({ keyId, plaintext: utf8('a') })
  for (const principal of [ROLE, `iam::${domain}:agency:bob`]) await encrypt(principal)
  for (const principal of [eve, agency]) {
    await expect(encrypt(principal)).rejects.toEqual(denied)
    await encrypt(principal, own)
  }
  await expect(encrypt(OTHER, own)).rejects.toEqual(refused('E_KMS_DENIED', /no statement/))
  // The lockout check: a policy that would not let the caller change it again is not stored.
  const put = (policies: object[]) => kms.as({ principal: eve, policies }).putKeyPolicy({ keyId, policy })
  await expect(put(own)).rejects.toEqual(denied)
  await put([{ Statement: [{ Effect: 'Allow', Action: 'kms:PutKeyPolicy' }] }])
})

describe('a Deny in a key policy', () => {
  const all = { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:*', Resource: '*' }
  const deny = (resource: object) =>
    JSON.stringify({
      Statement: [all, { Effect: 'Deny', Principal: '*', Action: 'kms:Encrypt', ...resource }],
    })
  const arn = (region: string, account: string, id: string) => `arn:aws:kms:${region}:${account}:key/${id}`
  const role = () => kms.as({ principal: ROLE })
  const plaintext = utf8('a')

  test('is rejected if it is about another key', async () => {
    const other = (await owner.createKey({})).keyMetadata.keyId
    for (const invalid of [
      { Resource: arn('local-1', ACCOUNT, other) },
      { Resource: arn('us-east-1', ACCOUNT, '*') },
      { Resource: arn('local-1', '999999999999', keyId) },
      { NotResource: arn('local-1', ACCOUNT, keyId) },
      { NotResource: [arn('local-1', ACCOUNT, '*'), arn('us-east-1', ACCOUNT, '*')] },
      { NotResource: `kms:local-1:${'0'.repeat(32)}:KeyId:*` },
    ]) {
      const policy = deny(invalid)
      const isRefused = refused('E_KMS_POLICY', /Resource.*the key itself/)
      await expect(owner.putKeyPolicy({ keyId, policy }), policy).rejects.toEqual(isRefused)
      if (policy.includes(other) || policy.includes(keyId)) continue
      await expect(owner.createKey({ policy }), policy).rejects.toEqual(isRefused)
    }
  })

  test('may name the key by ARN or URN, by a pattern, or as all but another key', async () => {
    const other = (await owner.createKey({})).keyMetadata.keyId
    for (const valid of [
      { Resource: arn('local-1', ACCOUNT, keyId) },
      { Resource: `kms:local-1:${'0'.repeat(32)}:KeyId:${keyId}` },
      { Resource: arn('*', ACCOUNT, '*') },
      { Resource: [arn('us-east-1', ACCOUNT, '*'), arn('local-1', ACCOUNT, keyId)] },
      { NotResource: arn('local-1', ACCOUNT, other) },
      { NotResource: arn('us-east-1', ACCOUNT, '*') },
    ]) {
      await owner.putKeyPolicy({ keyId, policy: deny(valid) })
      await expect(role().encrypt({ keyId, plaintext })).rejects.toEqual(refused('E_KMS_DENIED'))
      await role().describeKey({ keyId })
    }
  })
})

test('a caller with an unknown member is rejected', () => {
  const deny = [{ Statement: [{ Effect: 'Deny', Action: 'kms:*', Resource: '*' }] }]
  kms.as({ principal: ROLE, policies: deny })
  for (const invalid of [{ polices: deny }, { Policies: deny }, { policies: deny[0] }]) {
    const caller = { principal: ROLE, ...invalid } as never
    expect(() => kms.as(caller)).toThrow(refused('E_KMS_VALIDATION', /policies/) as Error)
  }
})

test('every operation checks permissions: a caller without any gets nothing', async () => {
  await owner.createAlias({ aliasName: 'alias/a', targetKeyId: keyId })
  const signing = (await owner.createKey({ keySpec: 'ECC_NIST_P256' })).keyMetadata.keyId
  const agreeing = (await owner.createKey({ keySpec: 'ECC_NIST_P384', keyUsage: 'KEY_AGREEMENT' }))
    .keyMetadata.keyId
  const authenticating = (await owner.createKey({ keySpec: 'HMAC_256' })).keyMetadata.keyId
  const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext: utf8('text') })
  const message = utf8('a')
  const valid: { [Name in keyof KmsClient]: Parameters<KmsClient[Name]>[0] } = {
    cancelKeyDeletion: { keyId },
    createAlias: { aliasName: 'alias/b', targetKeyId: keyId },
    createGrant: { keyId, granteePrincipal: OTHER, operations: ['Encrypt'] },
    createKey: {},
    decrypt: { ciphertextBlob },
    deleteAlias: { aliasName: 'alias/a' },
    deriveSharedSecret: { keyId: agreeing, keyAgreementAlgorithm: 'ECDH', publicKey: message },
    describeKey: { keyId },
    disableKey: { keyId },
    disableKeyRotation: { keyId },
    enableKey: { keyId },
    enableKeyRotation: { keyId },
    encrypt: { keyId, plaintext: message },
    generateDataKey: { keyId, keySpec: 'AES_256' },
    generateDataKeyPair: { keyId, keyPairSpec: 'ECC_NIST_P256' },
    generateDataKeyPairWithoutPlaintext: { keyId, keyPairSpec: 'ECC_NIST_P256' },
    generateDataKeyWithoutPlaintext: { keyId, keySpec: 'AES_256' },
    generateMac: { keyId: authenticating, message, macAlgorithm: 'HMAC_SHA_256' },
    generateRandom: { numberOfBytes: 1 },
    getKeyPolicy: { keyId },
    getKeyRotationStatus: { keyId },
    getPublicKey: { keyId: signing },
    listAliases: {},
    listGrants: { keyId },
    listKeyPolicies: { keyId },
    listKeyRotations: { keyId },
    listKeys: {},
    listResourceTags: { keyId },
    listRetirableGrants: { retiringPrincipal: OTHER },
    putKeyPolicy: { keyId, policy: '{}' },
    reEncrypt: { ciphertextBlob, destinationKeyId: keyId },
    replaceAliases: { aliasName: 'alias/b', targetKeyId: keyId },
    retireGrant: { keyId, grantId: 'a'.repeat(64) },
    revokeGrant: { keyId, grantId: 'a'.repeat(64) },
    rotateKeyOnDemand: { keyId },
    scheduleKeyDeletion: { keyId },
    sign: { keyId: signing, message, signingAlgorithm: 'ECDSA_SHA_256' },
    tagResource: { keyId, tags: [] },
    untagResource: { keyId, tagKeys: [] },
    updateAlias: { aliasName: 'alias/a', targetKeyId: keyId },
    updateKeyDescription: { keyId, description: '' },
    verify: { keyId: signing, message, signature: message, signingAlgorithm: 'ECDSA_SHA_256' },
    verifyMac: { keyId: authenticating, message, mac: message, macAlgorithm: 'HMAC_SHA_256' },
  }
  const client = kms.as({ principal: OTHER }) as unknown as Record<
    string,
    (input: unknown) => Promise<unknown>
  >
  expect(Object.keys(client).sort()).toEqual(Object.keys(valid).sort())
  for (const [name, input] of Object.entries(valid)) {
    await expect(client[name]!(input), name).rejects.toEqual(refused('E_KMS_DENIED'))
  }
})
