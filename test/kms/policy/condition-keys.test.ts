/** The table of condition keys matches the calls: every call has the listed keys, and a Deny cannot test others. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import {
  KEYLESS_ACTIONS,
  POLICY_ACTIONS,
  type PolicyAction,
  RECIPIENT_ACTIONS,
} from '../../../src/kms/policy/actions.ts'
import {
  CONDITION_KEYS,
  canonicalKey,
  conditionKey,
  pcrOf,
  requireKnownKey,
} from '../../../src/kms/policy/condition-keys.ts'
import { createLaboratory, type Laboratory, ROLE, refused, utf8 } from '../support.ts'

const context = { tenant: 'a' }
const FAMILIES = ['aws:RequestTag/team', 'aws:ResourceTag/team', 'kms:EncryptionContext:tenant']
const ATTESTATION = ['kms:RecipientAttestation:ImageSha384', 'kms:RecipientAttestation/PCR8']
const KEYS = [...CONDITION_KEYS, ...FAMILIES, ...ATTESTATION]

let lab: Laboratory
/** A call for each permission, with every optional parameter, and with an alias for its key. */
let calls: Record<PolicyAction, (client: KmsClient) => Promise<unknown>>

beforeAll(async () => {
  lab = await createLaboratory()
  const { owner } = lab.kms
  const tags = [{ tagKey: 'team', tagValue: 'a' }]
  const all = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] })
  const make = async (name: string, more: object = {}) =>
    (await owner.createKey({ policy: all, tags, aliasName: `alias/${name}`, ...more })).keyMetadata.keyId
  const targetKeyId = await make('a')
  await make('s', { keySpec: 'ECC_NIST_P256' })
  await make('d', { keySpec: 'ECC_NIST_P256', keyUsage: 'KEY_AGREEMENT' })
  await make('h', { keySpec: 'HMAC_256' })
  const [keyId, signing, agreeing] = ['alias/a', 'alias/s', 'alias/d']
  const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext: utf8('a'), encryptionContext: context })
  const recipient = await lab.enclave.recipient()
  const message = utf8('a')
  const data = { keyId, encryptionContext: context }
  const reEncryption = {
    ciphertextBlob,
    sourceEncryptionContext: context,
    destinationEncryptionContext: context,
    sourceKeyId: keyId,
    destinationKeyId: keyId,
  }
  const signature = { keyId: signing, message, signingAlgorithm: 'ECDSA_SHA_256' } as const
  const mac = { keyId: 'alias/h', message, macAlgorithm: 'HMAC_SHA_256' } as const
  calls = {
    CancelKeyDeletion: (client) => client.cancelKeyDeletion({ keyId }),
    CreateAlias: (client) => client.createAlias({ aliasName: 'alias/b', targetKeyId }),
    CreateGrant: (client) =>
      client.createGrant({
        keyId,
        granteePrincipal: ROLE,
        retiringPrincipal: ROLE,
        operations: ['Encrypt'],
        constraints: { encryptionContextSubset: context },
      }),
    CreateKey: (client) => client.createKey({ tags }),
    Decrypt: (client) => client.decrypt({ ...data, ciphertextBlob, recipient }),
    DeleteAlias: (client) => client.deleteAlias({ aliasName: 'alias/a' }),
    DeriveSharedSecret: (client) =>
      client.deriveSharedSecret({
        keyId: agreeing,
        keyAgreementAlgorithm: 'ECDH',
        publicKey: message,
        recipient,
      }),
    DescribeKey: (client) => client.describeKey({ keyId }),
    DisableKey: (client) => client.disableKey({ keyId }),
    DisableKeyRotation: (client) => client.disableKeyRotation({ keyId }),
    EnableKey: (client) => client.enableKey({ keyId }),
    EnableKeyRotation: (client) => client.enableKeyRotation({ keyId }),
    Encrypt: (client) => client.encrypt({ ...data, plaintext: message }),
    GenerateDataKey: (client) => client.generateDataKey({ ...data, keySpec: 'AES_256', recipient }),
    GenerateDataKeyPair: (client) =>
      client.generateDataKeyPair({ ...data, keyPairSpec: 'ECC_NIST_P256', recipient }),
    GenerateDataKeyPairWithoutPlaintext: (client) =>
      client.generateDataKeyPairWithoutPlaintext({ ...data, keyPairSpec: 'ECC_NIST_P256' }),
    GenerateDataKeyWithoutPlaintext: (client) =>
      client.generateDataKeyWithoutPlaintext({ ...data, keySpec: 'AES_256' }),
    GenerateMac: (client) => client.generateMac(mac),
    GenerateRandom: (client) => client.generateRandom({ numberOfBytes: 1, recipient }),
    GetKeyPolicy: (client) => client.getKeyPolicy({ keyId }),
    GetKeyRotationStatus: (client) => client.getKeyRotationStatus({ keyId }),
    GetPublicKey: (client) => client.getPublicKey({ keyId: signing }),
    ListAliases: (client) => client.listAliases({}),
    ListGrants: (client) => client.listGrants({ keyId }),
    ListKeyPolicies: (client) => client.listKeyPolicies({ keyId }),
    ListKeyRotations: (client) => client.listKeyRotations({ keyId }),
    ListKeys: (client) => client.listKeys({}),
    ListResourceTags: (client) => client.listResourceTags({ keyId }),
    ListRetirableGrants: (client) => client.listRetirableGrants({ retiringPrincipal: ROLE }),
    PutKeyPolicy: (client) => client.putKeyPolicy({ keyId, policy: all }),
    ReEncryptFrom: (client) => client.reEncrypt(reEncryption),
    ReEncryptTo: (client) => client.reEncrypt(reEncryption),
    RetireGrant: (client) => client.retireGrant({ keyId, grantId: 'a'.repeat(64) }),
    RevokeGrant: (client) => client.revokeGrant({ keyId, grantId: 'a'.repeat(64) }),
    RotateKeyOnDemand: (client) => client.rotateKeyOnDemand({ keyId }),
    ScheduleKeyDeletion: (client) => client.scheduleKeyDeletion({ keyId }),
    Sign: (client) => client.sign(signature),
    TagResource: (client) => client.tagResource({ keyId, tags }),
    UntagResource: (client) => client.untagResource({ keyId, tagKeys: ['team'] }),
    UpdateAlias: (client) => client.updateAlias({ aliasName: 'alias/a', targetKeyId }),
    UpdateKeyDescription: (client) => client.updateKeyDescription({ keyId, description: '' }),
    Verify: (client) => client.verify({ ...signature, signature: message }),
    VerifyMac: (client) => client.verifyMac({ ...mac, mac: message }),
  }
})

