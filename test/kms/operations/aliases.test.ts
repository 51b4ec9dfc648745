/** Aliases: their names and their keys; and a caller with permissions on one key cannot take over another's aliases. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createKms, type Kms } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { MemoryStore } from '../../../src/kms/store/memory.ts'
import type { KmsStore } from '../../../src/kms/store/store.ts'
import { ACCOUNT, ROLE, refused } from '../support.ts'

let now: number
let kms: Kms
let owner: KmsClient
/** A key that the caller may use, and one that the caller may not use. */
let own: string
let foreign: string

const ARN = `arn:aws:kms:local-1:${ACCOUNT}`
const idOf = async (keyId: string) => (await owner.describeKey({ keyId })).keyMetadata.keyId
const make = async (input: Parameters<KmsClient['createKey']>[0] = {}) =>
  (await owner.createKey(input)).keyMetadata.keyId

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  kms = await createKms({ now: () => now, place: { account: ACCOUNT } })
  owner = kms.owner
  own = await make({ aliasName: 'alias/own' })
  foreign = await make({ aliasName: 'alias/foreign' })
})

describe('a caller with all permissions on one key only', () => {
  const caller = () => {
    const Statement = [
      { Effect: 'Allow', Action: 'kms:*', Resource: `${ARN}:key/${own}` },
      { Effect: 'Deny', Action: 'kms:*', Resource: `${ARN}:key/${foreign}` },
    ]
    return kms.as({ principal: ROLE, policies: [{ Statement }] })
  }
  const denied = refused('E_KMS_DENIED')

  test('creates, moves and deletes its aliases', async () => {
    const other = await make()
    await caller().createAlias({ aliasName: 'alias/more', targetKeyId: own })
    await caller().updateAlias({ aliasName: 'alias/more', targetKeyId: own })
    await expect(caller().updateAlias({ aliasName: 'alias/more', targetKeyId: other })).rejects.toEqual(
      denied,
    )
    await caller().deleteAlias({ aliasName: 'alias/more' })
    await expect(idOf('alias/more')).rejects.toEqual(refused('E_KMS_NOT_FOUND'))
  })

  test('does not take over an alias of another key', async () => {
    await expect(caller().updateAlias({ aliasName: 'alias/foreign', targetKeyId: own })).rejects.toEqual(
      denied,
    )
    expect(await idOf('alias/foreign')).toBe(foreign)
  })

  test('does not move its alias to another key', async () => {
    await expect(caller().updateAlias({ aliasName: 'alias/own', targetKeyId: foreign })).rejects.toEqual(
      denied,
    )
    expect(await idOf('alias/own')).toBe(own)
  })

  test('does not create or delete an alias of another key', async () => {
    await expect(caller().createAlias({ aliasName: 'alias/new', targetKeyId: foreign })).rejects.toEqual(
      denied,
    )
    await expect(caller().deleteAlias({ aliasName: 'alias/foreign' })).rejects.toEqual(denied)
    expect(await idOf('alias/foreign')).toBe(foreign)
  })

  test('does not change the description of another key', async () => {
    const input = { keyId: foreign, description: 'taken over' }
    await expect(caller().updateKeyDescription(input)).rejects.toEqual(denied)
    await caller().updateKeyDescription({ keyId: own, description: 'my own' })
    expect((await owner.describeKey({ keyId: own })).keyMetadata.description).toBe('my own')
  })
})

