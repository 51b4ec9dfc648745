/**
 * Attacks on the KMS by those who carry documents, ciphertexts and answers, by those who can write to the store, and by
 * other hypervisors and enclaves. Each test first makes a valid call, which succeeds.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { type Bytes, equalBytes } from '../../src/base/bytes.ts'
import { createKms, createMasterKey, MemoryStore } from '../../src/kms/index.ts'
import type { RecipientInput } from '../../src/kms/operations/operation.ts'
import { NONCE_LIFETIME } from '../../src/kms/recipient/nonces.ts'
import { forgeDocument, forgePath, forgePayload, HOUR, MOMENT } from '../attestation/forge.ts'
import {
  createLaboratory,
  enclavePolicy,
  FakeEnclave,
  fromUtf8,
  type Laboratory,
  PROFILE,
  pcr0,
  ROLE,
  refused,
  utf8,
} from './support.ts'

const context = { wallet: '1' }
let now: number
let store: MemoryStore
let lab: Laboratory
let keyId: string
let ciphertextBlob: Bytes

beforeEach(async () => {
  now = Date.now()
  store = new MemoryStore()
  lab = await createLaboratory({ store, now: () => now })
  await prepare(lab)
})

async function prepare({ kms }: Laboratory): Promise<void> {
  keyId = (await kms.owner.createKey({ policy: enclavePolicy(pcr0(1)) })).keyMetadata.keyId
  ciphertextBlob = (
    await kms.owner.encrypt({ keyId, plaintext: utf8('a secret'), encryptionContext: context })
  ).ciphertextBlob
}

const decrypt = (recipient: RecipientInput | undefined, more: object = {}) =>
  lab.kms.as({ principal: ROLE }).decrypt({ ciphertextBlob, encryptionContext: context, recipient, ...more })

/** The valid call, which must succeed. */
async function control(fields: Parameters<FakeEnclave['recipient']>[0] = {}): Promise<RecipientInput> {
  const recipient = await lab.enclave.recipient(fields)
  const { ciphertextForRecipient } = (await decrypt(recipient)) as { ciphertextForRecipient: Bytes }
  expect(fromUtf8(await lab.enclave.open(ciphertextForRecipient))).toBe('a secret')
  return recipient
}

test('a document of the other cloud is refused, with how to take such documents', async () => {
  const recipient = await control()
  lab = await createLaboratory({}, { profile: 'nitro' })
  await prepare(lab)
  await expect(decrypt(recipient)).rejects.toEqual(
    refused('E_KMS_DOCUMENT', new RegExp(`qt kms serve --profile ${PROFILE}`)),
  )
})

