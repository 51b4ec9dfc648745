/** What keys do, held against Node's own cryptography: encryption, data keys, signatures of messages and digests, ECDH. */
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import type { KeySpec, SigningAlgorithm } from '../../../src/kms/keys/spec.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { createLaboratory, type Laboratory, refused, utf8 } from '../support.ts'

let lab: Laboratory
let owner: KmsClient
let keyId: string
const made = new Map<string, Promise<string>>()

/** One key of a kind for all tests: RSA keys take long to make. */
function keyOf(
  keySpec: KeySpec,
  keyUsage: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'KEY_AGREEMENT',
): Promise<string> {
  const known = made.get(keySpec + keyUsage)
  const id = known ?? owner.createKey({ keySpec, keyUsage }).then(({ keyMetadata }) => keyMetadata.keyId)
  made.set(keySpec + keyUsage, id)
  return id
}

beforeAll(async () => {
  lab = await createLaboratory()
  owner = lab.kms.owner
  keyId = await keyOf('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT')
})

const spki = (publicKey: Uint8Array) =>
  createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
const random = (size: number): Bytes => crypto.getRandomValues(new Uint8Array(size))

describe('encryption', () => {
  test.each([1, 4096])('of %d bytes comes back, with its context only', async (size) => {
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

  test('twice of the same gives two ciphertexts', async () => {
    const [one, other] = await Promise.all([0, 1].map(() => owner.encrypt({ keyId, plaintext: utf8('a') })))
    expect(one!.ciphertextBlob).not.toEqual(other!.ciphertextBlob)
  })

  test('every changed byte of a ciphertext is noticed', async () => {
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
    'by RSA, %s',
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

  test('a ciphertext goes over to another key without its plaintext coming out', async () => {
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
  test('come in clear and under the key, and are the same', async () => {
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

  test.each(['RSA_2048', 'ECC_NIST_P256', 'ECC_NIST_P384'] as const)('as pairs: %s', async (keyPairSpec) => {
    const pair = await owner.generateDataKeyPair({ keyId, keyPairSpec })
    const opened = (await owner.decrypt({ ciphertextBlob: pair.privateKeyCiphertextBlob })).plaintext
    expect(opened).toEqual(pair.privateKeyPlaintext)
    const key = createPrivateKey({ key: Buffer.from(opened!), format: 'der', type: 'pkcs8' })
    expect(new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))).toEqual(
      pair.publicKey,
    )
    const without = await owner.generateDataKeyPairWithoutPlaintext({ keyId, keyPairSpec })
    expect(without).not.toHaveProperty('privateKeyPlaintext')
  })

  test('need a symmetric key', async () => {
    const rsa = await keyOf('RSA_2048', 'ENCRYPT_DECRYPT')
    await expect(owner.generateDataKey({ keyId: rsa, keySpec: 'AES_256' })).rejects.toEqual(
      refused('E_KMS_VALIDATION', /symmetric/),
    )
  })

  test('for a recipient come in an envelope, the private half of a pair, too', async () => {
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

const RSA_ALGORITHMS: SigningAlgorithm[] = [256, 384, 512].flatMap(
  (bits) => [`RSASSA_PSS_SHA_${bits}`, `RSASSA_PKCS1_V1_5_SHA_${bits}`] as SigningAlgorithm[],
)
const SIGNERS: [KeySpec, SigningAlgorithm][] = [
  ['ECC_NIST_P256', 'ECDSA_SHA_256'],
  ['ECC_NIST_P384', 'ECDSA_SHA_384'],
  ...RSA_ALGORITHMS.map((algorithm) => ['RSA_2048', algorithm] as [KeySpec, SigningAlgorithm]),
]

describe('signatures', () => {
  const hashOf = (algorithm: string) => `sha${/\d+$/.exec(algorithm)}`
  const padding = (algorithm: string) =>
    algorithm.startsWith('RSASSA_PSS')
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : {}

  test.each(SIGNERS)(
    '%s, %s: of messages and digests, each verified by the other and by Node',
    async (spec, signingAlgorithm) => {
      const id = await keyOf(spec, 'SIGN_VERIFY')
      const { publicKey } = await owner.getPublicKey({ keyId: id })
      const message = random(100)
      const hash = hashOf(signingAlgorithm)
      const digest = new Uint8Array(createHash(hash).update(message).digest())
      const whole = await owner.sign({ keyId: id, message, signingAlgorithm })
      const digested = await owner.sign({
        keyId: id,
        message: digest,
        messageType: 'DIGEST',
        signingAlgorithm,
      })
      const node = { key: spki(publicKey), ...padding(signingAlgorithm) }
      for (const { signature } of [whole, digested]) {
        expect(nodeVerify(hash, message, node, signature)).toBe(true)
        await owner.verify({ keyId: id, message, signature, signingAlgorithm })
        await owner.verify({ keyId: id, message: digest, messageType: 'DIGEST', signature, signingAlgorithm })
        const other = Uint8Array.from(message)
        other[0]! ^= 1
        await expect(
          owner.verify({ keyId: id, message: other, signature, signingAlgorithm }),
        ).rejects.toEqual(refused('E_KMS_SIGNATURE'))
        const otherDigest = new Uint8Array(createHash(hash).update(other).digest())
        await expect(
          owner.verify({
            keyId: id,
            message: otherDigest,
            messageType: 'DIGEST',
            signature,
            signingAlgorithm,
          }),
        ).rejects.toEqual(refused('E_KMS_SIGNATURE'))
        for (const broken of [signature.slice(1), Uint8Array.of(1), signature.map((byte) => byte ^ 0x55)]) {
          await expect(
            owner.verify({
              keyId: id,
              message: digest,
              messageType: 'DIGEST',
              signature: broken,
              signingAlgorithm,
            }),
          ).rejects.toEqual(refused('E_KMS_SIGNATURE'))
        }
      }
    },
  )

  test('of a digest that Node signed verify, too', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const message = random(10)
    const signature = new Uint8Array(
      nodeSign('sha256', message, { key: privateKey, ...padding('RSASSA_PSS') }),
    )
    const { matchesDigest, rsaPublic, rsaKey } = await import('../../../src/kms/keys/rsa-digest.ts')
    const material = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')
    const encoded = await rsaPublic(
      await rsaKey({ number: 1, createdAt: 0, cause: 'CREATED', material }),
      signature,
    )
    const digest = new Uint8Array(createHash('sha256').update(message).digest())
    expect(await matchesDigest('RSASSA_PSS_SHA_256', digest, encoded!)).toBe(true)
    expect(nodeVerify('sha256', message, { key: publicKey, ...padding('RSASSA_PSS') }, signature)).toBe(true)
  })

  test('need the right key, algorithm and length', async () => {
    const id = await keyOf('ECC_NIST_P256', 'SIGN_VERIFY')
    const message = random(20)
    await expect(owner.sign({ keyId: id, message, signingAlgorithm: 'ECDSA_SHA_384' })).rejects.toEqual(
      refused('E_KMS_USAGE'),
    )
    await expect(owner.sign({ keyId, message, signingAlgorithm: 'ECDSA_SHA_256' })).rejects.toEqual(
      refused('E_KMS_USAGE'),
    )
    await expect(
      owner.sign({ keyId: id, message, messageType: 'DIGEST', signingAlgorithm: 'ECDSA_SHA_256' }),
    ).rejects.toEqual(refused('E_KMS_VALIDATION', /32 bytes/))
    await expect(owner.encrypt({ keyId: id, plaintext: message })).rejects.toEqual(refused('E_KMS_USAGE'))
    await expect(owner.getPublicKey({ keyId })).rejects.toEqual(refused('E_KMS_UNSUPPORTED'))
  })
})

test.each([
  ['ECC_NIST_P256', 'P-256'],
  ['ECC_NIST_P384', 'P-384'],
] as const)('a shared secret on %s is the other side’s', async (spec, namedCurve) => {
  const id = await keyOf(spec, 'KEY_AGREEMENT')
  const other = generateKeyPairSync('ec', { namedCurve })
  const publicKey = new Uint8Array(other.publicKey.export({ type: 'spki', format: 'der' }))
  const { publicKey: own } = await owner.getPublicKey({ keyId: id })
  const expected = new Uint8Array(diffieHellman({ privateKey: other.privateKey, publicKey: spki(own) }))
  const input = { keyId: id, keyAgreementAlgorithm: 'ECDH', publicKey } as const
  expect((await owner.deriveSharedSecret(input)).sharedSecret).toEqual(expected)
  const { ciphertextForRecipient, sharedSecret } = await owner.deriveSharedSecret({
    ...input,
    recipient: await lab.enclave.recipient(),
  })
  expect(sharedSecret).toBeUndefined()
  expect(await lab.enclave.open(ciphertextForRecipient)).toEqual(expected)
  await expect(owner.deriveSharedSecret({ ...input, publicKey: publicKey.slice(1) })).rejects.toEqual(
    refused('E_KMS_VALIDATION', /publicKey/),
  )
})

test('an RSA key’s public half encrypts elsewhere what it decrypts here', async () => {
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
