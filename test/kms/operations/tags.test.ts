/** A key's tags: how they are set, how a policy sees them, and which are refused. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createKms, type Kms } from '../../../src/kms/index.ts'
import type { KmsClient } from '../../../src/kms/operations/index.ts'
import { ACCOUNT, ROLE, refused } from '../support.ts'

let kms: Kms
let owner: KmsClient
let keyId: string

beforeEach(async () => {
  kms = await createKms({ place: { account: ACCOUNT } })
  owner = kms.owner
  keyId = (await owner.createKey({})).keyMetadata.keyId
})

describe('tags', () => {
  test('are added, replaced, removed, and are condition keys', async () => {
    await owner.tagResource({
      keyId,
      tags: [
        { tagKey: 'team', tagValue: 'a' },
        { tagKey: 'x', tagValue: '' },
      ],
    })
    await owner.tagResource({ keyId, tags: [{ tagKey: 'team', tagValue: 'b' }] })
    await owner.untagResource({ keyId, tagKeys: ['x', 'none'] })
    expect((await owner.listResourceTags({ keyId })).tags).toEqual([{ tagKey: 'team', tagValue: 'b' }])
    const allow = (team: string) => ({
      Statement: [
        {
          Effect: 'Allow',
          Action: 'kms:DescribeKey',
          Condition: { StringEquals: { 'aws:ResourceTag/team': team } },
        },
      ],
    })
    await kms.as({ principal: ROLE, policies: [allow('b')] }).describeKey({ keyId })
    await expect(kms.as({ principal: ROLE, policies: [allow('a')] }).describeKey({ keyId })).rejects.toEqual(
      refused('E_KMS_DENIED'),
    )
  })

  test.each([
    [
      'a duplicate key',
      [
        { tagKey: 'a', tagValue: '1' },
        { tagKey: 'a', tagValue: '2' },
      ],
      'E_KMS_TAG',
    ],
    ['a reserved key', [{ tagKey: 'aws:a', tagValue: '1' }], 'E_KMS_TAG'],
    [
      'too many tags',
      Array.from({ length: 51 }, (_, at) => ({ tagKey: `${at}`, tagValue: '' })),
      'E_KMS_VALIDATION',
    ],
  ])('with %s are refused', async (_, tags, code) => {
    await expect(owner.tagResource({ keyId, tags })).rejects.toEqual(refused(code))
  })

  test('there are at most 50, also over several requests', async () => {
    const tags = (from: number) =>
      Array.from({ length: 30 }, (_, at) => ({ tagKey: `${from + at}`, tagValue: '' }))
    await owner.tagResource({ keyId, tags: tags(0) })
    await expect(owner.tagResource({ keyId, tags: tags(30) })).rejects.toEqual(refused('E_KMS_LIMIT'))
  })
})
