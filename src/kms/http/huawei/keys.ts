/** Huawei's calls that manage keys (DEW API reference, "Key lifecycle", "Querying keys", "Rotation", "Tags"). */
import { oneOf, text } from '../../core/input.ts'
import type { Place } from '../../keys/place.ts'
import type { KeyMetadata } from '../../operations/keys.ts'
import type { KeyStateOutput } from '../../operations/lifecycle.ts'
import type { HuaweiCall, UncheckedClient } from './data.ts'
import { idOf, specFrom, specName, stateName } from './names.ts'

const PREFIX = 'alias/'
const keyState = oneOf(['1', '2', '3', '4', '5'])
const listedSpec = text(1, 40)
const DAY = 24 * 60 * 60 * 1000

/** The aliases of a key, without `alias/`. */
async function aliasesOf(client: UncheckedClient, keyId: unknown): Promise<string[]> {
  const found: string[] = []
  let marker: string | undefined
  do {
    const { aliases, nextMarker } = await client.listAliases({ keyId, limit: 1000, marker })
    found.push(...aliases.map(({ aliasName }) => aliasName.slice(PREFIX.length)))
    marker = nextMarker
  } while (marker !== undefined)
  return found
}

/**
 * The state of a key after a change. It needs no further permission, so that a completed change is not answered as
 * denied.
 */
const changed = ({ keyId, keyState }: KeyStateOutput) => ({
  key_id: idOf(keyId),
  key_state: stateName(keyState),
})

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
      const keySpec = specFrom(body.any('key_spec'))
      body.requireInert('origin', 'kms')
      body.requireInert('enterprise_project_id', '0')
      body.requireInert('keystore_id', '0')
      // The default usage of a key pair is signing.
      const isPair = keySpec !== undefined && keySpec !== 'SYMMETRIC_DEFAULT'
      const { keyMetadata } = await client.createKey({
        aliasName: typeof alias === 'string' ? PREFIX + alias : alias,
        keySpec,
        keyUsage: body.any('key_usage') ?? (isPair ? 'SIGN_VERIFY' : undefined),
        description: body.any('key_description'),
      })
      return { key_info: { key_id: keyMetadata.keyId, domain_id: place.domain } }
    },

    async 'describe-key'(client, body) {
      const { keyMetadata } = await client.describeKey({ keyId: body.any('key_id') })
      return { key_info: await detailsOf(client, place, keyMetadata) }
    },

    async 'list-keys'(client, body) {
      body.requireInert('enterprise_project_id', '0', 'all')
      const marker = body.any('marker')
      const state = body.any('key_state')
      const spec = body.any('key_spec') ?? 'AES_256'
      if (state !== undefined) keyState.read(state, 'key_state', 'bytes')
      if (spec !== 'ALL') specFrom(listedSpec.read(spec, 'key_spec', 'bytes'))
      const { keys, truncated, nextMarker } = await client.listKeys({
        limit: body.number('limit'),
        marker: marker === '' ? undefined : marker,
      })
      const all = await Promise.all(keys.map(({ keyId }) => client.describeKey({ keyId })))
      // As in AWS's lists, keys that are filtered out make the page shorter.
      const wanted = all
        .map(({ keyMetadata }) => keyMetadata)
        .filter((key) => spec === 'ALL' || specName(key.keySpec) === spec)
        .filter((key) => state === undefined || stateName(key.keyState) === state)
      return {
        keys: wanted.map(({ keyId }) => keyId),
        key_details: await Promise.all(wanted.map((metadata) => detailsOf(client, place, metadata))),
        next_marker: nextMarker ?? '',
        truncated: String(truncated),
        total: wanted.length,
      }
    },

    async 'enable-key'(client, body) {
      return { key_info: changed(await client.enableKey({ keyId: body.any('key_id') })) }
    },

    async 'disable-key'(client, body) {
      return { key_info: changed(await client.disableKey({ keyId: body.any('key_id') })) }
    },

    async 'schedule-key-deletion'(client, body) {
      const input = { keyId: body.any('key_id'), pendingWindowInDays: body.number('pending_days') }
      return changed(await client.scheduleKeyDeletion(input))
    },

    async 'cancel-key-deletion'(client, body) {
      return changed(await client.cancelKeyDeletion({ keyId: body.any('key_id') }))
    },

    async 'update-key-alias'(client, body) {
      const alias = body.any('key_alias')
      const aliasName = typeof alias === 'string' ? PREFIX + alias : alias
      const { keyId } = await client.replaceAliases({ aliasName, targetKeyId: body.any('key_id') })
      return { key_info: { key_id: idOf(keyId), key_alias: alias } }
    },

    async 'update-key-description'(client, body) {
      const description = body.any('key_description')
      const { keyId } = await client.updateKeyDescription({ keyId: body.any('key_id'), description })
      return { key_info: { key_id: idOf(keyId), key_description: description } }
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
