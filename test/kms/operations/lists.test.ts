/** Lists in pages, complete to the last entry; tags and rotations. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createKms } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { ACCOUNT, refused } from '../support.ts'

const DAY = 24 * 60 * 60 * 1000
const START = Date.UTC(2026, 0, 1)
const ARN = `arn:aws:kms:local-1:${ACCOUNT}:key/`

let now: number
let owner: KmsClient
let keyId: string

const make = async (input: Parameters<KmsClient['createKey']>[0] = {}) =>
  (await owner.createKey(input)).keyMetadata.keyId

beforeEach(async () => {
  now = START
  owner = (await createKms({ now: () => now, place: { account: ACCOUNT } })).owner
  keyId = await make()
})

/** All pages of a list. */
async function pages<Page extends { truncated: boolean; nextMarker?: string }>(
  list: (marker: string | undefined) => Promise<Page>,
): Promise<Page[]> {
  const all: Page[] = []
  do all.push(await list(all.at(-1)?.nextMarker))
  while (all.at(-1)!.nextMarker !== undefined)
  expect(all.map(({ truncated }) => truncated)).toEqual(all.map((_, at) => at < all.length - 1))
  return all
}

describe('lists', () => {
  test('of keys have pages of the requested size', async () => {
    const ids = [keyId, await make(), await make(), await make()].sort()
    for (const [limit, sizes] of [
      [1, [1, 1, 1, 1]],
      [2, [2, 2]],
      [3, [3, 1]],
      [4, [4]],
      [5, [4]],
    ] as const) {
      const all = await pages((marker) => owner.listKeys({ limit, marker }))
      expect(all.map(({ keys }) => keys.length)).toEqual(sizes)
      expect(all.flatMap(({ keys }) => keys)).toEqual(ids.map((id) => ({ keyId: id, keyArn: ARN + id })))
    }
  })

  test('of tags are sorted by tag key', async () => {
    const tags = ['c', 'a', 'b'].map((tagKey) => ({ tagKey, tagValue: tagKey.toUpperCase() }))
    expect(await owner.tagResource({ keyId, tags })).toEqual({})
    for (const [limit, count] of [
      [1, 3],
      [2, 2],
      [3, 1],
    ] as const) {
      const all = await pages((marker) => owner.listResourceTags({ keyId, limit, marker }))
      expect(all).toHaveLength(count)
      expect(all.flatMap((page) => page.tags)).toEqual([tags[1], tags[2], tags[0]])
    }
    expect(await owner.untagResource({ keyId, tagKeys: ['a'] })).toEqual({})
    expect((await owner.listResourceTags({ keyId })).tags).toEqual([tags[2], tags[0]])
  })

  test('of rotations begin with the oldest', async () => {
    for (let day = 1; day <= 3; day++) {
      now = START + day * DAY
      expect(await owner.rotateKeyOnDemand({ keyId })).toEqual({ keyId: ARN + keyId })
    }
    for (const [limit, count] of [
      [1, 3],
      [2, 2],
      [3, 1],
    ] as const) {
      const all = await pages((marker) => owner.listKeyRotations({ keyId, limit, marker }))
      expect(all).toHaveLength(count)
      expect(all.flatMap(({ rotations }) => rotations)).toEqual(
        [1, 2, 3].map((day) => ({
          keyId: ARN + keyId,
          rotationDate: new Date(START + day * DAY),
          rotationType: 'ON_DEMAND',
        })),
      )
    }
  })

  test('accept only markers of earlier answers', async () => {
    for (const text of ['x', '-1', '1000', '1.5', '', ' ']) {
      const marker = btoa(text)
      if (marker === '') continue
      await expect(owner.listKeyRotations({ keyId, marker }), text).rejects.toEqual(
        refused('E_KMS_VALIDATION', /marker/),
      )
    }
    expect(await owner.listKeyRotations({ keyId, marker: btoa('999') })).toEqual({
      rotations: [],
      truncated: false,
    })
    const everything = { keyId, includeKeyMaterial: 'ALL_KEY_MATERIAL' as 'ROTATIONS_ONLY' }
    await expect(owner.listKeyRotations(everything)).rejects.toEqual(refused('E_KMS_UNSUPPORTED'))
    await owner.listKeyRotations({ keyId, includeKeyMaterial: 'ROTATIONS_ONLY' })
    for (const marker of ['=', '/w==', 'Y Q=']) {
      await expect(owner.listKeys({ marker }), marker).rejects.toEqual(refused('E_KMS_VALIDATION', /marker/))
    }
  })
})

