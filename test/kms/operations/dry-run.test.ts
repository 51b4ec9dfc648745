/** `DryRun`, as in AWS: all checks are made, and no result is returned (AWS KMS, "Testing your permissions"). */
import { DecryptCommand, DryRunOperationException } from '@aws-sdk/client-kms'
import { beforeAll, describe, expect, test } from 'vitest'
import { createKmsApp } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { createLaboratory, type Laboratory, OTHER, ROLE, refused, utf8 } from '../support.ts'
import { ACCESS_KEY, awsClient, serveOnLoopback } from '../support-http.ts'

let lab: Laboratory
let owner: KmsClient
let valid: Record<string, Record<string, unknown>>
const call = (client: KmsClient, name: string, input: object) =>
  (client as unknown as Record<string, (input: object) => Promise<unknown>>)[name]!(input)

beforeAll(async () => {
  lab = await createLaboratory()
  owner = lab.kms.owner
  const make = async (input = {}) => (await owner.createKey(input)).keyMetadata.keyId
  const keyId = await make()
  const signing = await make({ keySpec: 'ECC_NIST_P256' })
  const agreeing = await make({ keySpec: 'ECC_NIST_P256', keyUsage: 'KEY_AGREEMENT' })
  const { publicKey } = await owner.getPublicKey({ keyId: agreeing })
  const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext: utf8('a') })
  const message = utf8('message')
  const sign = { keyId: signing, message, signingAlgorithm: 'ECDSA_SHA_256' } as const
  const { signature } = await owner.sign(sign)
  const mac = { keyId: await make({ keySpec: 'HMAC_256' }), message, macAlgorithm: 'HMAC_SHA_256' } as const
  const pair = { keyId, keyPairSpec: 'ECC_NIST_P256' }
  valid = {
    decrypt: { ciphertextBlob },
    deriveSharedSecret: { keyId: agreeing, keyAgreementAlgorithm: 'ECDH', publicKey },
    encrypt: { keyId, plaintext: message },
    generateDataKey: { keyId, keySpec: 'AES_256' },
    generateDataKeyPair: pair,
    generateDataKeyPairWithoutPlaintext: pair,
    generateDataKeyWithoutPlaintext: { keyId, keySpec: 'AES_256' },
    reEncrypt: { ciphertextBlob, destinationKeyId: keyId },
    sign,
    verify: { ...sign, signature },
    generateMac: mac,
    verifyMac: { ...mac, mac: (await owner.generateMac(mac)).mac },
  }
})

const NAMES = [
  'decrypt',
  'deriveSharedSecret',
  'encrypt',
  'generateDataKey',
  'generateDataKeyPair',
  'generateDataKeyPairWithoutPlaintext',
  'generateDataKeyWithoutPlaintext',
  'reEncrypt',
  'sign',
  'verify',
  'generateMac',
  'verifyMac',
]
const DRY_RUN = refused('E_KMS_DRY_RUN', /would have succeeded/)

describe.each(NAMES)('%s', (name) => {
  test('reports that it would succeed, and returns nothing', async () => {
    await expect(call(owner, name, { ...valid[name], dryRun: true })).rejects.toEqual(DRY_RUN)
    expect(await call(owner, name, { ...valid[name], dryRun: false })).toHaveProperty('keyId')
    expect(await call(owner, name, { ...valid[name], grantTokens: [] })).toHaveProperty('keyId')
    const tokens = call(owner, name, { ...valid[name], grantTokens: ['token'], dryRun: true })
    await expect(tokens).rejects.toEqual(refused('E_KMS_GRANT_TOKEN'))
  })

  test('reports a denial if the caller lacks permission', async () => {
    const stranger = lab.kms.as({ principal: OTHER })
    await expect(call(stranger, name, { ...valid[name], dryRun: true })).rejects.toEqual(
      refused('E_KMS_DENIED'),
    )
  })
})

test('a call that would fail fails in the same way', async () => {
  const keyId = (await owner.createKey({})).keyMetadata.keyId
  const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext: utf8('a') })
  const changed = ciphertextBlob.with(-1, ciphertextBlob.at(-1)! ^ 1)
  const dryRun = (input: object) => call(owner, 'decrypt', { ...input, dryRun: true })
  await expect(dryRun({ ciphertextBlob: changed })).rejects.toEqual(refused('E_KMS_CIPHERTEXT'))
  await expect(dryRun({ ciphertextBlob, encryptionContext: { a: 'b' } })).rejects.toEqual(
    refused('E_KMS_CIPHERTEXT'),
  )
  await expect(dryRun({})).rejects.toEqual(refused('E_KMS_VALIDATION'))
  const signature = { ...valid['verify'], message: utf8('other') }
  await expect(call(owner, 'verify', { ...signature, dryRun: true })).rejects.toEqual(
    refused('E_KMS_SIGNATURE'),
  )
  await owner.disableKey({ keyId })
  await expect(dryRun({ ciphertextBlob })).rejects.toEqual(refused('E_KMS_DISABLED'))
})

test('AWS’s own client gets AWS’s error for a dry run', async () => {
  const policies = [{ Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }]
  const app = createKmsApp(lab.kms, { accessKeys: [{ ...ACCESS_KEY, principal: ROLE, policies }] })
  const server = await serveOnLoopback(app)
  const client = awsClient(server.url)
  try {
    const CiphertextBlob = valid['decrypt']!['ciphertextBlob'] as Uint8Array
    const error = await client
      .send(new DecryptCommand({ CiphertextBlob, DryRun: true }))
      .catch((thrown) => thrown)
    expect(error).toBeInstanceOf(DryRunOperationException)
    expect(error.$metadata.httpStatusCode).toBe(412)
    const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob, DryRun: false }))
    expect(Plaintext).toEqual(utf8('a'))
    const ignoring = new DecryptCommand({
      CiphertextBlob,
      DryRun: true,
      DryRunModifiers: ['IGNORE_CIPHERTEXT'],
    })
    await expect(client.send(ignoring)).rejects.toMatchObject({ name: 'UnsupportedOperationException' })
  } finally {
    client.destroy()
    await server.close()
  }
})
