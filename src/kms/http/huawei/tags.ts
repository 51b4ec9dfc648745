/**
 * Huawei's calls that name the key in the path: `…/kms/{key_id}/tags` and `…/tags/{key}` (DEW API reference, "Tags").
 */
import { object, text } from '../../core/input.ts'
import type { Body } from './body.ts'
import type { UncheckedClient } from './data.ts'

const tagField = object<{ key: string; value: string }>({ key: text(1, 128), value: text(0, 256) })

export async function listTags(client: UncheckedClient, keyId: string, body: Body): Promise<object> {
  body.requireOnly([])
  const { tags } = await client.listResourceTags({ keyId })
  return {
    tags: tags.map(({ tagKey, tagValue }) => ({ key: tagKey, value: tagValue })),
    existTagsNum: tags.length,
  }
}

export async function putTag(client: UncheckedClient, keyId: string, body: Body): Promise<void> {
  body.requireOnly(['tag'])
  const { key, value } = tagField.read(body.any('tag'), 'tag', 'bytes')
  await client.tagResource({ keyId, tags: [{ tagKey: key, tagValue: value }] })
}

export async function removeTag(
  client: UncheckedClient,
  keyId: string,
  body: Body,
  tag: string,
): Promise<void> {
  body.requireOnly([])
  await client.untagResource({ keyId, tagKeys: [tag] })
}
