/** Signatures of messages and digests, and shared secrets, checked with Node's own cryptography. */
import {
  constants,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto'
import { ed25519ph } from '@noble/curves/ed25519.js'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySpec, SigningAlgorithm } from '../../../src/kms/keys/spec.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { createLaboratory, keysOf, type Laboratory, random, refused } from '../support.ts'

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

const spki = (publicKey: Uint8Array) =>
  createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })

const RSA_ALGORITHMS: SigningAlgorithm[] = [256, 384, 512].flatMap(
  (bits) => [`RSASSA_PSS_SHA_${bits}`, `RSASSA_PKCS1_V1_5_SHA_${bits}`] as SigningAlgorithm[],
)
const SIGNERS: [KeySpec, SigningAlgorithm][] = [
  ['ECC_NIST_P256', 'ECDSA_SHA_256'],
  ['ECC_NIST_P384', 'ECDSA_SHA_384'],
  ['ECC_NIST_P521', 'ECDSA_SHA_512'],
  ['ECC_SECG_P256K1', 'ECDSA_SHA_256'],
  ...RSA_ALGORITHMS.map((algorithm) => ['RSA_2048', algorithm] as [KeySpec, SigningAlgorithm]),
]

describe('signatures', () => {
  const hashOf = (algorithm: string) => `sha${/\d+$/.exec(algorithm)}`
  const padding = (algorithm: string) =>
    algorithm.startsWith('RSASSA_PSS')
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : {}

  test.each(SIGNERS)(
    '%s, %s: are the same for a message and its digest, and Node verifies them',
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

  test('of ECC_NIST_EDWARDS25519 are Ed25519 of a whole message, as Node has it, and nothing else', async () => {
    const keyId = await keyOf('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY')
    const { publicKey } = await owner.getPublicKey({ keyId })
    const message = random(100)
    const input = { keyId, message, signingAlgorithm: 'ED25519_SHA_512' } as const
    const { signature } = await owner.sign(input)
    expect(signature).toHaveLength(64)
    expect(nodeVerify(null, message, spki(publicKey), signature)).toBe(true)
    await owner.verify({ ...input, signature })
    for (const broken of [signature.slice(1), signature.with(63, 0xff), new Uint8Array(64)]) {
      await expect(owner.verify({ ...input, signature: broken })).rejects.toEqual(refused('E_KMS_SIGNATURE'))
    }
    const digested = { ...input, messageType: 'DIGEST', message: random(64) } as const
    await expect(owner.sign(digested)).rejects.toEqual(refused('E_KMS_VALIDATION', /RAW for ED25519_SHA_512/))
    await expect(owner.verify({ ...digested, signature })).rejects.toEqual(refused('E_KMS_VALIDATION'))
  })

  test('by ED25519_PH_SHA_512 take a digest only, which is hashed once more (FIPS 186-5, 7.8.1)', async () => {
    const keyId = await keyOf('ECC_NIST_EDWARDS25519', 'SIGN_VERIFY')
    const { publicKey } = await owner.getPublicKey({ keyId })
    const message = random(64)
    const input = { keyId, message, messageType: 'DIGEST', signingAlgorithm: 'ED25519_PH_SHA_512' } as const
    const { signature } = await owner.sign(input)
    await owner.verify({ ...input, signature })
    expect(ed25519ph.verify(signature, message, publicKey.slice(-32))).toBe(true)
    for (const broken of [signature.slice(1), signature.with(3, signature[3]! ^ 1)]) {
      await expect(owner.verify({ ...input, signature: broken })).rejects.toEqual(refused('E_KMS_SIGNATURE'))
    }
    await expect(owner.sign({ ...input, messageType: 'RAW' })).rejects.toEqual(
      refused('E_KMS_VALIDATION', /DIGEST for ED25519_PH_SHA_512/),
    )
    await expect(owner.sign({ ...input, message: random(32) })).rejects.toEqual(
      refused('E_KMS_VALIDATION', /64 bytes/),
    )
  })

  test('made by Node are verified', async () => {
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
  ['ECC_NIST_P521', 'P-521'],
] as const)('a shared secret on %s equals the other side’s', async (spec, namedCurve) => {
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