test.each<[action: string, needed: readonly string[], call: (client: KmsClient) => Promise<unknown>]>([
  ['CreateAlias', ['CreateAlias'], (c) => c.createAlias({ aliasName: 'alias/x', targetKeyId: own })],
  ['UpdateAlias', ['UpdateAlias'], (c) => c.updateAlias({ aliasName: 'alias/own', targetKeyId: own })],
  ['DeleteAlias', ['DeleteAlias'], (c) => c.deleteAlias({ aliasName: 'alias/own' })],
  [
    'replaceAliases',
    ['CreateAlias', 'DeleteAlias'],
    (c) => c.replaceAliases({ aliasName: 'alias/x', targetKeyId: own }),
  ],
  ['ListAliases', ['ListAliases'], (c) => c.listAliases({})],
  [
    'UpdateKeyDescription',
    ['UpdateKeyDescription'],
    (c) => c.updateKeyDescription({ keyId: own, description: '' }),
  ],
])('%s requires exactly its own permissions', async (_, needed, call) => {
  const client = (statement: object) => kms.as({ principal: ROLE, policies: [{ Statement: [statement] }] })
  const actions = needed.map((action) => `kms:${action}`)
  await expect(call(client({ Effect: 'Allow', NotAction: actions, Resource: '*' }))).rejects.toEqual(
    refused('E_KMS_DENIED'),
  )
  await call(client({ Effect: 'Allow', Action: actions, Resource: '*' }))
})

describe('replacing all aliases with one', () => {
  const names = async () =>
    (await owner.listAliases({})).aliases.map(({ aliasName, targetKeyId }) => [aliasName, targetKeyId])
  const replace = (aliasName: string) => owner.replaceAliases({ aliasName, targetKeyId: own })

  test('leaves only that one, and does not change other keys’ aliases', async () => {
    await owner.createAlias({ aliasName: 'alias/more', targetKeyId: own })
    expect(await replace('alias/new')).toEqual({ keyId: `${ARN}:key/${own}` })
    expect(await names()).toEqual([
      ['alias/foreign', foreign],
      ['alias/new', own],
    ])
  })

  test('requires a free alias; otherwise nothing changes', async () => {
    const before = await names()
    for (const taken of ['alias/foreign', 'alias/own']) {
      await expect(replace(taken)).rejects.toEqual(refused('E_KMS_EXISTS'))
    }
    await expect(replace('alias/aws/a')).rejects.toEqual(refused('E_KMS_ALIAS'))
    await owner.scheduleKeyDeletion({ keyId: own })
    await expect(replace('alias/new')).rejects.toEqual(refused('E_KMS_STATE'))
    expect(await names()).toEqual(before)
  })

  test('is one write', async () => {
    const writes: number[] = []
    const store = new MemoryStore()
    const counting: KmsStore = {
      get: (name) => store.get(name),
      names: (...range) => store.names(...range),
      write: (changes) => {
        writes.push(changes.length)
        return store.write(changes)
      },
      close: () => store.close(),
    }
    const { owner: counted } = await createKms({ store: counting })
    const { keyId: targetKeyId } = (await counted.createKey({ aliasName: 'alias/a' })).keyMetadata
    await counted.createAlias({ aliasName: 'alias/b', targetKeyId })
    writes.length = 0
    await counted.replaceAliases({ aliasName: 'alias/c', targetKeyId })
    expect(writes).toEqual([3])
  })
})

