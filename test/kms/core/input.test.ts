/** Invalid input to every parameter of every operation is refused with a clear error. */
import { beforeAll, describe, expect, test } from 'vitest'
import { toBase64 } from '../../../src/base/base64.ts'
import { AWS_OPERATIONS, awsInputs } from '../../../src/kms/http/aws/differences.ts'
import { AWS_ERRORS } from '../../../src/kms/http/aws/errors.ts'
import { createKmsApp } from '../../../src/kms/index.ts'
import type { OperationName } from '../../../src/kms/operations/index.ts'
import { createLaboratory, FakeEnclave, type Laboratory, ROLE, utf8 } from '../support.ts'

const JSON_TYPE = { 'Content-Type': 'application/x-amz-json-1.1' }
const ALL = { Statement: [{ Effect: 'Allow', Action: '*' }] }
let lab: Laboratory
let keyId: string
let app: ReturnType<typeof createKmsApp>
let valid: Record<string, unknown>
let count = 0

const wireName = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
/** The parameters of `operation` in AWS's API. */
const namesOf = (operation: OperationName) => awsInputs(operation).map(wireName)

/** Valid values for `operation`, on a new key, so that calls do not affect each other. */
async function goodFor(operation: OperationName): Promise<Record<string, unknown>> {
  const aliasName = `alias/${count++}`
  const own = (await lab.kms.owner.createKey({ aliasName })).keyMetadata.keyId
  const isNew = operation === 'createAlias'
  const all = { ...valid, KeyId: own, TargetKeyId: own, AliasName: isNew ? `${aliasName}-new` : aliasName }
  const names = namesOf(operation)
  const given = names.filter((name) => !['CustomerMasterKeySpec', 'Marker', 'Recipient'].includes(name))
  const values = Object.fromEntries(given.map((name) => [name, all[name as keyof typeof all]]))
  return operation.includes('DataKey') && values['KeySpec'] ? { ...values, KeySpec: 'AES_256' } : values
}

