/**
 * Huawei's API, called with the client and signer of Huawei's own SDK (`@huaweicloud/huaweicloud-sdk-core`), unmodified,
 * and with the paths and models of its KMS package, which is not in the npm registry.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js'
import { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js'
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromBase64, toBase64 } from '../../../src/base/base64.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { createKmsApp } from '../../../src/kms/index.ts'
import { createLaboratory, FakeEnclave, fromUtf8, type Laboratory, pcr0, utf8 } from '../support.ts'
import { ACCESS_KEY, serveOnLoopback } from '../support-http.ts'

const PROJECT = '0123456789abcdef0123456789abcdef'
const DOMAIN = '6c031a4leefc480bb60f20c003891fcd'
const AGENCY = `iam::${DOMAIN}:agency:enclave`
const ENCLAVE_KEY = { accessKeyId: 'AKENCLAVE', secretAccessKey: 'secret of the enclave' }

/** By default, the SDK prints every refusal. */
const SILENT = { debug() {}, info() {}, error() {} }

let lab: Laboratory
let server: Awaited<ReturnType<typeof serveOnLoopback>>
let admin: Client
let enclave: Client

type Answer = Record<string, unknown> & { key_id: string; cipher_text: string; ciphertext_recipient: string }

/** Makes the same calls as the methods of Huawei's KMS client. */
class Client {
  readonly #client: HcClient

  constructor(endpoint: string, { accessKeyId, secretAccessKey }: typeof ACCESS_KEY) {
    const credential = new BasicCredentials()
      .withAk(accessKeyId)
      .withSk(secretAccessKey)
      .withProjectId(PROJECT)
    // As the SDK's ClientBuilder does, which cannot be loaded: the package does not declare its dependency uuid.
    const http = new DefaultHttpClient({ logger: SILENT } as never, [endpoint])
    this.#client = new HcClient(http).withEndpoints([endpoint]).withCredential(credential)
  }

  call(path: string, data?: object, method = 'POST'): Promise<Answer> {
    return this.#client.sendRequest({
      url: `/v1.0/{project_id}/kms/${path}`,
      method,
      contentType: 'application/json',
      queryParams: {},
      pathParams: { project_id: PROJECT },
      headers: {},
      ...(data && { data }),
    } as never) as never
  }
}

beforeAll(async () => {
  lab = await createLaboratory({ place: { account: '111122223333', domain: DOMAIN } })
  const all = {
    Version: '5.0',
    Statement: [{ Effect: 'Allow', Action: ['kms:*:*', 'kms::*'], Resource: ['*'] }],
  }
  const own = {
    Version: '1.1',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['kms:cmk:generate', 'kms:dek:create', 'kms:cmk:decrypt', 'kms:dek:decrypt'],
        Resource: ['*'],
        Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation/PCR0': [pcr0(1)] } },
      },
    ],
  }
  const account = 'arn:aws:iam::111122223333:root'
  server = await serveOnLoopback(
    createKmsApp(lab.kms, {
      explain: 'summary',
      accessKeys: [
        { ...ACCESS_KEY, principal: account, policies: [all] },
        { ...ENCLAVE_KEY, principal: AGENCY, policies: [own] },
      ],
    }),
  )
  admin = new Client(server.url, ACCESS_KEY)
  enclave = new Client(server.url, ENCLAVE_KEY)
})
afterAll(() => server.close())

let count = 0
async function createKey(more: object = {}): Promise<string> {
  const { key_info } = (await admin.call('create-key', {
    key_alias: `key-${count++}`,
    ...more,
  })) as unknown as { key_info: { key_id: string } }
  return key_info.key_id
}
const recipient = async (from: FakeEnclave = lab.enclave) => ({
  attestation_document: toBase64(await from.document()),
  key_encryption_algorithm: 'RSAES_OAEP_SHA_256',
})
const opened = (answer: Answer) => lab.enclave.open(fromBase64(answer.ciphertext_recipient))

