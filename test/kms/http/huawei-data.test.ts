/** Data in Huawei's API, for an administrator and for an enclave. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromBase64, toBase64 } from '../../../src/base/base64.ts'
import { fromHex, toHex } from '../../../src/base/bytes.ts'
import { FakeEnclave, fromUtf8, type Laboratory, utf8 } from '../support.ts'
import { type Answer, type Client, type HuaweiLaboratory, openHuawei } from './huawei-lab.ts'

let huawei: HuaweiLaboratory
let admin: Client
let enclave: Client
let lab: Laboratory
beforeAll(async () => {
  huawei = await openHuawei()
  ;({ admin, enclave, lab } = huawei)
})
afterAll(() => huawei.close())
const createKey = (more?: object) => huawei.createKey(more)

const recipient = async (from: FakeEnclave = lab.enclave) => ({
  attestation_document: toBase64(await from.document()),
  key_encryption_algorithm: 'RSAES_OAEP_SHA_256',
})
const opened = (answer: Answer) => lab.enclave.open(fromBase64(answer.ciphertext_recipient))

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
