/** The lifecycle of a key: names, states, versions, waiting period, with a clock that the test sets. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createMasterKey } from '../../../src/kms/core/master-key.ts'
import { createKms, type Kms, MemoryStore } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { ACCOUNT, fromUtf8, refused, utf8 } from '../support.ts'

const DAY = 24 * 60 * 60 * 1000
let now: number
let kms: Kms
let owner: KmsClient
let store: MemoryStore
let keyId: string

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  store = new MemoryStore()
  kms = await createKms({ store, now: () => now, place: { account: ACCOUNT } })
  owner = kms.owner
  keyId = (await owner.createKey({})).keyMetadata.keyId
})

const encrypt = (id = keyId) => owner.encrypt({ keyId: id, plaintext: utf8('text') })
const stateOf = async (id = keyId) => (await owner.describeKey({ keyId: id })).keyMetadata.keyState

describe('names', () => {
  test('ID, ARN, alias and alias ARN name the same key', async () => {
    await owner.createAlias({ aliasName: 'alias/a', targetKeyId: keyId })
    const arn = `arn:aws:kms:local-1:${ACCOUNT}`
    for (const name of [keyId, `${arn}:key/${keyId}`, 'alias/a', `${arn}:alias/a`]) {
      expect((await owner.describeKey({ keyId: name })).keyMetadata).toMatchObject({
        keyId,
        arn: `${arn}:key/${keyId}`,
      })
    }
  })

  test.each([
    '',
    'alias/none',
    'no-such-key',
    '../identity',
    'identity',
    `arn:aws:kms:local-1:999999999999:key/x`,
    '__proto__',
  ])('%j names no key', async (name) => {
    await expect(owner.describeKey({ keyId: name })).rejects.toMatchObject({
      code: name === '' ? 'E_KMS_VALIDATION' : 'E_KMS_NOT_FOUND',
    })
  })

  test('an alias is moved to another key of the same spec, and deleted', async () => {
    const other = (await owner.createKey({ aliasName: 'alias/b' })).keyMetadata.keyId
    const rsa = (await owner.createKey({ keySpec: 'ECC_NIST_P256' })).keyMetadata.keyId
    await expect(owner.createAlias({ aliasName: 'alias/b', targetKeyId: keyId })).rejects.toEqual(
      refused('E_KMS_EXISTS'),
    )
    await owner.updateAlias({ aliasName: 'alias/b', targetKeyId: keyId })
    expect((await owner.describeKey({ keyId: 'alias/b' })).keyMetadata.keyId).toBe(keyId)
    await expect(owner.updateAlias({ aliasName: 'alias/b', targetKeyId: rsa })).rejects.toEqual(
      refused('E_KMS_USAGE'),
    )
    await expect(owner.updateAlias({ aliasName: 'alias/c', targetKeyId: other })).rejects.toEqual(
      refused('E_KMS_NOT_FOUND'),
    )
    await owner.deleteAlias({ aliasName: 'alias/b' })
    await expect(owner.deleteAlias({ aliasName: 'alias/b' })).rejects.toEqual(refused('E_KMS_NOT_FOUND'))
  })

  test.each(['a', 'alias/', 'alias/aws/s3', 'alias/ä', 'alias/a b', `alias/${'a'.repeat(251)}`])(
    '%s cannot be an alias',
    async (aliasName) => {
      await expect(owner.createAlias({ aliasName, targetKeyId: keyId })).rejects.toMatchObject({
        code: expect.stringMatching(/^E_KMS_(?:ALIAS|VALIDATION)$/),
      })
    },
  )

  test('a key whose alias is in use is not created', async () => {
    await owner.createKey({ aliasName: 'alias/b' })
    await expect(owner.createKey({ aliasName: 'alias/b' })).rejects.toEqual(refused('E_KMS_EXISTS'))
    expect((await owner.listKeys({})).keys).toHaveLength(2)
  })

  test('lists have pages, and contain each name once', async () => {
    for (let count = 0; count < 7; count++) await owner.createKey({ aliasName: `alias/${count}` })
    const keys: string[] = []
    let marker: string | undefined
    do {
      const page: { keys: readonly { keyId: string }[]; truncated: boolean; nextMarker?: string } =
        await owner.listKeys({ limit: 3, marker })
      keys.push(...page.keys.map((one) => one.keyId))
      expect(page.truncated).toBe(page.nextMarker !== undefined)
      marker = page.nextMarker
    } while (marker !== undefined)
    expect(new Set(keys).size).toBe(8)
    expect(keys).toHaveLength(8)
    const first = await owner.listAliases({ limit: 4 })
    const second = await owner.listAliases({ limit: 4, marker: first.nextMarker })
    expect([...first.aliases, ...second.aliases].map(({ aliasName }) => aliasName)).toEqual(
      Array.from({ length: 7 }, (_, at) => `alias/${at}`),
    )
    await expect(owner.listKeys({ marker: '/w==' })).rejects.toEqual(refused('E_KMS_VALIDATION', /marker/))
  })
})

test('a page is full even if keys on it were just deleted', async () => {
  for (let count = 0; count < 6; count++) await owner.createKey({})
  const all = (await owner.listKeys({})).keys.map((key) => key.keyId)
  for (const id of all.slice(0, 3)) await owner.scheduleKeyDeletion({ keyId: id, pendingWindowInDays: 7 })
  now += 8 * DAY
  const page = await owner.listKeys({ limit: 3 })
  expect(page.keys.map((key) => key.keyId)).toEqual(all.slice(3, 6))
  expect(page.truncated).toBe(true)
})

describe('states', () => {
  test('a disabled key cannot be used until it is enabled', async () => {
    const { ciphertextBlob } = await encrypt()
    await owner.disableKey({ keyId })
    await expect(encrypt()).rejects.toEqual(refused('E_KMS_DISABLED'))
    await expect(owner.decrypt({ ciphertextBlob })).rejects.toEqual(refused('E_KMS_DISABLED'))
    await owner.enableKey({ keyId })
    expect(fromUtf8((await owner.decrypt({ ciphertextBlob })).plaintext)).toBe('text')
  })

  test('deletion waits, can be cancelled, and then removes the key and its aliases', async () => {
    await owner.createAlias({ aliasName: 'alias/a', targetKeyId: keyId })
    const { ciphertextBlob } = await encrypt()
    const { deletionDate } = await owner.scheduleKeyDeletion({ keyId, pendingWindowInDays: 7 })
    expect(deletionDate.getTime()).toBe(now + 7 * DAY)
    await expect(owner.decrypt({ ciphertextBlob })).rejects.toEqual(
      refused('E_KMS_STATE', /pending deletion/),
    )
    for (const call of [owner.enableKey, owner.disableKey, owner.scheduleKeyDeletion]) {
      await expect(call({ keyId })).rejects.toEqual(refused('E_KMS_STATE'))
    }
    await owner.cancelKeyDeletion({ keyId })
    expect(await stateOf()).toBe('Disabled')
    await expect(owner.cancelKeyDeletion({ keyId })).rejects.toEqual(refused('E_KMS_STATE'))
    await owner.scheduleKeyDeletion({ keyId, pendingWindowInDays: 7 })
    now += 7 * DAY - 1
    expect(await stateOf()).toBe('PendingDeletion')
    now += 1
    await expect(owner.describeKey({ keyId })).rejects.toEqual(refused('E_KMS_NOT_FOUND'))
    await expect(owner.describeKey({ keyId: 'alias/a' })).rejects.toEqual(refused('E_KMS_NOT_FOUND'))
    await expect(owner.decrypt({ ciphertextBlob })).rejects.toEqual(refused('E_KMS_NOT_FOUND'))
    expect(await store.names('', 10)).toEqual(['identity'])
  })
})

describe('versions', () => {
  test('old versions still decrypt, and the newest encrypts', async () => {
    const old = (await encrypt()).ciphertextBlob
    await owner.rotateKeyOnDemand({ keyId })
    const young = (await encrypt()).ciphertextBlob
    expect([old, young].map((bytes) => bytes[23])).toEqual([1, 2])
    for (const ciphertextBlob of [old, young]) {
      expect(fromUtf8((await owner.decrypt({ ciphertextBlob })).plaintext)).toBe('text')
    }
    expect((await owner.listKeyRotations({ keyId })).rotations).toMatchObject([{ rotationType: 'ON_DEMAND' }])
  })

  test('a key is rotated automatically once per period', async () => {
    await owner.enableKeyRotation({ keyId, rotationPeriodInDays: 90 })
    expect(await owner.getKeyRotationStatus({ keyId })).toMatchObject({
      keyRotationEnabled: true,
      rotationPeriodInDays: 90,
      nextRotationDate: new Date(now + 90 * DAY),
    })
    now += 90 * DAY
    await Promise.all(Array.from({ length: 8 }, () => encrypt()))
    expect((await owner.listKeyRotations({ keyId })).rotations).toMatchObject([{ rotationType: 'AUTOMATIC' }])
    await owner.disableKeyRotation({ keyId })
    now += 900 * DAY
    await encrypt()
    expect((await owner.listKeyRotations({ keyId })).rotations).toHaveLength(1)
    expect(await owner.getKeyRotationStatus({ keyId })).toMatchObject({ keyRotationEnabled: false })
  })

  test('key pairs do not rotate', async () => {
    const pair = (await owner.createKey({ keySpec: 'ECC_NIST_P256' })).keyMetadata.keyId
    for (const call of [owner.rotateKeyOnDemand, owner.enableKeyRotation]) {
      await expect(call({ keyId: pair })).rejects.toEqual(refused('E_KMS_UNSUPPORTED'))
    }
  })
})

test('another KMS on the same store finds everything; with another master key, nothing can be decrypted', async () => {
  const masterKey = await createMasterKey()
  const shared = new MemoryStore()
  const first = await createKms({ store: shared, masterKey })
  const id = (await first.owner.createKey({ description: 'kept' })).keyMetadata.keyId
  const second = await createKms({ store: shared, masterKey })
  expect((await second.owner.describeKey({ keyId: id })).keyMetadata.description).toBe('kept')
  expect(second.identity()).toEqual(first.identity())
  await second.owner.disableKey({ keyId: id })
  expect((await first.owner.describeKey({ keyId: id })).keyMetadata.keyState).toBe('Disabled')
  await expect(createKms({ store: shared, masterKey: await createMasterKey() })).rejects.toEqual(
    refused('E_KMS_SEALED'),
  )
})
