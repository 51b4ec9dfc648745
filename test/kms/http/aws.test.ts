/** AWS's own client, unmodified, against the KMS on loopback: every operation that both have. */
import { createHash } from 'node:crypto'
import * as aws from '@aws-sdk/client-kms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AWS_OPERATIONS } from '../../../src/kms/http/aws/differences.ts'
import { createKmsApp, type Explain } from '../../../src/kms/index.ts'
import {
  createLaboratory,
  enclavePolicy,
  FakeEnclave,
  fromUtf8,
  type Laboratory,
  pcr0,
  ROLE,
  utf8,
} from '../support.ts'
import { ACCESS_KEY, awsClient, serveOnLoopback } from '../support-http.ts'

const ADMIN_KEY = { accessKeyId: 'AKIDADMIN', secretAccessKey: 'secret/of+the=admin' }
const ADMIN = 'arn:aws:iam::111122223333:root'
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }
const ALGORITHM = 'RSAES_OAEP_SHA_256' as const

let lab: Laboratory
let admin: aws.KMSClient
let role: aws.KMSClient
const servers: { close(): Promise<void> }[] = []
const sent = new Set<string>()

async function serve(explain?: Explain): Promise<string> {
  const accessKeys = [
    { ...ACCESS_KEY, principal: ROLE },
    { ...ADMIN_KEY, principal: ADMIN, policies: [ALL] },
  ]
  const server = await serveOnLoopback(createKmsApp(lab.kms, { accessKeys, ...(explain && { explain }) }))
  servers.push(server)
  return server.url
}

beforeAll(async () => {
  lab = await createLaboratory()
  const url = await serve()
  admin = awsClient(url, ADMIN_KEY)
  role = awsClient(url)
  admin.middlewareStack.add(
    (next, context) => (input) => {
      sent.add(String(context['commandName']).replace(/Command$/, ''))
      return next(input)
    },
    { step: 'initialize' },
  )
})
afterAll(async () => {
  admin.destroy()
  role.destroy()
  await Promise.all(servers.map((server) => server.close()))
})

const createKey = async (input: aws.CreateKeyCommandInput = {}) =>
  (await admin.send(new aws.CreateKeyCommand(input))).KeyMetadata!.KeyId!
const Recipient = async () => ({
  AttestationDocument: await lab.enclave.document(),
  KeyEncryptionAlgorithm: ALGORITHM,
})
const opened = async (envelope: Uint8Array | undefined) => lab.enclave.open(Uint8Array.from(envelope!))

