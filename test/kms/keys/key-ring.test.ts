/** Deleting a key deletes all of its aliases, wherever they are in the list, and none of another key's. Rotation dates. */
import { expect, test } from 'vitest'
import { SealedStore } from '../../../src/kms/core/sealed-store.ts'
import { createKms, createMasterKey, MemoryStore } from '../../../src/kms/index.ts'
import { refused } from '../support.ts'

const DAY = 24 * 60 * 60 * 1000

test('deletes every alias of the key, however many other aliases there are', async () => {
  let now = Date.now()
  const [store, masterKey] = [new MemoryStore(), await createMasterKey()]
  const { owner } = await createKms({ store, masterKey, now: () => now })
  const make = async () => (await owner.createKey({})).keyMetadata.keyId
  const [ending, staying] = [await make(), await make()]
  // A thousand aliases of another key come first. The deleted key has more than a thousand, one of them the last of all.
  const targets = new Map<string, string>()
  const add = (name: string, count: number, target: string) => {
    for (let at = 0; at < count; at++) targets.set(`alias/${name}${String(at).padStart(5, '0')}`, target)
  }
  add('a', 1000, staying)
  add('b', 1001, ending)
  add('c', 3, staying)
  add('z', 1, ending)
  const names = [...targets.keys()]
  await new SealedStore(store, masterKey).update(names, () => ({
    drafts: names.map((name) => ({
      name,
      value: { target: targets.get(name), createdAt: now, updatedAt: now },
    })),
    result: undefined,
  }))
  await owner.scheduleKeyDeletion({ keyId: ending, pendingWindowInDays: 7 })
  now += 7 * DAY - 1
  await owner.describeKey({ keyId: ending })
  expect(await store.names('alias/', 5000)).toHaveLength(2005)
  now += 1
  await expect(owner.describeKey({ keyId: ending })).rejects.toEqual(refused('E_KMS_NOT_FOUND'))
  expect(await store.names('alias/', 5000)).toEqual(
    names.filter((name) => targets.get(name) === staying).sort(),
  )
  await owner.describeKey({ keyId: 'alias/c00002' })
  // The last name is free again.
  await owner.createAlias({ aliasName: 'alias/z00000', targetKeyId: staying })
})

test('the next rotation is due one period after the last, automatic or on demand', async () => {
  const start = Date.UTC(2026, 10, 24)
  let now = start
  const { owner } = await createKms({ now: () => now })
  const { keyId } = (await owner.createKey({})).keyMetadata
  await owner.enableKeyRotation({ keyId, rotationPeriodInDays: 90 })
  const rotationState = async () => {
    const { nextRotationDate } = await owner.getKeyRotationStatus({ keyId })
    const { rotations } = await owner.listKeyRotations({ keyId })
    return [(nextRotationDate!.getTime() - start) / DAY, rotations.map(({ rotationType }) => rotationType)]
  }
  expect(await rotationState()).toEqual([90, []])
  now = start + 10 * DAY
  await owner.rotateKeyOnDemand({ keyId })
  expect(await rotationState()).toEqual([100, ['ON_DEMAND']])
  now = start + 100 * DAY - 1
  expect(await rotationState()).toEqual([100, ['ON_DEMAND']])
  now = start + 100 * DAY
  expect(await rotationState()).toEqual([190, ['ON_DEMAND', 'AUTOMATIC']])
})