describe('rotation', () => {
  test('is reported, enabled and disabled', async () => {
    expect(await owner.getKeyRotationStatus({ keyId })).toEqual({
      keyId: ARN + keyId,
      keyRotationEnabled: false,
    })
    expect(await owner.enableKeyRotation({ keyId })).toEqual({})
    expect(await owner.getKeyRotationStatus({ keyId })).toEqual({
      keyId: ARN + keyId,
      keyRotationEnabled: true,
      rotationPeriodInDays: 365,
      nextRotationDate: new Date(START + 365 * DAY),
    })
    expect(await owner.disableKeyRotation({ keyId })).toEqual({})
    expect((await owner.getKeyRotationStatus({ keyId })).keyRotationEnabled).toBe(false)
  })

  test('is possible only for enabled symmetric keys', async () => {
    const pair = await make({ keySpec: 'ECC_NIST_P256' })
    const calls = [owner.enableKeyRotation, owner.disableKeyRotation, owner.rotateKeyOnDemand]
    for (const call of calls)
      await expect(call({ keyId: pair })).rejects.toEqual(refused('E_KMS_UNSUPPORTED'))
    await owner.disableKey({ keyId })
    for (const call of calls) await expect(call({ keyId })).rejects.toEqual(refused('E_KMS_DISABLED'))
    await owner.scheduleKeyDeletion({ keyId })
    for (const call of calls) await expect(call({ keyId })).rejects.toEqual(refused('E_KMS_STATE'))
    expect((await owner.listKeyRotations({ keyId })).rotations).toEqual([])
  })
})

describe('tags', () => {
  const numbered = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({ tagKey: `${from + at}`, tagValue: '' }))

  test('are at most 50, and an existing one is replaced', async () => {
    await owner.tagResource({ keyId, tags: numbered(0, 30) })
    await owner.tagResource({ keyId, tags: numbered(20, 30) })
    await expect(owner.tagResource({ keyId, tags: numbered(50, 1) })).rejects.toEqual(refused('E_KMS_LIMIT'))
    await owner.tagResource({ keyId, tags: [{ tagKey: '0', tagValue: 'new' }] })
    const { tags } = await owner.listResourceTags({ keyId })
    expect([tags.length, tags[0]]).toEqual([50, { tagKey: '0', tagValue: 'new' }])
  })

  test('must not be reserved, nor set on a key that is pending deletion', async () => {
    for (const tagKey of ['aws:a', 'AWS:a', 'aWs:']) {
      const tags = [{ tagKey, tagValue: '' }]
      await expect(owner.tagResource({ keyId, tags }), tagKey).rejects.toEqual(refused('E_KMS_TAG'))
      await expect(owner.createKey({ tags }), tagKey).rejects.toEqual(refused('E_KMS_TAG'))
    }
    await owner.tagResource({ keyId, tags: [{ tagKey: 'x-aws:a', tagValue: '' }] })
    await owner.scheduleKeyDeletion({ keyId })
    const ending = refused('E_KMS_STATE')
    await expect(owner.tagResource({ keyId, tags: [] })).rejects.toEqual(ending)
    await expect(owner.untagResource({ keyId, tagKeys: [] })).rejects.toEqual(ending)
  })
})
