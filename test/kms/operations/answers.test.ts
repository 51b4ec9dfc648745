/** The exact answers of operations: metadata, states, cryptography; and the input that they refuse. */
import { OriginType } from '@aws-sdk/client-kms'
import { beforeEach, describe, expect, test } from 'vitest'
import { createKms } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { ACCOUNT, refused, utf8 } from '../support.ts'

const DAY = 24 * 60 * 60 * 1000
const START = Date.UTC(2026, 0, 1)
const ARN = `arn:aws:kms:local-1:${ACCOUNT}:key/`

let now: number
let owner: KmsClient
let keyId: string

const make = async (input: Parameters<KmsClient['createKey']>[0] = {}) =>
  (await owner.createKey(input)).keyMetadata.keyId

beforeEach(async () => {
  now = START
  owner = (await createKms({ now: () => now, place: { account: ACCOUNT } })).owner
  keyId = await make()
})

describe('metadata', () => {
  const common = (id: string) => ({
    awsAccountId: ACCOUNT,
    keyId: id,
    arn: ARN + id,
    creationDate: new Date(START),
    enabled: true,
    description: 'd',
    keyState: 'Enabled',
    origin: 'AWS_KMS',
    keyManager: 'CUSTOMER',
    multiRegion: false,
  })
  const specs = (spec: string, usage: string) => ({
    keySpec: spec,
    customerMasterKeySpec: spec,
    keyUsage: usage,
  })

  test.each([
    [{}, specs('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'), { encryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }],
    [
      { keySpec: 'ECC_NIST_P256' },
      specs('ECC_NIST_P256', 'SIGN_VERIFY'),
      { signingAlgorithms: ['ECDSA_SHA_256'] },
    ],
    [
      { customerMasterKeySpec: 'ECC_NIST_P384' },
      specs('ECC_NIST_P384', 'SIGN_VERIFY'),
      { signingAlgorithms: ['ECDSA_SHA_384'] },
    ],
    [
      { keySpec: 'ECC_NIST_P256', keyUsage: 'KEY_AGREEMENT' },
      specs('ECC_NIST_P256', 'KEY_AGREEMENT'),
      { keyAgreementAlgorithms: ['ECDH'] },
    ],
    [
      { keySpec: 'RSA_2048' },
      specs('RSA_2048', 'ENCRYPT_DECRYPT'),
      { encryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] },
    ],
  ] as const)('of a key made with %j', async (input, kind, algorithms) => {
    const { keyMetadata } = await owner.createKey({ ...input, description: 'd' })
    const expected = { ...common(keyMetadata.keyId), ...kind, ...algorithms }
    expect(keyMetadata).toEqual(expected)
    expect(await owner.describeKey({ keyId: keyMetadata.keyId })).toEqual({ keyMetadata: expected })
    if (input === undefined || keyMetadata.keySpec === 'SYMMETRIC_DEFAULT') return
    const { publicKey, ...rest } = await owner.getPublicKey({ keyId: keyMetadata.keyId })
    expect(publicKey[0]).toBe(0x30)
    expect(rest).toEqual({ keyId: ARN + keyMetadata.keyId, ...kind, ...algorithms })
  })

  test('contains the state of a key, and its deletion date', async () => {
    const stateOf = async () => {
      const { enabled, keyState, deletionDate } = (await owner.describeKey({ keyId })).keyMetadata
      return [enabled, keyState, deletionDate]
    }
    expect(await owner.disableKey({ keyId })).toEqual({ keyId: ARN + keyId, keyState: 'Disabled' })
    expect(await stateOf()).toEqual([false, 'Disabled', undefined])
    expect(await owner.scheduleKeyDeletion({ keyId })).toEqual({
      keyId: ARN + keyId,
      deletionDate: new Date(START + 30 * DAY),
      keyState: 'PendingDeletion',
      pendingWindowInDays: 30,
    })
    expect(await stateOf()).toEqual([false, 'PendingDeletion', new Date(START + 30 * DAY)])
    expect(await owner.cancelKeyDeletion({ keyId })).toEqual({ keyId: ARN + keyId, keyState: 'Disabled' })
    expect(await stateOf()).toEqual([false, 'Disabled', undefined])
    expect(await owner.enableKey({ keyId })).toEqual({ keyId: ARN + keyId, keyState: 'Enabled' })
    expect(await stateOf()).toEqual([true, 'Enabled', undefined])
  })

  test('rejects a usage that the spec does not have, and two specs', async () => {
    for (const input of [
      { keyUsage: 'SIGN_VERIFY' },
      { keySpec: 'ECC_NIST_P256', keyUsage: 'ENCRYPT_DECRYPT' },
      { keySpec: 'RSA_2048', keyUsage: 'KEY_AGREEMENT' },
    ] as const) {
      await expect(owner.createKey(input)).rejects.toEqual(refused('E_KMS_VALIDATION', /keyUsage/))
    }
    const two = { keySpec: 'ECC_NIST_P256', customerMasterKeySpec: 'ECC_NIST_P256' } as const
    await expect(owner.createKey(two)).rejects.toEqual(refused('E_KMS_VALIDATION', /customerMasterKeySpec/))
    await expect(owner.createKey({ policy: '{"Statement":[]}' })).rejects.toEqual(refused('E_KMS_POLICY'))
    const owned = { policy: '{"Statement":[]}', bypassPolicyLockoutSafetyCheck: true }
    await expect(owner.createKey(owned)).rejects.toEqual(refused('E_KMS_POLICY'))
    for (const origin of Object.values(OriginType).filter((one) => one !== 'AWS_KMS')) {
      await expect(owner.createKey({ origin: origin as 'AWS_KMS' })).rejects.toEqual(
        refused('E_KMS_UNSUPPORTED'),
      )
    }
    await expect(owner.createKey({ multiRegion: true as false })).rejects.toEqual(
      refused('E_KMS_UNSUPPORTED'),
    )
    expect((await owner.listKeys({})).keys).toHaveLength(1)
    await owner.createKey({ origin: 'AWS_KMS', multiRegion: false })
  })

  test('has a default policy that delegates to the account', async () => {
    const { policy, policyName } = await owner.getKeyPolicy({ keyId, policyName: 'default' })
    expect([JSON.parse(policy), policyName]).toEqual([
      {
        Version: '2012-10-17',
        Id: 'key-default-1',
        Statement: [
          {
            Sid: 'Enable IAM User Permissions',
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root`, IAM: `iam::${'0'.repeat(32)}:root` },
            Action: 'kms:*',
            Resource: '*',
          },
        ],
      },
      'default',
    ])
    expect(await owner.listKeyPolicies({ keyId })).toEqual({ policyNames: ['default'], truncated: false })
    await expect(owner.listKeyPolicies({ keyId, marker: 'YQ==' })).rejects.toEqual(
      refused('E_KMS_VALIDATION', /marker/),
    )
    await expect(owner.putKeyPolicy({ keyId, policy: '[]' })).rejects.toEqual(refused('E_KMS_POLICY'))
  })
})

describe('cryptography', () => {
  test('answers with the key’s ARN and the algorithm', async () => {
    const symmetric = { encryptionAlgorithm: 'SYMMETRIC_DEFAULT', keyId: ARN + keyId }
    const { ciphertextBlob, ...encrypted } = await owner.encrypt({ keyId, plaintext: utf8('a') })
    expect(encrypted).toEqual(symmetric)
    expect(await owner.decrypt({ ciphertextBlob })).toEqual({ ...symmetric, plaintext: utf8('a') })
    const other = await make()
    const again = await owner.reEncrypt({ ciphertextBlob, destinationKeyId: other })
    expect(again).toEqual({
      ciphertextBlob: again.ciphertextBlob,
      sourceKeyId: ARN + keyId,
      keyId: ARN + other,
      sourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      destinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    })
    const signing = await make({ keySpec: 'ECC_NIST_P256' })
    const request = { keyId: signing, message: utf8('m'), signingAlgorithm: 'ECDSA_SHA_256' } as const
    const { signature, ...signed } = await owner.sign(request)
    expect(signed).toEqual({ keyId: ARN + signing, signingAlgorithm: 'ECDSA_SHA_256' })
    expect(await owner.verify({ ...request, signature })).toEqual({ ...signed, signatureValid: true })
    const agreeing = await make({ keySpec: 'ECC_NIST_P256', keyUsage: 'KEY_AGREEMENT' })
    const { publicKey } = await owner.getPublicKey({ keyId: agreeing })
    const agreement = { keyId: agreeing, keyAgreementAlgorithm: 'ECDH', publicKey } as const
    const { sharedSecret, ...agreed } = await owner.deriveSharedSecret(agreement)
    expect(sharedSecret?.byteLength).toBe(32)
    expect(agreed).toEqual({ keyId: ARN + agreeing, keyAgreementAlgorithm: 'ECDH', keyOrigin: 'AWS_KMS' })
    const pair = { keyId, keyPairSpec: 'ECC_NIST_P256' } as const
    expect(await owner.generateDataKeyPairWithoutPlaintext(pair)).toEqual({
      keyId: ARN + keyId,
      keyPairSpec: 'ECC_NIST_P256',
      publicKey: expect.any(Uint8Array),
      privateKeyCiphertextBlob: expect.any(Uint8Array),
    })
  })

  test('requires the right key usage, and an enabled key', async () => {
    const signing = await make({ keySpec: 'ECC_NIST_P256' })
    const agreeing = await make({ keySpec: 'ECC_NIST_P256', keyUsage: 'KEY_AGREEMENT' })
    const { publicKey } = await owner.getPublicKey({ keyId: agreeing })
    const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext: utf8('a') })
    const message = utf8('m')
    const calls = (id: string) => ({
      encrypt: () => owner.encrypt({ keyId: id, plaintext: message }),
      generateDataKey: () => owner.generateDataKey({ keyId: id, keySpec: 'AES_256' }),
      generateDataKeyPair: () => owner.generateDataKeyPair({ keyId: id, keyPairSpec: 'ECC_NIST_P256' }),
      reEncrypt: () => owner.reEncrypt({ ciphertextBlob, destinationKeyId: id }),
      sign: () => owner.sign({ keyId: id, message, signingAlgorithm: 'ECDSA_SHA_256' }),
      verify: () =>
        owner.verify({ keyId: id, message, signature: message, signingAlgorithm: 'ECDSA_SHA_256' }),
      deriveSharedSecret: () =>
        owner.deriveSharedSecret({ keyId: id, keyAgreementAlgorithm: 'ECDH', publicKey }),
      getPublicKey: () => owner.getPublicKey({ keyId: id }),
    })
    const fits: Record<string, readonly string[]> = {
      [keyId]: ['encrypt', 'generateDataKey', 'generateDataKeyPair', 'reEncrypt'],
      [signing]: ['sign', 'verify', 'getPublicKey'],
      [agreeing]: ['deriveSharedSecret', 'getPublicKey'],
    }
    for (const [id, names] of Object.entries(fits)) {
      for (const [name, call] of Object.entries(calls(id))) {
        const wrong =
          name === 'getPublicKey'
            ? refused('E_KMS_UNSUPPORTED', /no public key/)
            : refused('E_KMS_USAGE', /has the wrong key usage/)
        if (!names.includes(name)) await expect(call(), name).rejects.toEqual(wrong)
        else if (name === 'verify') await expect(call()).rejects.toEqual(refused('E_KMS_SIGNATURE'))
        else await call()
      }
      await owner.disableKey({ keyId: id })
      for (const name of names) {
        const call = calls(id)[name as keyof ReturnType<typeof calls>]
        await expect(call(), name).rejects.toEqual(refused('E_KMS_DISABLED'))
      }
      await owner.enableKey({ keyId: id })
    }
  })
})