describe('keys', () => {
  test('are created, described, listed, renamed', async () => {
    const key_id = await createKey({ key_description: 'one', key_spec: 'AES_256' })
    await admin.call('update-key-alias', { key_id, key_alias: 'renamed' })
    await admin.call('update-key-description', { key_id, key_description: 'two' })
    const { key_info } = await admin.call('describe-key', { key_id })
    expect(key_info).toMatchObject({
      key_id,
      key_alias: 'renamed',
      key_description: 'two',
      key_state: '2',
      key_spec: 'AES_256',
    })
    const { keys, truncated, next_marker } = await admin.call('list-keys', { limit: '1' })
    expect([(keys as string[]).length, typeof truncated, typeof next_marker]).toEqual([1, 'string', 'string'])
  })

  test('are disabled, enabled, scheduled for deletion and restored', async () => {
    const key_id = await createKey()
    expect((await admin.call('disable-key', { key_id })).key_info).toEqual({ key_id, key_state: '3' })
    await expect(admin.call('encrypt-data', { key_id, plain_text: 'a' })).rejects.toMatchObject({
      errorCode: 'KMS.0209',
      httpStatusCode: 400,
    })
    await admin.call('enable-key', { key_id })
    expect(await admin.call('schedule-key-deletion', { key_id, pending_days: '7' })).toMatchObject({
      key_id,
      key_state: '4',
    })
    await expect(admin.call('encrypt-data', { key_id, plain_text: 'a' })).rejects.toMatchObject({
      errorCode: 'KMS.0210',
    })
    expect(await admin.call('cancel-key-deletion', { key_id })).toMatchObject({ key_state: '3' })
  })

  test.each([
    [40, 'unknown key_spec'],
    [41, 'length less than or equal to 40'],
  ])('are not listed for a key_spec of %d characters', async (length, message) => {
    await expect(admin.call('list-keys', { key_spec: 'A'.repeat(length) })).rejects.toThrow(message)
  })

  test('are rotated', async () => {
    const key_id = await createKey()
    await admin.call('enable-key-rotation', { key_id })
    await admin.call('update-key-rotation-interval', { key_id, rotation_interval: 90 })
    const status = await admin.call('get-key-rotation-status', { key_id })
    expect(status).toMatchObject({
      key_rotation_enabled: true,
      rotation_interval: 90,
      last_rotation_time: expect.stringMatching(/^\d{13}$/),
      number_of_rotations: 0,
    })
    await admin.call('disable-key-rotation', { key_id })
  })

  test('have tags', async () => {
    const key_id = await createKey()
    await admin.call(`${key_id}/tags`, { tag: { key: 'team', value: 'a' } })
    await admin.call(`${key_id}/tags`, { tag: { key: 'other', value: '' } })
    await admin.call(`${key_id}/tags/other`, undefined, 'DELETE')
    const { tags, existTagsNum } = await admin.call(`${key_id}/tags`, undefined, 'GET')
    expect([tags, existTagsNum]).toEqual([[{ key: 'team', value: 'a' }], 1])
  })
})

describe('data', () => {
  test('is encrypted and decrypted, with additional authenticated data', async () => {
    const key_id = await createKey()
    const additional_authenticated_data = 'beside'
    const { cipher_text } = await admin.call('encrypt-data', {
      key_id,
      plain_text: 'Grüße',
      additional_authenticated_data,
    })
    const answer = await admin.call('decrypt-data', { cipher_text, additional_authenticated_data })
    expect(answer).toMatchObject({ key_id, plain_text: 'Grüße', plain_text_base64: toBase64(utf8('Grüße')) })
    await expect(admin.call('decrypt-data', { cipher_text })).rejects.toMatchObject({ errorCode: 'KMS.2201' })
    const destination_key_id = await createKey()
    const again = await admin.call('re-encrypt', {
      cipher_text,
      source_key_id: key_id,
      source_additional_authenticated_data: additional_authenticated_data,
      destination_key_id,
    })
    expect(again.key_id).toBe(destination_key_id)
    expect((await admin.call('decrypt-data', { cipher_text: again.cipher_text }))['plain_text']).toBe('Grüße')
  })

  test('keys are hexadecimal, as plaintext and encrypted', async () => {
    const key_id = await createKey()
    const made = await admin.call('create-datakey', { key_id, datakey_length: '512' })
    expect(made['plain_text']).toMatch(/^[0-9a-f]{128}$/)
    const opening = { key_id, cipher_text: made.cipher_text, datakey_cipher_length: '64' }
    const digest = createHash('sha256')
      .update(fromHex(String(made['plain_text'])))
      .digest('hex')
    expect(await admin.call('decrypt-datakey', opening)).toMatchObject({
      data_key: made['plain_text'],
      datakey_length: '64',
      datakey_dgst: digest,
    })
    const without = await admin.call('create-datakey-without-plaintext', { key_id, key_spec: 'AES_128' })
    expect(without).not.toHaveProperty('plain_text')
    const plain_text = `${made['plain_text']}${digest}`
    const sealed = await admin.call('encrypt-datakey', { key_id, plain_text, datakey_plain_length: '64' })
    expect(
      (
        await admin.call('decrypt-datakey', {
          key_id,
          cipher_text: sealed.cipher_text,
          datakey_cipher_length: '64',
        })
      )['data_key'],
    ).toBe(made['plain_text'])
    const wrong = `${made['plain_text']}${'0'.repeat(64)}`
    await expect(
      admin.call('encrypt-datakey', { key_id, plain_text: wrong, datakey_plain_length: '64' }),
    ).rejects.toMatchObject({
      errorMsg: expect.stringContaining('hash verification'),
    })
  })

  test('key pairs, random bytes, signatures, and shared secrets work', async () => {
    const key_id = await createKey()
    const rsa = await admin.call('create-rsa-datakey-pair', { key_id, key_spec: 'RSA_2048' })
    expect(fromBase64(String(rsa['private_key_plain_text'])).byteLength).toBeGreaterThan(1000)
    const ec = await admin.call('create-ec-datakey-pair', {
      key_id,
      key_spec: 'EC_P256',
      with_plain_text: false,
    })
    expect(ec).not.toHaveProperty('private_key_plain_text')
    expect((await admin.call('gen-random', { random_data_length: '256' }))['random_data']).toMatch(
      /^[0-9a-f]{64}$/,
    )

    const signing = await createKey({ key_spec: 'EC_P384', key_usage: 'SIGN_VERIFY' })
    const message = toBase64(utf8('message'))
    const sign = { key_id: signing, message, signing_algorithm: 'ECDSA_SHA_384', message_type: 'RAW' }
    const { signature } = await admin.call('sign', sign)
    const { public_key } = await admin.call('get-publickey', { key_id: signing })
    expect(
      verify('sha384', utf8('message'), createPublicKey(String(public_key)), fromBase64(String(signature))),
    ).toBe(true)
    expect((await admin.call('verify', { ...sign, signature }))['signature_valid']).toBe('true')
    expect(
      (await admin.call('verify', { ...sign, message: toBase64(utf8('other')), signature }))[
        'signature_valid'
      ],
    ).toBe('false')

    const agreeing = await createKey({ key_spec: 'EC_P256', key_usage: 'KEY_AGREEMENT' })
    const derive = { key_id: agreeing, key_agreement_algorithm: 'ECDH', public_key: ec['public_key'] }
    expect(
      fromBase64(String((await admin.call('derive-shared-secret', derive))['shared_secret'])).byteLength,
    ).toBe(32)
    expect(
      (await opened(await admin.call('derive-shared-secret', { ...derive, recipient: await recipient() })))
        .byteLength,
    ).toBe(32)
  })
})