describe('keys', () => {
  test('CreateKey, DescribeKey, ListKeys, UpdateKeyDescription', async () => {
    const { KeyMetadata } = await admin.send(
      new aws.CreateKeyCommand({ Description: 'one', Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
    )
    expect(KeyMetadata).toMatchObject({
      AWSAccountId: '111122223333',
      Enabled: true,
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      Origin: 'AWS_KMS',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    })
    expect(KeyMetadata?.CreationDate).toBeInstanceOf(Date)
    const KeyId = KeyMetadata!.KeyId!
    await admin.send(new aws.UpdateKeyDescriptionCommand({ KeyId, Description: 'two' }))
    const described = await admin.send(new aws.DescribeKeyCommand({ KeyId: KeyMetadata!.Arn! }))
    expect(described.KeyMetadata?.Description).toBe('two')
    await createKey()
    const paginated: string[] = []
    for await (const page of aws.paginateListKeys({ client: admin, pageSize: 1 }, {})) {
      paginated.push(...page.Keys!.map((key) => key.KeyId!))
    }
    expect(paginated).toContain(KeyId)
    expect(new Set(paginated).size).toBe(paginated.length)
  })

  test('aliases are created, updated, listed, and deleted', async () => {
    const [TargetKeyId, other] = [await createKey(), await createKey()]
    await admin.send(new aws.CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId }))
    await admin.send(new aws.UpdateAliasCommand({ AliasName: 'alias/a', TargetKeyId: other }))
    const { Aliases } = await admin.send(new aws.ListAliasesCommand({ KeyId: other }))
    expect(Aliases).toMatchObject([{ AliasName: 'alias/a', TargetKeyId: other }])
    const duplicate = admin.send(new aws.CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId }))
    await expect(duplicate).rejects.toBeInstanceOf(aws.AlreadyExistsException)
    await admin.send(new aws.DeleteAliasCommand({ AliasName: 'alias/a' }))
  })

  test('DisableKey, EnableKey, ScheduleKeyDeletion, CancelKeyDeletion', async () => {
    const KeyId = await createKey()
    const encrypting = () => admin.send(new aws.EncryptCommand({ KeyId, Plaintext: utf8('a') }))
    await admin.send(new aws.DisableKeyCommand({ KeyId }))
    await expect(encrypting()).rejects.toBeInstanceOf(aws.DisabledException)
    await admin.send(new aws.EnableKeyCommand({ KeyId }))
    await encrypting()
    const scheduled = await admin.send(new aws.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }))
    expect(scheduled).toMatchObject({ KeyState: 'PendingDeletion', PendingWindowInDays: 7 })
    expect(scheduled.DeletionDate).toBeInstanceOf(Date)
    await expect(encrypting()).rejects.toBeInstanceOf(aws.KMSInvalidStateException)
    await admin.send(new aws.CancelKeyDeletionCommand({ KeyId }))
  })

  test('keys are rotated', async () => {
    const KeyId = await createKey()
    await admin.send(new aws.EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 100 }))
    const status = await admin.send(new aws.GetKeyRotationStatusCommand({ KeyId }))
    expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 100 })
    await admin.send(new aws.RotateKeyOnDemandCommand({ KeyId }))
    const { Rotations } = await admin.send(new aws.ListKeyRotationsCommand({ KeyId }))
    expect(Rotations).toMatchObject([{ RotationType: 'ON_DEMAND' }])
    await admin.send(new aws.DisableKeyRotationCommand({ KeyId }))
  })

  test('tags and policies', async () => {
    const KeyId = await createKey()
    await admin.send(new aws.TagResourceCommand({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }))
    expect((await admin.send(new aws.ListResourceTagsCommand({ KeyId }))).Tags).toEqual([
      { TagKey: 'a', TagValue: 'b' },
    ])
    await admin.send(new aws.UntagResourceCommand({ KeyId, TagKeys: ['a'] }))
    const { Policy } = await admin.send(new aws.GetKeyPolicyCommand({ KeyId }))
    expect(JSON.parse(Policy!).Statement[0].Sid).toBe('Enable IAM User Permissions')
    await admin.send(new aws.PutKeyPolicyCommand({ KeyId, Policy }))
    expect((await admin.send(new aws.ListKeyPoliciesCommand({ KeyId }))).PolicyNames).toEqual(['default'])
    const bad = admin.send(new aws.PutKeyPolicyCommand({ KeyId, Policy: '{"Statement":1}' }))
    await expect(bad).rejects.toBeInstanceOf(aws.MalformedPolicyDocumentException)
  })
})

