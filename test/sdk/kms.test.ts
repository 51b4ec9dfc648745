/** The SDK's KMS client in an enclave: both clouds' APIs, options, and errors. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createKms } from '../../src/kms/index.ts'
import { appOf, bytes, CREDENTIALS, identityOf, KmsLab } from './kms-lab.ts'

let lab: KmsLab
beforeAll(async () => {
  lab = await KmsLab.open()
})
afterEach(() => lab.endService())
afterAll(() => lab[Symbol.asyncDispose]())

describe('a KMS', () => {
  test('decrypts, generates data keys and random bytes, and encrypts', async () => {
    await lab.serve()
    expect(await lab.decrypt()).toEqual({ value: 'the secret' })
    const { value } = await lab.attempt(`
      const context = { encryptionContext: { tenant: 'a' } }
      const { plaintext, ciphertext } = await kms.generateDataKey('${lab.keyId}', context)
      const again = await kms.decryptDataKey(ciphertext, { ...context, keyId: '${lab.keyId}' })
      const random = await kms.generateRandom(100)
      const sealed = await kms.encrypt('${lab.keyId}', plaintext, context)
      return [plaintext.length, plaintext.join() === again.join(), random.length,
        (await kms.decrypt(sealed, context)).join() === plaintext.join()]`)
    expect(value).toEqual([32, true, 100, true])
  })

  test('can be pinned by its key instead of the key’s digest', async () => {
    await lab.serve()
    const code = `return text(await sdk.createKmsClient({ identity: ${bytes(lab.kms.identity())}, credentials: ${JSON.stringify(CREDENTIALS)} })
      .decrypt(${bytes(lab.ciphertext)}, { encryptionContext: { tenant: 'a' } }))`
    expect(
      await lab.guest.attempt(`const text = (bytes) => new TextDecoder().decode(bytes); ${code}`),
    ).toEqual({
      value: 'the secret',
    })
  })

  test('can require its own nonce in each document', async () => {
    await using strict = await createKms({
      attestation: { profile: 'qingtian', roots: lab.guest.parent.rootCertificate, nonce: 'required' },
    })
    await lab.serve(appOf(strict))
    const random = `return (await kms.generateRandom(16)).length`
    const identity = identityOf(strict)
    expect((await lab.attempt(random, { identity })).error?.message).toContain('nonce')
    expect(
      await lab.attempt(`${random.replace('return', 'const first =')}; ${random}`, {
        identity,
        kmsNonce: true,
      }),
    ).toEqual({ value: 16 })
  })

  test('explains a denial', async () => {
    await lab.serve()
    const refusals = [
      [
        await lab.decrypt({ credentials: { ...CREDENTIALS, secretAccessKey: 'other' } }),
        'InvalidSignatureException',
      ],
      [await lab.decrypt({ credentials: undefined }), 'InvalidSignatureException'],
      [await lab.attempt(`await kms.generateDataKey('nobody')`), 'NotFoundException'],
    ] as const
    for (const [{ error }, type] of refusals) {
      expect(error?.code).toBe('E_KMS_REFUSED')
      expect(error?.message).toContain(type)
    }
  })

  test('binds a ciphertext to its context', async () => {
    await lab.serve()
    const foreign = await lab.encrypted('another tenant’s', { tenant: 'b' })
    expect((await lab.decrypt({}, foreign)).error?.message).toContain('InvalidCiphertextException')
  })
})

describe('over Huawei’s API', () => {
  const huawei = { dialect: 'huawei', projectId: '0123456789abcdef' }

  test('decrypts, generates data keys and random bytes, and encrypts', async () => {
    await lab.serve()
    expect(await lab.decrypt(huawei)).toEqual({ value: 'the secret' })
    const { value } = await lab.attempt(
      `const context = { encryptionContext: { tenant: 'a' } }
      const { plaintext, ciphertext } = await kms.generateDataKey('${lab.keyId}', context)
      const again = await kms.decryptDataKey(ciphertext, { ...context, keyId: '${lab.keyId}' })
      const sealed = await kms.encrypt('${lab.keyId}', new TextEncoder().encode('häuslich'), context)
      return [plaintext.length, plaintext.join() === again.join(), (await kms.generateRandom(32)).length,
        text(await kms.decrypt(sealed, context))]`,
      huawei,
    )
    expect(value).toEqual([32, true, 32, 'häuslich'])
  })

  test('explains a denial, and encrypts only text', async () => {
    await lab.serve()
    const { error } = await lab.decrypt({
      ...huawei,
      credentials: { ...CREDENTIALS, secretAccessKey: 'other' },
    })
    expect(error?.message).toMatch(/^E_KMS_REFUSED: .*status 401, /)
    const bytes = await lab.attempt(`await kms.encrypt('${lab.keyId}', Uint8Array.of(255))`, huawei)
    expect(bytes.error?.code).toBe('E_KMS_OPTIONS')
  })
})

test.each(['aws', 'huawei'])(
  'temporary access keys need their session token, in the dialect %s',
  async (dialect) => {
    const temporary = { ...CREDENTIALS, sessionToken: 'token' }
    await lab.serve(appOf(lab.kms, temporary))
    expect((await lab.decrypt({ dialect })).error?.code).toBe('E_KMS_REFUSED')
    expect(await lab.decrypt({ dialect, credentials: temporary })).toEqual({ value: 'the secret' })
  },
)

describe('options', () => {
  test.each([[{ identity: 'ab' }], [{ identity: 'g'.repeat(64) }], [{ identity: '' }], [{}]])(
    'without a valid identity are refused: %o',
    async (options) => {
      const { error } = await lab.guest.attempt(`return sdk.createKmsClient(${JSON.stringify(options)}) && 1`)
      expect(error?.code).toBe('E_KMS_OPTIONS')
    },
  )
})

test.each<[what: string, options: object]>([
  ['a host', { host: 'kms\r\nx-amz-target: TrentService.Encrypt' }],
  ['an access key', { credentials: { ...CREDENTIALS, accessKeyId: 'ä' } }],
  ['a token', { credentials: { ...CREDENTIALS, sessionToken: 'a\nb: c' } }],
])('%s that is invalid in an HTTP header is refused', async (_, options) => {
  await lab.serve()
  expect((await lab.decrypt(options)).error?.code).toBe('E_KMS_OPTIONS')
})

describe('requests', () => {
  /** The requests that a decryption sends. */
  async function requestsOf(options: object): Promise<Request[]> {
    const requests: Request[] = []
    await lab.serve({
      fetch: (request) => {
        requests.push(request)
        return new Response('{}', { status: 400 })
      },
    })
    await lab.decrypt({ identity: 'unverified', ...options })
    await lab.serve()
    return requests
  }

  test.each([
    ['aws', 'content-digest;content-type;host;x-amz-date;x-amz-security-token;x-amz-target', '/'],
    ['huawei', 'content-digest;content-type;host;x-sdk-date;x-security-token', '/v1.0/p7/kms/decrypt-data'],
  ])('in the dialect %s have sorted signed headers, and the dialect’s path', async (dialect, names, path) => {
    const credentials = { ...CREDENTIALS, sessionToken: 'token' }
    const [request] = await requestsOf({ dialect, credentials, projectId: 'p7' })
    expect(request!.headers.get('authorization')).toContain(`SignedHeaders=${names},`)
    expect(new URL(request!.url).pathname).toBe(path)
  })

  test('in the dialect huawei use project 0 by default', async () => {
    const [request] = await requestsOf({ dialect: 'huawei' })
    expect(new URL(request!.url).pathname).toBe('/v1.0/0/kms/decrypt-data')
  })
})