describe('an alias', () => {
  test('is listed with its names and times, by name and by key', async () => {
    const { aliases } = await owner.listAliases({})
    const created = new Date(now)
    expect(aliases).toEqual([
      {
        aliasName: 'alias/foreign',
        aliasArn: `${ARN}:alias/foreign`,
        targetKeyId: foreign,
        creationDate: created,
        lastUpdatedDate: created,
      },
      {
        aliasName: 'alias/own',
        aliasArn: `${ARN}:alias/own`,
        targetKeyId: own,
        creationDate: created,
        lastUpdatedDate: created,
      },
    ])
    now += 1000
    await owner.updateAlias({ aliasName: 'alias/foreign', targetKeyId: own })
    const moved = await owner.listAliases({ keyId: own })
    expect(moved.aliases.map(({ aliasName }) => aliasName)).toEqual(['alias/foreign', 'alias/own'])
    expect(moved.aliases[0]).toMatchObject({ creationDate: created, lastUpdatedDate: new Date(now) })
    expect((await owner.listAliases({ keyId: foreign })).aliases).toEqual([])
    await expect(owner.listAliases({ keyId: 'alias/none' })).rejects.toEqual(refused('E_KMS_NOT_FOUND'))
  })

  test('is listed in pages, with markers', async () => {
    const first = await owner.listAliases({ limit: 1 })
    expect([first.aliases.length, first.truncated, typeof first.nextMarker]).toEqual([1, true, 'string'])
    const last = await owner.listAliases({ limit: 1, marker: first.nextMarker })
    expect([last.aliases[0]?.aliasName, last.truncated, last.nextMarker]).toEqual([
      'alias/own',
      false,
      undefined,
    ])
    expect((await owner.listAliases({ limit: 2 })).truncated).toBe(false)
  })

  test('has 1 to 250 characters', async () => {
    for (const name of ['a', '0/_-Z', 'x'.repeat(250)]) {
      await owner.createAlias({ aliasName: `alias/${name}`, targetKeyId: own })
      expect(await idOf(`alias/${name}`)).toBe(own)
    }
    for (const [name, code] of [
      ['alias/', 'E_KMS_ALIAS'],
      [`alias/${'x'.repeat(251)}`, 'E_KMS_VALIDATION'],
      ['', 'E_KMS_VALIDATION'],
      ['alias/aws/s3', 'E_KMS_ALIAS'],
      ['Alias/a', 'E_KMS_ALIAS'],
      ['xalias/a', 'E_KMS_ALIAS'],
      ['alias/a.', 'E_KMS_ALIAS'],
    ] as const) {
      for (const call of [owner.createAlias, owner.updateAlias]) {
        await expect(call({ aliasName: name, targetKeyId: own }), name).rejects.toEqual(refused(code))
      }
      await expect(owner.deleteAlias({ aliasName: name }), name).rejects.toEqual(refused(code))
      await expect(owner.createKey({ aliasName: name }), name).rejects.toEqual(refused(code))
    }
    expect((await owner.listKeys({})).keys).toHaveLength(2)
  })

  test('must be new to be created, and exist to be moved', async () => {
    await expect(owner.createAlias({ aliasName: 'alias/own', targetKeyId: own })).rejects.toEqual(
      refused('E_KMS_EXISTS'),
    )
    await expect(owner.updateAlias({ aliasName: 'alias/new', targetKeyId: own })).rejects.toEqual(
      refused('E_KMS_NOT_FOUND'),
    )
    await owner.createAlias({ aliasName: 'alias/new', targetKeyId: own })
  })

  test('can be moved only to a key of the same spec and usage', async () => {
    const signing = await make({ keySpec: 'ECC_NIST_P256', aliasName: 'alias/pair' })
    const otherSpec = await make({ keySpec: 'ECC_NIST_P384' })
    const otherUse = await make({ keySpec: 'ECC_NIST_P256', keyUsage: 'KEY_AGREEMENT' })
    for (const targetKeyId of [otherSpec, otherUse]) {
      await expect(owner.updateAlias({ aliasName: 'alias/pair', targetKeyId })).rejects.toEqual(
        refused('E_KMS_USAGE'),
      )
    }
    expect(await idOf('alias/pair')).toBe(signing)
    const same = await make({ keySpec: 'ECC_NIST_P256' })
    await owner.updateAlias({ aliasName: 'alias/pair', targetKeyId: same })
    expect(await idOf('alias/pair')).toBe(same)
  })

  test('can be moved away from a key that is pending deletion, but not to one', async () => {
    await owner.scheduleKeyDeletion({ keyId: foreign })
    const ending = refused('E_KMS_STATE')
    await expect(owner.createAlias({ aliasName: 'alias/x', targetKeyId: foreign })).rejects.toEqual(ending)
    await expect(owner.updateAlias({ aliasName: 'alias/own', targetKeyId: foreign })).rejects.toEqual(ending)
    await expect(owner.updateKeyDescription({ keyId: foreign, description: 'x' })).rejects.toEqual(ending)
    await owner.updateAlias({ aliasName: 'alias/foreign', targetKeyId: own })
    expect(await idOf('alias/foreign')).toBe(own)
  })
})