describe('cryptography', () => {
  test('Encrypt, Decrypt, ReEncrypt', async () => {
    const [KeyId, other] = [await createKey(), await createKey()]
    const EncryptionContext = { Purpose: 'test' }
    const { CiphertextBlob } = await admin.send(
      new aws.EncryptCommand({ KeyId, Plaintext: utf8('text'), EncryptionContext }),
    )
    const { Plaintext } = await admin.send(new aws.DecryptCommand({ CiphertextBlob, EncryptionContext }))
    expect(fromUtf8(Plaintext)).toBe('text')
    const again = await admin.send(
      new aws.ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: other,
      }),
    )
    expect(again.KeyId).toContain(other)
    const mismatch = admin.send(
      new aws.DecryptCommand({ CiphertextBlob, EncryptionContext: { purpose: 'test' } }),
    )
    await expect(mismatch).rejects.toBeInstanceOf(aws.InvalidCiphertextException)
    const wrongKey = admin.send(new aws.DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId: other }))
    await expect(wrongKey).rejects.toBeInstanceOf(aws.IncorrectKeyException)
  })

  test('GenerateDataKey and its variants, GenerateRandom', async () => {
    const KeyId = await createKey()
    const key = await admin.send(new aws.GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }))
    expect(key.Plaintext?.byteLength).toBe(32)
    const opening = await admin.send(new aws.DecryptCommand({ CiphertextBlob: key.CiphertextBlob }))
    expect(opening.Plaintext).toEqual(key.Plaintext)
    const without = await admin.send(
      new aws.GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 16 }),
    )
    expect(without.CiphertextBlob?.byteLength).toBe(16 + 52)
    const pair = await admin.send(new aws.GenerateDataKeyPairCommand({ KeyId, KeyPairSpec: 'ECC_NIST_P256' }))
    expect(pair.PrivateKeyPlaintext?.byteLength).toBeGreaterThan(100)
    const sealed = await admin.send(
      new aws.GenerateDataKeyPairWithoutPlaintextCommand({ KeyId, KeyPairSpec: 'ECC_NIST_P384' }),
    )
    expect(sealed.PublicKey?.byteLength).toBe(120)
    const { Plaintext } = await admin.send(new aws.GenerateRandomCommand({ NumberOfBytes: 20 }))
    expect(Plaintext?.byteLength).toBe(20)
  })

  test('Sign, Verify, GetPublicKey', async () => {
    const KeyId = await createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    const message = utf8('message')
    const SigningAlgorithm = 'ECDSA_SHA_256' as const
    const { Signature } = await admin.send(new aws.SignCommand({ KeyId, Message: message, SigningAlgorithm }))
    const Message = new Uint8Array(createHash('sha256').update(message).digest())
    const verifying = { KeyId, Message, MessageType: 'DIGEST', Signature, SigningAlgorithm } as const
    expect((await admin.send(new aws.VerifyCommand(verifying))).SignatureValid).toBe(true)
    const wrong = admin.send(new aws.VerifyCommand({ ...verifying, Message: new Uint8Array(32) }))
    await expect(wrong).rejects.toBeInstanceOf(aws.KMSInvalidSignatureException)
    const { PublicKey, SigningAlgorithms } = await admin.send(new aws.GetPublicKeyCommand({ KeyId }))
    expect([PublicKey?.byteLength, SigningAlgorithms]).toEqual([91, [SigningAlgorithm]])
  })

  test('GenerateMac, VerifyMac', async () => {
    const KeyId = await createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
    const input = { KeyId, Message: utf8('message'), MacAlgorithm: 'HMAC_SHA_256' } as const
    const { Mac } = await admin.send(new aws.GenerateMacCommand(input))
    expect((await admin.send(new aws.VerifyMacCommand({ ...input, Mac }))).MacValid).toBe(true)
    const wrong = admin.send(new aws.VerifyMacCommand({ ...input, Mac: new Uint8Array(32) }))
    await expect(wrong).rejects.toBeInstanceOf(aws.KMSInvalidMacException)
  })

  test('CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant', async () => {
    const KeyId = await createKey()
    const input = {
      KeyId,
      GranteePrincipal: ROLE,
      RetiringPrincipal: ADMIN,
      Operations: ['Encrypt', 'Decrypt'],
      Constraints: { EncryptionContextSubset: { Team: 'a' } },
    } satisfies aws.CreateGrantCommandInput
    const { GrantId, GrantToken } = await admin.send(new aws.CreateGrantCommand(input))
    const { Grants } = await admin.send(new aws.ListGrantsCommand({ KeyId }))
    const { KeyId: _, ...given } = input
    expect(Grants).toMatchObject([{ ...given, GrantId, CreationDate: expect.any(Date) }])
    const encrypt = (EncryptionContext: Record<string, string>) =>
      role.send(
        new aws.EncryptCommand({
          KeyId,
          Plaintext: utf8('a'),
          EncryptionContext,
          GrantTokens: [GrantToken!],
        }),
      )
    await encrypt({ Team: 'a', other: 'b' })
    await expect(encrypt({ team: 'a' })).rejects.toMatchObject({ name: 'AccessDeniedException' })
    const list = new aws.ListRetirableGrantsCommand({ RetiringPrincipal: ADMIN })
    expect((await admin.send(list)).Grants).toHaveLength(1)
    await admin.send(new aws.RetireGrantCommand({ GrantToken }))
    await expect(encrypt({ Team: 'a' })).rejects.toBeInstanceOf(aws.InvalidGrantTokenException)
    const second = await admin.send(new aws.CreateGrantCommand(input))
    await admin.send(new aws.RevokeGrantCommand({ KeyId, GrantId: second.GrantId }))
    expect((await admin.send(list)).Grants).toEqual([])
  })

  test('DeriveSharedSecret returns the same secret to both sides', async () => {
    const create = { KeySpec: 'ECC_NIST_P384', KeyUsage: 'KEY_AGREEMENT' } as const
    const ids = [await createKey(create), await createKey(create)]
    const keys = await Promise.all(ids.map((KeyId) => admin.send(new aws.GetPublicKeyCommand({ KeyId }))))
    const secrets = await Promise.all(
      ids.map((KeyId, at) =>
        admin.send(
          new aws.DeriveSharedSecretCommand({
            KeyId,
            KeyAgreementAlgorithm: 'ECDH',
            PublicKey: keys[1 - at]!.PublicKey,
          }),
        ),
      ),
    )
    expect(secrets[0]!.SharedSecret).toEqual(secrets[1]!.SharedSecret)
    expect(secrets[0]!.KeyOrigin).toBe('AWS_KMS')
  })
})

