/** Encryption and data keys, checked with Node's own cryptography. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { createLaboratory, keysOf, type Laboratory, random, refused, utf8 } from '../support.ts'

let lab: Laboratory
let owner: KmsClient
let keyId: string
let keyOf: ReturnType<typeof keysOf>

beforeAll(async () => {
  lab = await createLaboratory()
  owner = lab.kms.owner
  keyOf = keysOf(owner)
  keyId = await keyOf('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT')
})

describe('encryption', () => {
  test.each([1, 4096])('of %d bytes can be decrypted only with its context', async (size) => {
    const plaintext = random(size)
    const encryptionContext = { a: '1', b: '2' }
    const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext, encryptionContext })
    expect(ciphertextBlob.byteLength).toBe(size + 52)
    const opened = await owner.decrypt({ ciphertextBlob, encryptionContext: { b: '2', a: '1' } })
    expect(opened.plaintext).toEqual(plaintext)
    for (const other of [{}, { a: '1' }, { a: '1', b: '3' }, { a1: '', b: '2' }, { ab: '12' }]) {
      await expect(owner.decrypt({ ciphertextBlob, encryptionContext: other as never })).rejects.toEqual(
        refused('E_KMS_CIPHERTEXT'),
      )
    }
  })

  test('of the same plaintext gives different ciphertexts', async () => {
    const [one, other] = await Promise.all([0, 1].map(() => owner.encrypt({ keyId, plaintext: utf8('a') })))
    expect(one!.ciphertextBlob).not.toEqual(other!.ciphertextBlob)
  })

  test('every changed byte of a ciphertext is detected', async () => {
    const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext: utf8('abcd') })
    for (const at of ciphertextBlob.keys()) {
      const changed = Uint8Array.from(ciphertextBlob)
      changed[at]! ^= 1
      await expect(owner.decrypt({ ciphertextBlob: changed }), `byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^E_KMS_(?:CIPHERTEXT|NOT_FOUND)$/),
      })
    }
  })

  test.each(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const)(
    'with RSA, %s, has a size limit, needs the key’s ID, and has no context',
    async (encryptionAlgorithm) => {
      const rsa = await keyOf('RSA_2048', 'ENCRYPT_DECRYPT')
      const most = encryptionAlgorithm === 'RSAES_OAEP_SHA_1' ? 214 : 190
      const plaintext = random(most)
      const { ciphertextBlob } = await owner.encrypt({ keyId: rsa, plaintext, encryptionAlgorithm })
      expect((await owner.decrypt({ keyId: rsa, ciphertextBlob, encryptionAlgorithm })).plaintext).toEqual(
        plaintext,
      )
      await expect(
        owner.encrypt({ keyId: rsa, plaintext: random(most + 1), encryptionAlgorithm }),
      ).rejects.toEqual(refused('E_KMS_VALIDATION'))
      await expect(owner.decrypt({ ciphertextBlob, encryptionAlgorithm })).rejects.toEqual(
        refused('E_KMS_VALIDATION', /keyId/),
      )
      await expect(
        owner.decrypt({ keyId: rsa, ciphertextBlob: random(256), encryptionAlgorithm }),
      ).rejects.toEqual(refused('E_KMS_CIPHERTEXT'))
      const encryptionContext = { a: '1' }
      await expect(
        owner.encrypt({ keyId: rsa, plaintext, encryptionAlgorithm, encryptionContext }),
      ).rejects.toEqual(refused('E_KMS_VALIDATION', /context/))
    },
  )

  test('requires an algorithm that the key supports', async () => {
    const rsa = await keyOf('RSA_2048', 'ENCRYPT_DECRYPT')
    const unknown = refused('E_KMS_USAGE', /does not support this algorithm/)
    const plaintext = utf8('a')
    const encryptionAlgorithm = 'RSAES_OAEP_SHA_256'
    const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext })
    await expect(owner.encrypt({ keyId, plaintext, encryptionAlgorithm })).rejects.toEqual(unknown)
    await expect(owner.encrypt({ keyId: rsa, plaintext })).rejects.toEqual(unknown)
    await expect(owner.decrypt({ keyId, ciphertextBlob, encryptionAlgorithm })).rejects.toEqual(unknown)
    const toRsa = { ciphertextBlob, destinationKeyId: rsa }
    await expect(owner.reEncrypt(toRsa)).rejects.toEqual(unknown)
    const sealed = await owner.reEncrypt({ ...toRsa, destinationEncryptionAlgorithm: encryptionAlgorithm })
    const back = {
      ciphertextBlob: sealed.ciphertextBlob,
      sourceKeyId: rsa,
      sourceEncryptionAlgorithm: encryptionAlgorithm,
      destinationKeyId: keyId,
    } as const
    const { sourceKeyId: _, ...unnamed } = back
    await expect(owner.reEncrypt(unnamed)).rejects.toEqual(refused('E_KMS_VALIDATION', /keyId/))
    const again = await owner.reEncrypt(back)
    expect((await owner.decrypt({ ciphertextBlob: again.ciphertextBlob })).plaintext).toEqual(plaintext)
  })

  test('a ciphertext is re-encrypted under another key without revealing the plaintext', async () => {
    const other = (await owner.createKey({})).keyMetadata.keyId
    const { ciphertextBlob } = await owner.encrypt({
      keyId,
      plaintext: utf8('a'),
      encryptionContext: { a: '1' },
    })
    const again = await owner.reEncrypt({
      ciphertextBlob,
      sourceEncryptionContext: { a: '1' },
      destinationKeyId: other,
      destinationEncryptionContext: { b: '2' },
    })
    expect([again.sourceKeyId, again.keyId].map((arn) => arn.split('/')[1])).toEqual([keyId, other])
    const opened = await owner.decrypt({
      keyId: other,
      ciphertextBlob: again.ciphertextBlob,
      encryptionContext: { b: '2' },
    })
    expect(opened.plaintext).toEqual(utf8('a'))
    await expect(
      owner.decrypt({ keyId, ciphertextBlob: again.ciphertextBlob, encryptionContext: { b: '2' } }),
    ).rejects.toEqual(refused('E_KMS_WRONG_KEY'))
  })
})

describe('data keys', () => {
  test('are returned as plaintext and as the matching ciphertext', async () => {
    for (const [input, size] of [
      [{ keySpec: 'AES_256' }, 32],
      [{ keySpec: 'AES_128' }, 16],
      [{ numberOfBytes: 64 }, 64],
    ] as const) {
      const { plaintext, ciphertextBlob } = await owner.generateDataKey({
        keyId,
        ...input,
        encryptionContext: { a: '1' },
      })
      expect(plaintext?.byteLength).toBe(size)
      expect((await owner.decrypt({ ciphertextBlob, encryptionContext: { a: '1' } })).plaintext).toEqual(
        plaintext,
      )
    }
    const without = await owner.generateDataKeyWithoutPlaintext({ keyId, keySpec: 'AES_256' })
    expect(Object.keys(without).sort()).toEqual(['ciphertextBlob', 'keyId'])
    expect((await owner.decrypt(without)).plaintext?.byteLength).toBe(32)
    await expect(owner.generateDataKey({ keyId })).rejects.toEqual(refused('E_KMS_VALIDATION'))
    await expect(owner.generateDataKey({ keyId, keySpec: 'AES_256', numberOfBytes: 32 })).rejects.toEqual(
      refused('E_KMS_VALIDATION'),
    )
  })

  test.each(['RSA_2048', 'ECC_NIST_P256', 'ECC_NIST_P384'] as const)(
    'can be key pairs: %s',
    async (keyPairSpec) => {
      const pair = await owner.generateDataKeyPair({ keyId, keyPairSpec })
      const opened = (await owner.decrypt({ ciphertextBlob: pair.privateKeyCiphertextBlob })).plaintext
      expect(opened).toEqual(pair.privateKeyPlaintext)
      const key = createPrivateKey({ key: Buffer.from(opened!), format: 'der', type: 'pkcs8' })
      expect(new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))).toEqual(
        pair.publicKey,
      )
      const without = await owner.generateDataKeyPairWithoutPlaintext({ keyId, keyPairSpec })
      expect(without).not.toHaveProperty('privateKeyPlaintext')
    },
  )

  test('need a symmetric key', async () => {
    const rsa = await keyOf('RSA_2048', 'ENCRYPT_DECRYPT')
    await expect(owner.generateDataKey({ keyId: rsa, keySpec: 'AES_256' })).rejects.toEqual(
      refused('E_KMS_VALIDATION', /symmetric/),
    )
  })

  test('for a recipient are in an envelope, also the private key of a pair', async () => {
    const recipient = await lab.enclave.recipient()
    const random = await owner.generateRandom({ numberOfBytes: 48, recipient })
    expect(random.plaintext).toBeUndefined()
    expect(
      (await lab.enclave.open((random as { ciphertextForRecipient: Bytes }).ciphertextForRecipient))
        .byteLength,
    ).toBe(48)
    const pair = await owner.generateDataKeyPair({
      keyId,
      keyPairSpec: 'ECC_NIST_P256',
      recipient: await lab.enclave.recipient(),
    })
    expect(pair).not.toHaveProperty('privateKeyPlaintext')
    const opened = await lab.enclave.open(pair.ciphertextForRecipient)
    expect(opened).toEqual((await owner.decrypt({ ciphertextBlob: pair.privateKeyCiphertextBlob })).plaintext)
  })
})

test('data encrypted elsewhere with an RSA public key are decrypted here', async () => {
  const id = await keyOf('RSA_2048', 'ENCRYPT_DECRYPT')
  const { publicKey, encryptionAlgorithms } = await owner.getPublicKey({ keyId: id })
  expect(encryptionAlgorithms).toEqual(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'])
  const key = await crypto.subtle.importKey('spki', publicKey, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, [
    'encrypt',
  ])
  const ciphertextBlob = new Uint8Array(await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, key, utf8('a')))
  const opened = await owner.decrypt({ keyId: id, ciphertextBlob, encryptionAlgorithm: 'RSAES_OAEP_SHA_256' })
  expect(opened.plaintext).toEqual(utf8('a'))
})