describe('an enclave whose agency’s policy names its image', () => {
  test('gets data keys, data and random bytes only as ciphertext_recipient', async () => {
    const key_id = await createKey()
    const made = await enclave.call('create-datakey', {
      key_id,
      datakey_length: '256',
      recipient: await recipient(),
    })
    expect(made).not.toHaveProperty('plain_text')
    const opening = { key_id, cipher_text: made.cipher_text, datakey_cipher_length: '32' }
    const again = await enclave.call('decrypt-datakey', { ...opening, recipient: await recipient() })
    expect(toHex(await opened(again))).toBe(toHex(await opened(made)))
    expect(again).not.toHaveProperty('data_key')
    const { cipher_text } = await admin.call('encrypt-data', { key_id, plain_text: 'a secret' })
    const answer = await enclave.call('decrypt-data', { cipher_text, recipient: await recipient() })
    expect(answer).not.toHaveProperty('plain_text')
    expect(fromUtf8(await opened(answer))).toBe('a secret')
    const random = await enclave.call('gen-random', {
      random_data_length: '256',
      recipient: await recipient(),
    })
    expect((await opened(random)).byteLength).toBe(32)
  })

  test('is denied with another image, or without a document', async () => {
    const key_id = await createKey()
    const other = await recipient(new FakeEnclave(lab.authority, 2))
    for (const more of [{}, { recipient: other }]) {
      const error = await enclave
        .call('create-datakey', { key_id, ...more })
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        httpStatusCode: 403,
        errorCode: 'KMS.0306',
        errorMsg: expect.stringContaining('may not perform'),
      })
    }
  })
})

describe('refusals', () => {
  test.each<[path: string, body: object, code: string, status: number]>([
    ['no-such-call', {}, 'KMS.0201', 404],
    ['describe-key', {}, 'KMS.0204', 400],
    ['describe-key', { key_id: 5 }, 'KMS.0202', 400],
    ['describe-key', { key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f' }, 'KMS.0207', 400],
    ['decrypt-datakey', { cipher_text: 'xyz' }, 'KMS.0202', 400],
    ['decrypt-data', { cipher_text: '????' }, 'KMS.0202', 400],
    ['decrypt-data', { cipher_text: 'AAAA' }, 'KMS.2201', 400],
    ['gen-random', { random_data_length: '7' }, 'KMS.0204', 400],
    ['gen-random', { random_data_length: '80000' }, 'KMS.0204', 400],
    ['create-key', { key_alias: 'a b' }, 'KMS.1101', 400],
    ['create-key', { key_alias: 'a', key_spec: 'SM4' }, 'KMS.0204', 400],
    ['list-keys', { marker: '?' }, 'KMS.0204', 400],
  ])('%s %j: %s', async (path, body, code, status) => {
    await expect(admin.call(path, body)).rejects.toMatchObject({ errorCode: code, httpStatusCode: status })
  })

  test('an alias in use, and a request signed with another secret', async () => {
    await createKey({ key_alias: 'taken' })
    await expect(createKey({ key_alias: 'taken' })).rejects.toMatchObject({ errorCode: 'KMS.1104' })
    const stranger = new Client(server.url, { ...ACCESS_KEY, secretAccessKey: 'guessed' })
    await expect(stranger.call('list-keys', {})).rejects.toMatchObject({
      errorCode: 'APIGW.0301',
      httpStatusCode: 401,
    })
  })
})