describe('with a Recipient', () => {
  test('Decrypt', async () => {
    const encryptable = { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:Encrypt', Resource: '*' }
    const own = { Effect: 'Allow', Principal: { AWS: ADMIN }, Action: 'kms:*', Resource: '*' }
    const KeyId = await createKey({ Policy: enclavePolicy(pcr0(1), encryptable, own) })
    const { CiphertextBlob } = await role.send(new aws.EncryptCommand({ KeyId, Plaintext: utf8('a secret') }))
    const answer = await role.send(new aws.DecryptCommand({ CiphertextBlob, Recipient: await Recipient() }))
    expect(answer.Plaintext).toBeUndefined()
    expect(fromUtf8(await opened(answer.CiphertextForRecipient))).toBe('a secret')
    const denied = role.send(new aws.DecryptCommand({ CiphertextBlob }))
    await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  test('GenerateDataKey, GenerateDataKeyPair, GenerateRandom, DeriveSharedSecret', async () => {
    const KeyId = await createKey()
    const key = await admin.send(
      new aws.GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', Recipient: await Recipient() }),
    )
    const { Plaintext } = await admin.send(new aws.DecryptCommand({ CiphertextBlob: key.CiphertextBlob }))
    expect(await opened(key.CiphertextForRecipient)).toEqual(Uint8Array.from(Plaintext!))
    const pair = await admin.send(
      new aws.GenerateDataKeyPairCommand({
        KeyId,
        KeyPairSpec: 'ECC_NIST_P256',
        Recipient: await Recipient(),
      }),
    )
    expect(pair.PrivateKeyPlaintext).toBeUndefined()
    expect((await opened(pair.CiphertextForRecipient)).byteLength).toBeGreaterThan(100)
    const random = await admin.send(
      new aws.GenerateRandomCommand({ NumberOfBytes: 20, Recipient: await Recipient() }),
    )
    expect((await opened(random.CiphertextForRecipient)).byteLength).toBe(20)
    const own = await createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' })
    const { PublicKey } = await admin.send(new aws.GetPublicKeyCommand({ KeyId: own }))
    const derived = await admin.send(
      new aws.DeriveSharedSecretCommand({
        KeyId: own,
        KeyAgreementAlgorithm: 'ECDH',
        PublicKey,
        Recipient: await Recipient(),
      }),
    )
    expect(derived.SharedSecret).toBeUndefined()
    expect((await opened(derived.CiphertextForRecipient)).byteLength).toBe(32)
  })
})

describe('a refusal', () => {
  test.each<[Explain, RegExp, boolean]>([
    ['none', /^User: \S+ is not authorized to perform: kms:Decrypt on resource: \S+$/, false],
    ['summary', /no statement allows it$/, false],
    ['full', /statement 1 "EnclaveOnly".*PCR0 is zero/s, true],
  ])('explained as %s', async (explain, message, hasTrace) => {
    const client = awsClient(await serve(explain))
    const { keyMetadata } = await lab.kms.owner.createKey({ policy: enclavePolicy(pcr0(1)) })
    const { ciphertextBlob } = await lab.kms.owner.encrypt({ keyId: keyMetadata.keyId, plaintext: utf8('a') })
    const AttestationDocument = await new FakeEnclave(lab.authority, 0).document()
    const error = await client
      .send(
        new aws.DecryptCommand({
          CiphertextBlob: ciphertextBlob,
          Recipient: { AttestationDocument, KeyEncryptionAlgorithm: ALGORITHM },
        }),
      )
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'AccessDeniedException', message: expect.stringMatching(message) })
    expect('trace' in (error as object)).toBe(hasTrace)
    client.destroy()
  })
})

test('every operation that AWS’s client has was tested with it', () => {
  const commands = Object.keys(aws)
    .filter((name) => name.endsWith('Command'))
    .map((name) => name.slice(0, -'Command'.length))
  const own = AWS_OPERATIONS.map((name) => name.charAt(0).toUpperCase() + name.slice(1))
  const common = own.filter((name) => commands.includes(name))
  expect(common.length).toBe(own.length)
  expect([...sent].sort()).toEqual(common.sort())
})