beforeAll(async () => {
  lab = await createLaboratory()
  keyId = (await lab.kms.owner.createKey({})).keyMetadata.keyId
  app = createKmsApp(lab.kms, { unsigned: { principal: ROLE, policies: [ALL] } })
  const { ciphertextBlob } = await lab.kms.owner.encrypt({ keyId, plaintext: utf8('a') })
  /** A valid value for each parameter, by its name on the wire. */
  valid = {
    AliasName: 'alias/a',
    BypassPolicyLockoutSafetyCheck: true,
    CiphertextBlob: toBase64(ciphertextBlob),
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    Constraints: { EncryptionContextSubset: { a: 'b' } },
    Description: 'a',
    DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    DestinationEncryptionContext: { a: 'b' },
    DestinationKeyId: keyId,
    DryRun: false,
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    EncryptionContext: { a: 'b' },
    GrantId: 'a'.repeat(64),
    GrantToken: 'a',
    GrantTokens: [],
    GranteePrincipal: ROLE,
    IncludeKeyMaterial: 'ROTATIONS_ONLY',
    KeyAgreementAlgorithm: 'ECDH',
    KeyId: keyId,
    KeyPairSpec: 'ECC_NIST_P256',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Limit: 10,
    Mac: 'YQ==',
    MacAlgorithm: 'HMAC_SHA_256',
    Marker: 'YQ==',
    Message: 'YQ==',
    MessageType: 'RAW',
    MultiRegion: false,
    Name: 'a',
    NumberOfBytes: 16,
    Operations: ['Encrypt'],
    Origin: 'AWS_KMS',
    PendingWindowInDays: 7,
    Plaintext: 'YQ==',
    Policy: '{}',
    PolicyName: 'default',
    PublicKey: 'YQ==',
    Recipient: { AttestationDocument: 'YQ==', KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' },
    RetiringPrincipal: ROLE,
    RotationPeriodInDays: 90,
    Signature: 'YQ==',
    SigningAlgorithm: 'ECDSA_SHA_256',
    SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    SourceEncryptionContext: { a: 'b' },
    SourceKeyId: keyId,
    TagKeys: ['a'],
    Tags: [{ TagKey: 'a', TagValue: 'b' }],
    TargetKeyId: keyId,
  }
})

async function send(
  operation: string,
  body: unknown,
): Promise<{ status: number; type: string; message: string }> {
  const response = await app.request('/', {
    method: 'POST',
    headers: { ...JSON_TYPE, 'X-Amz-Target': `TrentService.${wireName(operation)}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const answer = (await response.json()) as { __type?: string; message?: string }
  return { status: response.status, type: answer.__type ?? '', message: answer.message ?? '' }
}

/** Every parameter of every operation. */
const PARAMETERS = AWS_OPERATIONS.flatMap((operation) =>
  namesOf(operation).map((name) => [operation, name] as const),
)

describe.each(PARAMETERS)('%s %s', (operation, parameter) => {
  const sendWith = async (value: unknown) =>
    send(operation, { ...(await goodFor(operation)), [parameter]: value })

  test('rejects values that have another type or are too long', async () => {
    const text = typeof valid[parameter] === 'string'
    for (const value of [text ? 5 : 'text', [[]], { a: { b: 1 } }, true, 1.5].filter(
      (one) => typeof one !== typeof valid[parameter],
    )) {
      const { status, type, message } = await sendWith(value)
      expect([status, type], JSON.stringify(value)).toEqual([
        400,
        expect.stringMatching(/^(?:Validation|Serialization)Exception$/),
      ])
      expect(message.toLowerCase()).toContain(parameter.toLowerCase())
    }
    const long = text ? 'x'.repeat(300_000) : typeof valid[parameter] === 'number' ? 1e9 : undefined
    if (long === undefined) return
    const { status, type } = await sendWith(long)
    expect([status, type]).toEqual([400, expect.stringMatching(/Exception$/)])
  })

  test('if required, is named in the error when it is missing or null', async () => {
    const { [parameter]: _, ...body } = await goodFor(operation)
    const missing = await send(operation, body)
    const withNull = await send(operation, { ...(await goodFor(operation)), [parameter]: null })
    expect([withNull.status, withNull.type]).toEqual([missing.status, missing.type])
    if (!missing.message.includes('must not be null')) return
    expect(missing).toMatchObject({ status: 400, type: 'ValidationException' })
    expect(missing.message.toLowerCase()).toContain(`'${parameter.toLowerCase()}'`)
  })
})

describe('ciphertexts', () => {
  const decrypt = (CiphertextBlob: unknown, more: object = {}) => send('decrypt', { CiphertextBlob, ...more })
  test('are refused if they are truncated, not base64, or of an unknown key', async () => {
    const blob = String(valid['CiphertextBlob'])
    expect((await decrypt(blob.slice(0, 40))).type).toBe('InvalidCiphertextException')
    expect((await decrypt(blob.slice(0, -4))).type).toBe('InvalidCiphertextException')
    for (const bad of ['?', 'YQ', 'YQ=', 'Y Q==', '____'])
      expect((await decrypt(bad)).type, bad).toBe('SerializationException')
    const foreign = Uint8Array.from(atob(blob), (one) => one.charCodeAt(0))
    foreign[10]! ^= 1
    expect((await decrypt(toBase64(foreign))).type).toBe('NotFoundException')
  })

  test('are refused after their key was deleted', async () => {
    let now = Date.now()
    const { kms } = await createLaboratory({ now: () => now })
    const key = (await kms.owner.createKey({})).keyMetadata.keyId
    const { ciphertextBlob } = await kms.owner.encrypt({ keyId: key, plaintext: utf8('a') })
    await kms.owner.scheduleKeyDeletion({ keyId: key, pendingWindowInDays: 7 })
    now += 8 * 24 * 3_600_000
    await expect(kms.owner.decrypt({ ciphertextBlob })).rejects.toMatchObject({ code: 'E_KMS_NOT_FOUND' })
  })
})

describe('bodies', () => {
  test.each<[what: string, body: string, type: string]>([
    ['an empty body', '', 'SerializationException'],
    ['truncated JSON', '{"KeyId":', 'SerializationException'],
    ['a list', '[]', 'SerializationException'],
    ['null', 'null', 'SerializationException'],
    ['a string', '"a"', 'SerializationException'],
    ['deeply nested JSON', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 'SerializationException'],
  ])('are refused: %s', async (_, body, type) => {
    expect((await send('describeKey', body)).type).toBe(type)
  })

  test('of 10 MB are refused, with and without a Content-Length', async () => {
    const body = 'x'.repeat(10 * 1024 * 1024)
    expect(await send('describeKey', body)).toMatchObject({
      status: 413,
      message: expect.stringContaining('too long'),
    })
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    const request = new Request('http://kms/', {
      method: 'POST',
      headers: { ...JSON_TYPE, 'X-Amz-Target': 'TrentService.ListKeys' },
      body: stream,
      duplex: 'half',
    } as RequestInit)
    expect((await app.fetch(request)).status).toBe(413)
    const huawei = await app.request('/v1.0/p/kms/list-keys', { method: 'POST', body })
    expect([huawei.status, await huawei.json()]).toEqual([
      413,
      expect.objectContaining({ error_code: 'KMS.0203' }),
    ])
  })

  test('with names such as __proto__, or unknown names, are rejected by name', async () => {
    for (const [body, name] of [
      ['{"__proto__":{"Description":"polluted"}}', '__proto__'],
      ['{"constructor":{"a":1}}', 'constructor'],
      ['{"Description":"a","Colour":"red"}', 'colour'],
      ['{"Description":"a","description":"b"}', 'description'],
      ['{"Tags":[{"TagKey":"a","TagValue":"b","Colour":"red"}]}', 'tags.1.member.colour'],
    ] as const) {
      const { status, type, message } = await send('createKey', body)
      expect([status, type], body).toEqual([400, 'UnsupportedOperationException'])
      expect(message).toContain(name)
    }
    expect((await send('createKey', '{"Description":"a","Colour":null}')).status).toBe(200)
    expect(({} as { description?: string }).description).toBeUndefined()
    const context = JSON.parse('{"__proto__":"1","constructor":"2"}')
    const sealed = await lab.kms.owner.encrypt({ keyId, plaintext: utf8('a'), encryptionContext: context })
    await lab.kms.owner.decrypt({
      ...sealed,
      keyId,
      encryptionContext: JSON.parse('{"constructor":"2","__proto__":"1"}'),
    })
    await expect(lab.kms.owner.decrypt({ ...sealed, keyId, encryptionContext: {} })).rejects.toMatchObject({
      code: 'E_KMS_CIPHERTEXT',
    })
  })

  test.each([
    'TrentService.NoSuch',
    'TrentService.decrypt',
    'TrentService.',
    'TrentService.__proto__',
    'TrentService.ToString',
    'Decrypt',
    '',
  ])('for the unknown operation %j are refused', async (target) => {
    const response = await app.request('/', {
      method: 'POST',
      headers: { ...JSON_TYPE, 'X-Amz-Target': target },
      body: '{}',
    })
    expect([response.status, (await response.json()) as object]).toEqual([
      400,
      expect.objectContaining({ __type: 'UnknownOperationException' }),
    ])
  })
})

test('every error code maps to an AWS error type, and a refused document’s error names the failed check', async () => {
  expect(new Set(Object.values(AWS_ERRORS).map(([type]) => type)).size).toBeGreaterThan(15)
  const old = await new FakeEnclave(lab.authority, 1).document({ timestamp: Date.now() - 3_600_000 })
  const Recipient = { AttestationDocument: toBase64(old), KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }
  const answer = await send('generateRandom', { NumberOfBytes: 1, Recipient })
  expect(answer).toMatchObject({
    type: 'ValidationException',
    message: expect.stringMatching(/check 13, freshness/),
  })
})