/** A caller with all permissions, except for calls for `action` that have the condition key `key`. */
const denying = (action: PolicyAction, key: string) =>
  lab.kms.as({
    principal: ROLE,
    policies: [
      {
        Statement: [
          { Effect: 'Allow', Action: '*' },
          { Effect: 'Deny', Action: `kms:${action}`, Condition: { Null: { [key]: 'false' } } },
        ],
      },
    ],
  })

describe.each(KEYS)('%s', (key) => {
  const { actions } = conditionKey(canonicalKey(key))!

  test('is present in every call that the table lists', async () => {
    expect(actions.size).toBeGreaterThan(0)
    for (const action of actions) {
      const error = await calls[action](denying(action, key)).catch((thrown: unknown) => thrown)
      expect(error, action).toMatchObject({ code: 'E_KMS_DENIED', decision: { reason: 'explicit deny' } })
    }
  })

  test('is rejected in a Deny of any other action', () => {
    for (const action of POLICY_ACTIONS) {
      if (actions.has(action)) continue
      expect(() => denying(action, key), action).toThrow(refused('E_KMS_POLICY', /never applies/) as Error)
    }
  })
})

test('a call concerns a key only if the table says so', async () => {
  const denied = lab.kms.as({
    principal: ROLE,
    policies: [{ Statement: [{ Effect: 'Deny', Action: 'kms:*' }] }],
  })
  for (const action of POLICY_ACTIONS) {
    const error = await calls[action](denied).catch((thrown: unknown) => thrown)
    const { resources } = (error as { decision: { request: { resources: string[] } } }).decision.request
    expect(resources[0] === '*', action).toBe(KEYLESS_ACTIONS.has(action))
  }
})

test('a call that sets a key that the table does not list for it is an internal error', () => {
  requireKnownKey('kms:KeySpec', 'Decrypt')
  requireKnownKey('KMS:EncryptionContext:', 'Decrypt')
  for (const [name, action] of [
    ['kms:KeySpecs', 'Decrypt'],
    ['kms:SigningAlgorithm', 'Decrypt'],
    ['kms:EncryptionContext:a', 'Sign'],
    ['kms:RecipientAttestation:PCR0', 'Encrypt'],
  ] as const) {
    expect(() => requireKnownKey(name, action), name).toThrow(refused('E_KMS_INTERNAL') as Error)
  }
})

test('a PCR is named by a number from 0 to 31 without leading zeros', () => {
  const names = [
    'pcr0',
    'pcr8',
    'pcr31',
    'pcr32',
    'pcr99',
    'pcr08',
    'pcr00',
    'pcr',
    'pcr-1',
    'pcr0 ',
    'imagesha384',
  ]
  const found = names.map((name) => pcrOf(canonicalKey(`kms:RecipientAttestation/${name}`)))
  expect(found).toEqual([0, 8, 31, ...Array(7).fill(undefined), 0])
  for (const action of RECIPIENT_ACTIONS) requireKnownKey('kms:RecipientAttestation:PCR31', action)
})
