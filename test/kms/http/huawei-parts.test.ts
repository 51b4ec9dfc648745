/** The members of bodies in Huawei's API: missing, contradictory, of another type, or out of range. */
import { beforeEach, describe, expect, test } from 'vitest'
import { toBase64 } from '../../../src/base/base64.ts'
import { toHex } from '../../../src/base/bytes.ts'
import { createKmsApp } from '../../../src/kms/index.ts'
import { ACCOUNT, createLaboratory, type Laboratory, ROLE, random } from '../support.ts'

type Answer = Record<string, unknown> & { error_code?: string; error_msg?: string }

let lab: Laboratory
let keyId: string
let app: ReturnType<typeof createKmsApp>
beforeEach(async () => {
  lab = await createLaboratory({ place: { account: ACCOUNT } })
  keyId = (await lab.kms.owner.createKey({})).keyMetadata.keyId
  const policies = [{ Statement: [{ Effect: 'Allow', Action: '*' }] }]
  app = createKmsApp(lab.kms, { unsigned: { principal: ROLE, policies } })
})

async function call(path: string, body: object): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await app.request(`/v1.0/p/kms/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return { status: answer.status, ...((await answer.json()) as object) }
}
const refusedAs = (code: string, message: string) => ({
  status: 400,
  error_code: code,
  error_msg: expect.stringContaining(message),
})

describe('data keys', () => {
  test.each<[members: object, bytes: number]>([
    [{}, 32],
    [{ datakey_length: '512' }, 64],
    [{ datakey_length: 8 }, 1],
    [{ datakey_length: '8192' }, 1024],
    [{ key_spec: 'AES_128' }, 16],
    [{ key_spec: 'AES_256' }, 32],
    [{ key_spec: 'AES_128', datakey_length: '64' }, 8],
  ])('%j: %d bytes', async (members, bytes) => {
    const { plain_text } = await call('create-datakey', { key_id: keyId, ...members })
    expect(plain_text).toMatch(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
  })

  test.each(['create-datakey', 'create-datakey-without-plaintext'])(
    '%s: an invalid key_spec is rejected, with and without a length',
    async (path) => {
      const make = (more: object) => call(path, { key_id: keyId, ...more })
      for (const datakey_length of ['64', undefined]) {
        for (const wrong of ['AES_512', 'RSA_2048', '', 'aes_256']) {
          expect(await make({ key_spec: wrong, datakey_length })).toMatchObject(
            refusedAs('KMS.0204', 'key_spec'),
          )
        }
        for (const wrong of [{ any: 'thing' }, 5, true, ['AES_256']]) {
          expect(await make({ key_spec: wrong, datakey_length })).toMatchObject(
            refusedAs('KMS.0202', 'key_spec'),
          )
        }
        for (const good of ['AES_256', 'AES_128', null, undefined]) {
          expect(await make({ key_spec: good, datakey_length })).toMatchObject({ status: 200 })
        }
      }
    },
  )

  test('are decrypted only with the right length, at most 1024 bytes, also for an enclave', async () => {
    const { cipher_text, plain_text } = await call('create-datakey', { key_id: keyId, datakey_length: '512' })
    const open = (length: unknown, more = {}) =>
      call('decrypt-datakey', { key_id: keyId, cipher_text, datakey_cipher_length: length, ...more })
    for (const length of ['64', 64, undefined])
      expect(await open(length)).toMatchObject({ data_key: plain_text })
    const recipient = {
      attestation_document: toBase64(await lab.enclave.document()),
      key_encryption_algorithm: 'RSAES_OAEP_SHA_256',
    }
    expect(await open('64', { recipient })).toHaveProperty('ciphertext_recipient')
    for (const length of ['63', '65', 32]) {
      expect(await open(length)).toMatchObject(refusedAs('KMS.0204', 'datakey_cipher_length'))
      expect(await open(length, { recipient })).toMatchObject(refusedAs('KMS.0204', 'datakey_cipher_length'))
    }
    for (const length of [0, 1025])
      expect(await open(length)).toMatchObject(refusedAs('KMS.0204', 'must have value'))
    expect(await open('x')).toMatchObject(refusedAs('KMS.0202', 'whole number'))
  })

  test('are encrypted only with the right length', async () => {
    const plain_text = toHex(random(16))
    const seal = (length: unknown) =>
      call('encrypt-datakey', { key_id: keyId, plain_text, datakey_plain_length: length })
    expect(await seal('16')).toMatchObject({ datakey_length: '16' })
    expect(await seal(undefined)).toMatchObject(refusedAs('KMS.0204', 'datakey_plain_length'))
    for (const length of [15, 17])
      expect(await seal(length)).toMatchObject(refusedAs('KMS.0204', 'hash verification'))
  })

  test('of pairs are returned as plaintext unless with_plain_text is false', async () => {
    const make = (more: object) =>
      call('create-ec-datakey-pair', { key_id: keyId, key_spec: 'EC_P256', ...more })
    for (const more of [{}, { with_plain_text: true }, { key_spec: 'ECC_NIST_P256' }]) {
      expect(await make(more)).toHaveProperty('private_key_plain_text')
    }
    expect(await make({ with_plain_text: false })).not.toHaveProperty('private_key_plain_text')
    expect(await make({ with_plain_text: 'false' })).toMatchObject(refusedAs('KMS.0202', 'with_plain_text'))
    const recipient = { attestation_document: 'YQ==', key_encryption_algorithm: 'RSAES_OAEP_SHA_256' }
    expect(await make({ with_plain_text: false, recipient })).toMatchObject(
      refusedAs('KMS.0211', 'recipient'),
    )
    expect(await make({ key_spec: 'RSA_2048' })).toMatchObject(refusedAs('KMS.0204', 'key_spec'))
  })
})

describe('data', () => {
  test('is returned unchanged, or rejected if it is not well-formed', async () => {
    for (const plain_text of ['\ufeffa', 'a\u0000b', '𝄞']) {
      const { cipher_text } = await call('encrypt-data', { key_id: keyId, plain_text })
      expect(await call('decrypt-data', { cipher_text })).toMatchObject({ plain_text })
    }
    expect(await call('encrypt-data', { key_id: keyId, plain_text: 'a\ud800' })).toMatchObject({
      status: 400,
    })
  })

  test('is bound to a string or to a context, but not both', async () => {
    const associatedData = { additional_authenticated_data: 'a' }
    const context = { encryption_context: { a: 'b' } }
    const sealed = (more: object) => call('encrypt-data', { key_id: keyId, plain_text: 'a', ...more })
    for (const one of [associatedData, context]) {
      const { cipher_text } = await sealed(one)
      expect(await call('decrypt-data', { cipher_text, ...one })).toMatchObject({ plain_text: 'a' })
      expect(await call('decrypt-data', { cipher_text })).toMatchObject({ error_code: 'KMS.2201' })
    }
    expect(await sealed({ ...associatedData, ...context })).toMatchObject(refusedAs('KMS.0204', 'not both'))
  })

  test('is refused for a recipient with an unknown member', async () => {
    const recipient = {
      attestation_document: 'YQ==',
      key_encryption_algorithm: 'RSAES_OAEP_SHA_256',
      other: 1,
    }
    const answer = await call('gen-random', { recipient })
    expect(answer).toMatchObject(refusedAs('KMS.0211', 'other'))
  })
})

describe('keys', () => {
  const make = async (more: object) => {
    const { key_info } = await call('create-key', { key_alias: crypto.randomUUID(), ...more })
    return (key_info as { key_id: string }).key_id
  }

  test('are listed by spec, AES by default, and by state', async () => {
    const policy = await make({})
    const pair = await make({ key_spec: 'EC_P256' })
    const disabled = await make({})
    await lab.kms.owner.disableKey({ keyId: disabled })
    const list = async (body: object) => [...((await call('list-keys', body))['keys'] as string[])].sort()
    const aes = [keyId, policy, disabled]
    expect(await list({})).toEqual([...aes].sort())
    expect(await list({ key_spec: 'AES_256' })).toEqual([...aes].sort())
    expect(await list({ key_spec: 'EC_P256' })).toEqual([pair])
    expect(await list({ key_spec: 'ALL' })).toEqual([...aes, pair].sort())
    expect(await list({ key_spec: 'ALL', key_state: '3' })).toEqual([disabled])
    expect(await list({ key_spec: 'ALL', key_state: '4' })).toEqual([])
    expect(await list({ enterprise_project_id: 'all', marker: '' })).toEqual([...aes].sort())
    const first = await call('list-keys', { key_spec: 'EC_P256', limit: 1 })
    expect([first['truncated'], first['total']]).toEqual(['true', (first['keys'] as string[]).length])
    for (const [body, member] of [
      [{ key_state: '0' }, 'key_state'],
      [{ key_state: '6' }, 'key_state'],
      [{ key_spec: 'SM4' }, 'key_spec'],
      [{ key_spec: 'all' }, 'key_spec'],
    ] as const) {
      expect(await call('list-keys', body)).toMatchObject(refusedAs('KMS.0204', member))
    }
    expect(await call('list-keys', { marker: 0 })).toMatchObject(refusedAs('KMS.0202', 'marker'))
  })

  test('are for signing by default if they are key pairs', async () => {
    const usageOf = async (keyId: string) => (await lab.kms.owner.describeKey({ keyId })).keyMetadata.keyUsage
    expect(await usageOf(await make({}))).toBe('ENCRYPT_DECRYPT')
    expect(await usageOf(await make({ key_spec: 'AES_256' }))).toBe('ENCRYPT_DECRYPT')
    expect(await usageOf(await make({ key_spec: 'RSA_2048' }))).toBe('SIGN_VERIFY')
    expect(await usageOf(await make({ key_spec: 'RSA_2048', key_usage: 'ENCRYPT_DECRYPT' }))).toBe(
      'ENCRYPT_DECRYPT',
    )
  })

  test('have only the new alias after renaming, even if they had more than one page of aliases', async () => {
    const { owner } = lab.kms
    const others = await Promise.all(
      Array.from({ length: 1001 }, (_, at) =>
        owner.createAlias({ aliasName: `alias/${at}`, targetKeyId: keyId }),
      ),
    )
    expect(others).toHaveLength(1001)
    expect(await call('update-key-alias', { key_id: keyId, key_alias: 'only' })).toMatchObject({
      status: 200,
    })
    const { aliases } = await owner.listAliases({ limit: 1000 })
    expect(aliases.map(({ aliasName }) => aliasName)).toEqual(['alias/only'])
  })
})

test('a member without effect has at most 255 characters', async () => {
  const create = (origin: unknown) => call('create-key', { key_alias: 'a', origin })
  expect(await create('x'.repeat(255))).toMatchObject(refusedAs('KMS.0211', "'origin'"))
  expect(await create('x'.repeat(256))).toMatchObject(refusedAs('KMS.0204', 'origin'))
  expect(await create(5)).toMatchObject(refusedAs('KMS.0202', 'origin'))
  expect(await create('kms')).toMatchObject({ status: 200 })
})
