/**
 * Encryption contexts and tags with names that differ only in case: one condition key covers both, so one could hide
 * the other.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Bytes } from '../../../src/base/bytes.ts'
import { SealedStore } from '../../../src/kms/core/sealed-store.ts'
import { createKms, createMasterKey, type Kms, MemoryStore } from '../../../src/kms/index.ts'
import { encryptUnder } from '../../../src/kms/keys/cipher.ts'
import type { KeyRecord } from '../../../src/kms/keys/record.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { ACCOUNT, ROLE, refused, utf8 } from '../support.ts'

const CONTEXTS: Record<string, string>[] = [
  { tenant: 'B', Tenant: 'A' },
  { Tenant: 'A', other: '', tenant: 'B' },
  { k: 'A', '\u212a': 'B' },
]
const plaintext = utf8('a')
const masterKey = await createMasterKey()

let kms: Kms
let owner: KmsClient
let store: SealedStore
let keyId: string
beforeEach(async () => {
  const memory = new MemoryStore()
  store = new SealedStore(memory, masterKey)
  kms = await createKms({ store: memory, masterKey, place: { account: ACCOUNT } })
  owner = kms.owner
  keyId = (await owner.createKey({})).keyMetadata.keyId
})

const by = (...Statement: object[]) => {
  const all = { Effect: 'Allow', Action: 'kms:*', Resource: '*' }
  return kms.as({ principal: ROLE, policies: [{ Statement: [all, ...Statement] }] })
}
const denyBut = (key: string, value: string) => ({
  Effect: 'Deny',
  Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncryptFrom'],
  Resource: '*',
  Condition: { StringNotEquals: { [key]: value } },
})
const record = async () => (await store.read<KeyRecord>(`key/${keyId}`))!
/** A ciphertext as earlier releases made it, which did not check the names. */
const sealed = async (context: Record<string, string>): Promise<Bytes> =>
  encryptUnder(await record(), 'SYMMETRIC_DEFAULT', plaintext, context)

describe('a context with names that differ only in case', () => {
  test.each(CONTEXTS)('%j is rejected for encryption', async (context) => {
    const isRefused = refused('E_KMS_VALIDATION', /ncryptionContext.*differ by case only/)
    const encryptionContext = context
    const { ciphertextBlob } = await owner.encrypt({ keyId, plaintext })
    const destination = { destinationKeyId: keyId, destinationEncryptionContext: encryptionContext }
    const pair = { keyId, keyPairSpec: 'ECC_NIST_P256', encryptionContext } as const
    for (const call of [
      owner.encrypt({ keyId, plaintext, encryptionContext }),
      owner.generateDataKey({ keyId, numberOfBytes: 1, encryptionContext }),
      owner.generateDataKeyWithoutPlaintext({ keyId, numberOfBytes: 1, encryptionContext }),
      owner.generateDataKeyPair(pair),
      owner.generateDataKeyPairWithoutPlaintext(pair),
      owner.reEncrypt({ ciphertextBlob, ...destination }),
    ]) {
      await expect(call).rejects.toEqual(isRefused)
    }
    await owner.encrypt({ keyId, plaintext, encryptionContext: { tenant: 'A', tenants: 'B', ſ: '' } })
  })

  test.each(CONTEXTS)('%j decrypts older ciphertexts', async (context) => {
    const ciphertextBlob = await sealed(context)
    const encryptionContext = context
    expect((await owner.decrypt({ ciphertextBlob, encryptionContext })).plaintext).toEqual(plaintext)
    const moved = { ciphertextBlob, sourceEncryptionContext: encryptionContext, destinationKeyId: keyId }
    const again = await owner.reEncrypt({ ...moved, destinationEncryptionContext: { tenant: 'A' } })
    expect(again.keyId).toContain(keyId)
  })

  test('cannot bypass a Deny on one of the names', async () => {
    const caller = by(denyBut('kms:EncryptionContext:tenant', 'A'))
    const open = async (encryptionContext: Record<string, string>) =>
      caller.decrypt({ ciphertextBlob: await sealed(encryptionContext), encryptionContext })
    await open({ tenant: 'A' })
    await open({ Tenant: 'A' })
    const contexts: Record<string, string>[] = [
      { tenant: 'B' },
      { tenant: 'B', Tenant: 'A' },
      { tenant: 'A', Tenant: 'B' },
    ]
    for (const context of contexts) {
      await expect(open(context)).rejects.toEqual(refused('E_KMS_DENIED'))
      const source = {
        ciphertextBlob: await sealed(context),
        destinationKeyId: keyId,
      }
      const moving = caller.reEncrypt({
        ...source,
        sourceEncryptionContext: context,
      })
      await expect(moving).rejects.toEqual(refused('E_KMS_DENIED'))
    }
  })
})

describe('tags with keys that differ only in case', () => {
  const tag = (tagKey: string, tagValue: string) => ({ tagKey, tagValue })

  test('are rejected, in one request or two', async () => {
    const isRefused = refused('E_KMS_TAG', /differ only in case/)
    const both = [tag('team', 'B'), tag('Team', 'A')]
    await expect(owner.createKey({ tags: both })).rejects.toEqual(isRefused)
    await expect(owner.tagResource({ keyId, tags: both })).rejects.toEqual(isRefused)
    await owner.tagResource({ keyId, tags: [tag('team', 'B'), tag('teams', 'A')] })
    await expect(owner.tagResource({ keyId, tags: [tag('TEAM', 'A')] })).rejects.toEqual(isRefused)
    await owner.tagResource({ keyId, tags: [tag('team', 'C')] })
    expect((await owner.listResourceTags({ keyId })).tags).toEqual([tag('team', 'C'), tag('teams', 'A')])
  })

  test('of older keys cannot bypass a Deny on one, and can be removed', async () => {
    const name = `key/${keyId}`
    await store.update([name], ([found]) => ({
      drafts: [{ name, value: { ...(found as KeyRecord), tags: { team: 'B', Team: 'A' } } }],
      result: undefined,
    }))
    const caller = by(denyBut('aws:ResourceTag/team', 'A'))
    await expect(caller.describeKey({ keyId })).rejects.toEqual(refused('E_KMS_DENIED'))
    // Other tags can still be added, but neither of the two can be set.
    await owner.tagResource({ keyId, tags: [tag('other', '')] })
    await expect(owner.tagResource({ keyId, tags: [tag('team', 'A')] })).rejects.toEqual(refused('E_KMS_TAG'))
    await owner.untagResource({ keyId, tagKeys: ['team'] })
    await caller.describeKey({ keyId })
  })
})
