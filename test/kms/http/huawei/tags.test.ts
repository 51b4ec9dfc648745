/** Huawei's calls for the tags of a key: the limits of a tag, and the calls to the KMS that result. */
import { expect, test } from 'vitest'
import { Body } from '../../../../src/kms/http/huawei/body.ts'
import type { UncheckedClient } from '../../../../src/kms/http/huawei/data.ts'
import { listTags, putTag, removeTag } from '../../../../src/kms/http/huawei/tags.ts'

const x = (length: number) => 'x'.repeat(length)

/** The calls to the KMS that putting `tag` makes, or the code of the refusal. */
async function put(tag: unknown, more: object = {}): Promise<unknown> {
  const calls: unknown[] = []
  const client = { tagResource: async (input: unknown) => calls.push(input) } as unknown as UncheckedClient
  try {
    await putTag(client, 'k', new Body({ tag, ...more }))
    return calls
  } catch (error) {
    return (error as { code: string }).code
  }
}

test.each([
  [1, 0],
  [128, 256],
])('a tag with a key of %i characters and a value of %i is accepted', async (key, value) => {
  expect(await put({ key: x(key), value: x(value) })).toEqual([
    { keyId: 'k', tags: [{ tagKey: x(key), tagValue: x(value) }] },
  ])
})

test.each<[tag: unknown, code: string]>([
  [{ key: '', value: '' }, 'E_KMS_VALIDATION'],
  [{ key: x(129), value: '' }, 'E_KMS_VALIDATION'],
  [{ key: 'x', value: x(257) }, 'E_KMS_VALIDATION'],
  [{ key: 'x' }, 'E_KMS_VALIDATION'],
  [{ key: 'x', value: 1 }, 'E_KMS_TYPE'],
  [{ key: 'x', value: '', other: 1 }, 'E_KMS_UNSUPPORTED'],
  [undefined, 'E_KMS_VALIDATION'],
])('the tag %j is refused', async (tag, code) => {
  expect(await put(tag)).toBe(code)
})

test('every call refuses unknown members', async () => {
  expect(await put({ key: 'x', value: '' }, { other: 1 })).toBe('E_KMS_UNSUPPORTED')
  const client = {} as UncheckedClient
  const refused = expect.objectContaining({ code: 'E_KMS_UNSUPPORTED' })
  await expect(listTags(client, 'k', new Body({ other: 1 }))).rejects.toEqual(refused)
  await expect(removeTag(client, 'k', new Body({ other: 1 }), 'x')).rejects.toEqual(refused)
})

test('tags are listed with their count, and removed by their key', async () => {
  const calls: unknown[] = []
  const client = {
    listResourceTags: async () => ({ tags: [{ tagKey: 'a', tagValue: 'b' }], truncated: false }),
    untagResource: async (input: unknown) => calls.push(input),
  } as unknown as UncheckedClient
  expect(await listTags(client, 'k', new Body({}))).toEqual({
    tags: [{ key: 'a', value: 'b' }],
    existTagsNum: 1,
  })
  await removeTag(client, 'k', new Body({}), 'a')
  expect(calls).toEqual([{ keyId: 'k', tagKeys: ['a'] }])
})
