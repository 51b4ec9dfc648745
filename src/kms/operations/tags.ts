/** TagResource, UntagResource, ListResourceTags (AWS KMS API reference). Tags are condition keys, too. */
import { KmsError } from '../core/error.ts'
import { type Field, list, object, text } from '../core/input.ts'
import { alikeAmong } from '../policy/condition-keys.ts'
import type { ConditionValues } from '../policy/request.ts'
import { requireNotEnding } from './lifecycle.ts'
import { type KeyIdInput, keyIdentifier, type Operation } from './operation.ts'
import { type PageInput, page, pageFields, readMarker } from './page.ts'

const TAGS_MAX = 50

export interface Tag {
  readonly tagKey: string
  readonly tagValue: string
}

const tagKey = text(1, 128)

export const tagList: Field<readonly Tag[]> = list(object<Tag>({ tagKey, tagValue: text(0, 256) }), TAGS_MAX)

/** Adds or replaces tags. @throws {KmsError} E_KMS_TAG */
export function tagRecord(
  before: Readonly<Record<string, string>>,
  tags: readonly Tag[],
): Readonly<Record<string, string>> {
  const all = Object.fromEntries([
    ...Object.entries(before),
    ...tags.map(({ tagKey, tagValue }) => [tagKey, tagValue]),
  ])
  const keys = tags.map(({ tagKey }) => tagKey)
  if (new Set(keys).size < keys.length) throw new KmsError('E_KMS_TAG', { what: 'a tag key is given twice' })
  // In policies the two would be one condition key. A key may have both from earlier; each can be removed.
  const alike = keys.find((key) => Object.keys(all).some((one) => one !== key && alikeAmong([one, key])))
  if (alike !== undefined) {
    throw new KmsError('E_KMS_TAG', {
      what: 'two tag keys differ only in case',
      expected: 'tag keys that differ in more than case',
      got: alike,
    })
  }
  if (keys.some((key) => /^aws:/i.test(key))) {
    throw new KmsError('E_KMS_TAG', { what: 'tag keys that begin with aws: are reserved' })
  }
  if (Object.keys(all).length > TAGS_MAX) {
    throw new KmsError('E_KMS_LIMIT', { what: 'a key has too many tags', expected: `at most ${TAGS_MAX}` })
  }
  return all
}

/** The condition keys for tags in a request. */
export function tagValues(tags: readonly Tag[]): ConditionValues {
  const requested = tags.map(({ tagKey, tagValue }) => [`aws:RequestTag/${tagKey}`, tagValue])
  return { ...Object.fromEntries(requested), 'aws:TagKeys': tags.map(({ tagKey }) => tagKey) }
}

export interface TagResourceInput extends KeyIdInput {
  readonly tags: readonly Tag[]
}

export interface UntagResourceInput extends KeyIdInput {
  readonly tagKeys: readonly string[]
}

export interface ListResourceTagsOutput {
  readonly tags: readonly Tag[]
  readonly truncated: boolean
  readonly nextMarker?: string
}

export const tagResource: Operation<TagResourceInput, Record<string, never>> = {
  fields: { keyId: keyIdentifier, tags: tagList },
  async run(call, { keyId, tags }) {
    const key = await call.ring.find(keyId)
    call.authorize('TagResource', key, tagValues(tags))
    await call.ring.change(key.id, (record) => ({
      ...requireNotEnding(record),
      tags: tagRecord(record.tags, tags),
    }))
    return {}
  },
}

export const untagResource: Operation<UntagResourceInput, Record<string, never>> = {
  fields: { keyId: keyIdentifier, tagKeys: list(tagKey, TAGS_MAX) },
  async run(call, { keyId, tagKeys }) {
    const key = await call.ring.find(keyId)
    call.authorize('UntagResource', key, { 'aws:TagKeys': tagKeys })
    await call.ring.change(key.id, (record) => {
      const left = Object.entries(requireNotEnding(record).tags).filter(([name]) => !tagKeys.includes(name))
      return { ...record, tags: Object.fromEntries(left) }
    })
    return {}
  },
}

export const listResourceTags: Operation<KeyIdInput & PageInput, ListResourceTagsOutput> = {
  fields: { keyId: keyIdentifier, ...pageFields },
  async run(call, { keyId, limit, marker }) {
    const key = await call.ring.find(keyId)
    call.authorize('ListResourceTags', key)
    const after = readMarker(marker) ?? ''
    const all = Object.entries(key.tags)
      .sort()
      .filter(([name]) => name > after)
    const { items, ...rest } = page(all, limit!, ([name]) => name)
    return { tags: items.map(([name, tagValue]) => ({ tagKey: name, tagValue })), ...rest }
  },
}
