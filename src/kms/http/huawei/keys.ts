/** Huawei's calls that manage keys (DEW API reference, "Key lifecycle", "Querying keys", "Rotation", "Tags"). */
import type { Place } from '../../keys/place.ts'
import type { KeyMetadata } from '../../operations/keys.ts'
import type { Body } from './body.ts'
import type { HuaweiCall, UncheckedClient } from './data.ts'
import { specFrom, specName, stateName } from './names.ts'

const PREFIX = 'alias/'
const DAY = 24 * 60 * 60 * 1000

/** The aliases of a key, without `alias/`. */
async function aliasesOf(client: UncheckedClient, keyId: unknown): Promise<string[]> {
  const { aliases } = await client.listAliases({ keyId, limit: 1000 })
  return aliases.map(({ aliasName }) => aliasName.slice(PREFIX.length))
}

const stateOf = async (client: UncheckedClient, body: Body) => {
  const { keyMetadata } = await client.describeKey({ keyId: body.any('key_id') })
  return { key_id: keyMetadata.keyId, key_state: stateName(keyMetadata.keyState) }
}

async function detailsOf(client: UncheckedClient, place: Place, metadata: KeyMetadata) {
  const { keyId, keySpec, keyUsage, description, creationDate, deletionDate, keyState } = metadata
  const [alias] = await aliasesOf(client, keyId)
  const rotation = await client.getKeyRotationStatus({ keyId })
  return {
    key_id: keyId,
    domain_id: place.domain,
    key_alias: alias ?? '',
    realm: place.region,
    key_spec: specName(keySpec),
    key_usage: keyUsage,
    key_description: description,
    creation_date: String(creationDate.getTime()),
    scheduled_deletion_date: deletionDate ? String(deletionDate.getTime()) : '',
    key_state: stateName(keyState),
    default_key_flag: '0',
    key_type: '1',
    expiration_time: '',
    origin: 'kms',
    key_rotation_enabled: String(rotation.keyRotationEnabled),
    sys_enterprise_project_id: '0',
  }
}

/** By the last part of the path. */
export function keyCalls(place: Place): Readonly<Record<string, HuaweiCall>> {
  return {
    async 'create-key'(client, body) {
      const alias = body.any('key_alias')
      const { keyMetadata } = await client.createKey({
        aliasName: typeof alias === 'string' ? PREFIX + alias : alias,
        keySpec: specFrom(body.any('key_spec')),
        keyUsage: body.any('key_usage'),
        description: body.any('key_description'),
      })
      return { key_info: { key_id: keyMetadata.keyId, domain_id: place.domain } }
    },

    async 'describe-key'(client, body) {
      const { keyMetadata } = await client.describeKey({ keyId: body.any('key_id') })
      return { key_info: await detailsOf(client, place, keyMetadata) }
    },

    async 'list-keys'(client, body) {
      const { keys, truncated, nextMarker } = await client.listKeys({
        limit: body.number('limit'),
        marker: body.any('marker') || undefined,
      })
      const all = await Promise.all(keys.map(({ keyId }) => client.describeKey({ keyId })))
      return {
        keys: keys.map(({ keyId }) => keyId),
        key_details: await Promise.all(all.map(({ keyMetadata }) => detailsOf(client, place, keyMetadata))),
        next_marker: nextMarker ?? '',
        truncated: String(truncated),
        total: keys.length,
      }
    },

    async 'enable-key'(client, body) {
      await client.enableKey({ keyId: body.any('key_id') })
      return { key_info: await stateOf(client, body) }
    },

    async 'disable-key'(client, body) {
      await client.disableKey({ keyId: body.any('key_id') })
      return { key_info: await stateOf(client, body) }
    },

    async 'schedule-key-deletion'(client, body) {
      const keyId = body.any('key_id')
      await client.scheduleKeyDeletion({ keyId, pendingWindowInDays: body.number('pending_days') })
      return stateOf(client, body)
    },

    async 'cancel-key-deletion'(client, body) {
      await client.cancelKeyDeletion({ keyId: body.any('key_id') })
      return stateOf(client, body)
    },

    async 'update-key-alias'(client, body) {
      const [keyId, alias] = [body.any('key_id'), body.any('key_alias')]
      const before = await aliasesOf(client, keyId)
      const aliasName = typeof alias === 'string' ? PREFIX + alias : alias
      await client.createAlias({ aliasName, targetKeyId: keyId })
      for (const old of before) await client.deleteAlias({ aliasName: PREFIX + old })
      return { key_info: { key_id: keyId, key_alias: alias } }
    },

    async 'update-key-description'(client, body) {
      const [keyId, description] = [body.any('key_id'), body.any('key_description')]
      await client.updateKeyDescription({ keyId, description })
      return { key_info: { key_id: keyId, key_description: description } }
    },

    async 'enable-key-rotation'(client, body) {
      await client.enableKeyRotation({ keyId: body.any('key_id') })
      return {}
    },

    async 'disable-key-rotation'(client, body) {
      await client.disableKeyRotation({ keyId: body.any('key_id') })
      return {}
    },

    async 'update-key-rotation-interval'(client, body) {
      const rotationPeriodInDays = body.number('rotation_interval')
      await client.enableKeyRotation({ keyId: body.any('key_id'), rotationPeriodInDays })
      return {}
    },

    async 'get-key-rotation-status'(client, body) {
      const keyId = body.any('key_id')
      const status = await client.getKeyRotationStatus({ keyId })
      const { rotations } = await client.listKeyRotations({ keyId })
      const { nextRotationDate, rotationPeriodInDays: days } = status
      const last = nextRotationDate && days && nextRotationDate.getTime() - days * DAY
      return {
        key_rotation_enabled: status.keyRotationEnabled,
        ...(days && { rotation_interval: days }),
        ...(last && { last_rotation_time: String(last) }),
        number_of_rotations: rotations.length,
      }
    },
  }
}

/** The calls whose path holds the key: `…/kms/{key_id}/tags` and `…/tags/{key}`. */
export const TAG_CALLS: Readonly<
  Record<
    'GET' | 'POST' | 'DELETE',
    (client: UncheckedClient, keyId: string, body: Body, tag: string) => Promise<object>
  >
> = {
  async GET(client, keyId) {
    const { tags } = await client.listResourceTags({ keyId })
    return {
      tags: tags.map(({ tagKey, tagValue }) => ({ key: tagKey, value: tagValue })),
      existTagsNum: tags.length,
    }
  },
  async POST(client, keyId, body) {
    const { key, value } = (body.any('tag') ?? {}) as { key?: unknown; value?: unknown }
    await client.tagResource({ keyId, tags: [{ tagKey: key, tagValue: value }] })
    return {}
  },
  async DELETE(client, keyId, _, tag) {
    await client.untagResource({ keyId, tagKeys: [tag] })
    return {}
  },
}