describe('a replayed document', () => {
  test('with a nonce of the KMS can be used once', async () => {
    const recipient = await control({ nonce: await lab.kms.nonce() })
    await expect(decrypt(recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT', /was used before/))
  })

  test('can be used once even by concurrent requests', async () => {
    const recipient = await lab.enclave.recipient({ nonce: await lab.kms.nonce() })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => decrypt(recipient)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('without a nonce can be used until it is too old, and not at all if a nonce is required', async () => {
    const recipient = await control()
    await decrypt(recipient)
    now += 15 * 60_000 + 2_000
    await expect(decrypt(recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT', /too old/))
    lab = await createLaboratory({}, { nonce: 'required' })
    await prepare(lab)
    await control({ nonce: await lab.kms.nonce() })
    await expect(decrypt(await lab.enclave.recipient())).rejects.toEqual(
      refused('E_KMS_DOCUMENT', /no nonce, or one of another KMS/),
    )
    const invented = crypto.getRandomValues(new Uint8Array(32))
    await expect(decrypt(await lab.enclave.recipient({ nonce: invented }))).rejects.toEqual(
      refused('E_KMS_DOCUMENT', /no nonce/),
    )
  })

  test('cannot use an expired nonce, nor one of another KMS', async () => {
    lab = await createLaboratory({ now: () => now }, { nonce: 'required' })
    await prepare(lab)
    const nonce = await lab.kms.nonce()
    now += NONCE_LIFETIME + 1
    await expect(decrypt(await lab.enclave.recipient({ nonce, timestamp: now }))).rejects.toEqual(
      refused('E_KMS_DOCUMENT', /expired/),
    )
    await using other = await createKms()
    const foreign = await lab.enclave.recipient({ nonce: await other.nonce(), timestamp: now })
    await expect(decrypt(foreign)).rejects.toEqual(refused('E_KMS_DOCUMENT', /no nonce/))
  })

  test('from the future is refused', async () => {
    await control()
    const recipient = await lab.enclave.recipient({ timestamp: now + 120_000 })
    await expect(decrypt(recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT', /future/))
  })
})

describe('a document’s public key', () => {
  test('cannot be replaced without breaking the signature', async () => {
    const { attestationDocument, keyEncryptionAlgorithm } = await control()
    const own = await lab.enclave.publicKey()
    const at = findBytes(attestationDocument, own)
    const { publicKey } = await crypto.subtle.generateKey(
      { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
      true,
      ['encrypt', 'decrypt'],
    )
    const swapped = Uint8Array.from(attestationDocument)
    swapped.set(new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)), at)
    const recipient = { attestationDocument: swapped, keyEncryptionAlgorithm }
    await expect(decrypt(recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT', /signature/))
  })

  test.each<[what: string, key: () => Promise<Bytes | undefined>, message: RegExp]>([
    ['missing', async () => undefined, /no public key/],
    ['not DER', async () => utf8('a key'), /is invalid/],
    [
      'an elliptic curve key',
      async () => {
        const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
          'deriveBits',
        ])
        return new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
      },
      /is invalid/,
    ],
    [
      'too short',
      async () => {
        const { publicKey } = await crypto.subtle.generateKey(
          { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1) },
          true,
          ['encrypt', 'decrypt'],
        )
        return new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
      },
      /1024 bits/,
    ],
  ])('is refused if it is %s, although the signature is valid', async (_, makeKey, message) => {
    await control()
    const publicKey = await makeKey()
    const attestationDocument = await lab.authority.attest({
      profile: PROFILE,
      moduleId: 'i.enc-1',
      pcrs: new Map([[0, new Uint8Array(48).fill(1)]]),
      ...(publicKey && { publicKey }),
    })
    const recipient = { attestationDocument, keyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const
    await expect(decrypt(recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT', message))
  })
})

describe('a ciphertext', () => {
  test('of another context or key, or with another key’s ID, cannot be decrypted', async () => {
    const recipient = await control()
    const { owner } = lab.kms
    await expect(decrypt(recipient, { encryptionContext: { wallet: '2' } })).rejects.toEqual(
      refused('E_KMS_CIPHERTEXT', /context/),
    )
    await expect(decrypt(recipient, { encryptionContext: undefined })).rejects.toEqual(
      refused('E_KMS_CIPHERTEXT'),
    )
    const other = (await owner.createKey({ policy: enclavePolicy(pcr0(1)) })).keyMetadata.keyId
    const foreign = await owner.encrypt({ keyId: other, plaintext: utf8('b'), encryptionContext: context })
    await expect(decrypt(recipient, { ciphertextBlob: foreign.ciphertextBlob, keyId })).rejects.toEqual(
      refused('E_KMS_WRONG_KEY'),
    )
    // The ID of another key replaces its own.
    const renamed = Uint8Array.from(ciphertextBlob)
    renamed.set(foreign.ciphertextBlob.subarray(4, 20), 4)
    await expect(decrypt(recipient, { ciphertextBlob: renamed })).rejects.toEqual(refused('E_KMS_CIPHERTEXT'))
  })
})

describe('a document', () => {
  test('of another enclave is denied, and the trace names the PCR', async () => {
    await control()
    const other = new FakeEnclave(lab.authority, 2)
    const error = await decrypt(await other.recipient()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'E_KMS_DENIED', decision: { allowed: false, reason: 'no allow' } })
  })

  test('under another root certificate is refused', async () => {
    await control()
    const authority = await createAttestationAuthority({ instanceId: crypto.randomUUID() })
    const recipient = await new FakeEnclave(authority, 1).recipient()
    await expect(decrypt(recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT', /root/))
  })

  test('of the other cloud is refused', async () => {
    await control()
    const attestationDocument = await lab.authority.attest({
      profile: 'nitro',
      moduleId: 'i-0-enc0',
      pcrs: new Map([[0, new Uint8Array(48).fill(1)]]),
      publicKey: await lab.enclave.publicKey(),
    })
    const recipient = { attestationDocument, keyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const
    await expect(decrypt(recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT'))
  })

  test('with an expired leaf certificate is refused', async () => {
    const valid = await forgePath(PROFILE)
    const old = await forgePath(PROFILE, (_, at) =>
      at === 4 ? { notBefore: MOMENT - 2 * HOUR, notAfter: MOMENT - HOUR } : {},
    )
    const publicKey = await lab.enclave.publicKey()
    const pcrs = new Map([[0, new Uint8Array(48).fill(1)]])
    for (const [path, refusal] of [
      [valid, undefined],
      [old, /validity/],
    ] as const) {
      now = MOMENT
      lab = await createLaboratory({ now: () => now }, { roots: path.root })
      await prepare(lab)
      const payload = forgePayload(PROFILE, path, { publicKey, pcrs })
      const attestationDocument = await forgeDocument(PROFILE, path.leafKey, payload)
      const outcome = decrypt({ attestationDocument, keyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' })
      if (refusal) await expect(outcome).rejects.toEqual(refused('E_KMS_DOCUMENT', refusal))
      else expect(await outcome).toHaveProperty('ciphertextForRecipient')
    }
  })

  test('of an enclave in debug mode is refused, even if a policy allows zero PCRs, unless the KMS allows debug mode', async () => {
    await control()
    const debug = async () => new FakeEnclave(lab.authority, 0).recipient()
    await expect(decrypt(await debug())).rejects.toEqual(refused('E_KMS_DENIED'))
    const policy = enclavePolicy('0'.repeat(96))
    await lab.kms.owner.putKeyPolicy({ keyId, policy })
    await expect(decrypt(await debug())).rejects.toEqual(refused('E_KMS_DENIED', /debug mode/))
    lab = await createLaboratory({}, { allowDebug: true })
    await prepare(lab)
    await expect(decrypt(await debug())).rejects.toEqual(refused('E_KMS_DENIED'))
    await lab.kms.owner.putKeyPolicy({ keyId, policy })
    expect(await decrypt(await debug())).toHaveProperty('ciphertextForRecipient')
  })

  test('that is malformed is refused', async () => {
    const { attestationDocument } = await control()
    for (const bytes of [
      Uint8Array.of(0),
      attestationDocument.slice(0, -1),
      new Uint8Array(262_144).fill(0x9f),
    ]) {
      const recipient = { attestationDocument: bytes, keyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const
      await expect(decrypt(recipient)).rejects.toEqual(refused('E_KMS_DOCUMENT'))
    }
  })

  test('is rejected by a KMS without trusted roots', async () => {
    await using kms = await createKms()
    const recipient = await lab.enclave.recipient()
    await expect(kms.owner.generateRandom({ numberOfBytes: 1, recipient })).rejects.toEqual(
      refused('E_KMS_DOCUMENT', /trusts no/),
    )
  })
})

describe('a tampered store', () => {
  const record = () => store.get(`key/${keyId}`) as Promise<Bytes>
  const put = async (name: string, to: Bytes) => store.write([{ name, from: await store.get(name), to }])

  test('is detected if any byte of a record was changed', async () => {
    await control()
    const sealed = await record()
    for (const at of [0, 1, 13, sealed.byteLength >> 1, sealed.byteLength - 1]) {
      const changed = Uint8Array.from(sealed)
      changed[at]! ^= 1
      await put(`key/${keyId}`, changed)
      await expect(decrypt(await lab.enclave.recipient()), `byte ${at}`).rejects.toEqual(
        refused('E_KMS_SEALED'),
      )
    }
    await put(`key/${keyId}`, sealed)
    await control()
  })

  test('cannot give a key the policy of another, because records are bound to their names', async () => {
    await control()
    const open = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
    })
    const other = (await lab.kms.owner.createKey({ policy: open })).keyMetadata.keyId
    await put(`key/${keyId}`, (await store.get(`key/${other}`))!)
    await expect(decrypt(undefined)).rejects.toEqual(refused('E_KMS_SEALED'))
  })

  test('is detected if a record is sealed with another master key', async () => {
    const policy = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
    })
    const forged = new MemoryStore()
    const forger = await createKms({ store: forged, masterKey: await createMasterKey() })
    const name = `key/${(await forger.owner.createKey({ policy })).keyMetadata.keyId}`
    await put(name, (await forged.get(name))!)
    await expect(lab.kms.owner.describeKey({ keyId: name.slice('key/'.length) })).rejects.toEqual(
      refused('E_KMS_SEALED'),
    )
  })

  test('contains no key material, policies or tags as plaintext', async () => {
    const tags = [{ tagKey: 'seen-in-clear', tagValue: 'seen-in-clear' }]
    await lab.kms.owner.tagResource({ keyId, tags })
    const names = await store.names('', 100)
    const all = (await Promise.all(names.map((name) => store.get(name))))
      .map((bytes) => fromUtf8(bytes))
      .join()
    expect(names).toContain(`key/${keyId}`)
    for (const text of ['seen-in-clear', 'EnclaveOnly', 'SYMMETRIC_DEFAULT', 'material'])
      expect(all).not.toContain(text)
  })
})

function findBytes(haystack: Bytes, needle: Bytes): number {
  const at = haystack.findIndex((_, from) =>
    equalBytes(haystack.subarray(from, from + needle.byteLength), needle),
  )
  expect(at).toBeGreaterThan(0)
  return at
}
