/** CreateKey, DescribeKey, ListKeys, and what changes a key's state (AWS KMS API reference, of those names). */
import { fromBase64 } from '../../attestation/x509/pem.ts'
import { type Call, markerAfter } from '../call.ts'
import { KmsError } from '../error.ts'
import {
  defaulting,
  type Field,
  type Fields,
  integer,
  invalid,
  list,
  object,
  oneOf,
  optional,
  text,
} from '../input.ts'
import { createMaterial } from '../keys/material.ts'
import { keyArn, type Place } from '../keys/place.ts'
import type { KeyRecord, KeyState } from '../keys/record.ts'
import {
  type EncryptionAlgorithm,
  encryptionAlgorithms,
  KEY_SPECS,
  KEY_USAGES,
  type KeySpec,
  type KeyUsageName,
  type SigningAlgorithm,
  signingAlgorithms,
  usagesOf,
} from '../keys/spec.ts'
import { readPolicy } from '../policy/policy.ts'
import { keyIdentifier, type Operation } from './operation.ts'

const DAY = 24 * 60 * 60 * 1000
const TAGS_MAX = 50

export interface Tag {
  readonly tagKey: string
  readonly tagValue: string
}

/** What is told of a key. */
export interface KeyMetadata {
  readonly awsAccountId: string
  readonly keyId: string
  readonly arn: string
  readonly creationDate: Date
  readonly enabled: boolean
  readonly description: string
  readonly keyUsage: KeyUsageName
  readonly keyState: KeyState
  readonly deletionDate?: Date
  readonly origin: 'AWS_KMS'
  readonly keyManager: 'CUSTOMER'
  readonly customerMasterKeySpec: KeySpec
  readonly keySpec: KeySpec
  readonly encryptionAlgorithms?: readonly EncryptionAlgorithm[]
  readonly signingAlgorithms?: readonly SigningAlgorithm[]
  readonly keyAgreementAlgorithms?: readonly ['ECDH']
  readonly multiRegion: false
}

export interface CreateKeyInput {
  /** IAM's JSON. @default the account's own policies decide */
  readonly policy?: string | undefined
  /** At most 8192 characters. */
  readonly description?: string
  /** @default what keys of the spec are for first */
  readonly keyUsage?: KeyUsageName | undefined
  /** @default SYMMETRIC_DEFAULT */
  readonly keySpec?: KeySpec
  readonly tags?: readonly Tag[]
}

export interface KeyIdInput {
  readonly keyId: string
}

export const tagFields: Field<Tag> = object<Tag>({ tagKey: text(1, 128), tagValue: text(0, 256) })
export const tagList: Field<readonly Tag[]> = list(tagFields, TAGS_MAX)
const descriptionField = text(0, 8192)
const policyField = text(1, 131_072)
const limitField = defaulting(integer(1, 1000), 100)
const markerField = optional(text(1, 1024, /^[A-Za-z0-9+/=]+$/))

/** The policy of a key of whom nobody said anything: the account's own policies decide (AWS KMS, "Default key policy"). */
export function defaultPolicy({ account }: Place): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  }
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] })
}

/** @see KeyMetadata */
export function metadataOf(record: KeyRecord, place: Place): KeyMetadata {
  const { id, spec, usage, state, deletionAt, description, createdAt } = record
  const [encryption, signing] = [encryptionAlgorithms(spec, usage), signingAlgorithms(spec, usage)]
  return {
    awsAccountId: place.account,
    keyId: id,
    arn: keyArn(place, id),
    creationDate: new Date(createdAt),
    enabled: state === 'Enabled',
    description,
    keyUsage: usage,
    keyState: state,
    ...(deletionAt !== undefined && { deletionDate: new Date(deletionAt) }),
    origin: 'AWS_KMS',
    keyManager: 'CUSTOMER',
    customerMasterKeySpec: spec,
    keySpec: spec,
    ...(encryption.length > 0 && { encryptionAlgorithms: encryption }),
    ...(signing.length > 0 && { signingAlgorithms: signing }),
    ...(usage === 'KEY_AGREEMENT' && { keyAgreementAlgorithms: ['ECDH'] as const }),
    multiRegion: false,
  }
}

export const createKey: Operation<CreateKeyInput, { readonly keyMetadata: KeyMetadata }> = {
  takesRecipient: false,
  fields: {
    policy: optional(policyField),
    description: defaulting(descriptionField, ''),
    keyUsage: optional(oneOf(KEY_USAGES)),
    keySpec: defaulting(oneOf(KEY_SPECS), 'SYMMETRIC_DEFAULT'),
    tags: defaulting(tagList, []),
  },
  async run(call, { policy, description, keyUsage, keySpec, tags }) {
    const spec = keySpec!
    const usages = usagesOf(spec)
    const usage = keyUsage ?? usages[0]!
    const requestTags = Object.fromEntries(
      tags!.map(({ tagKey, tagValue }) => [`aws:RequestTag/${tagKey}`, tagValue]),
    )
    const values = { 'kms:KeySpec': spec, 'kms:KeyUsage': usage, 'kms:KeyOrigin': 'AWS_KMS', ...requestTags }
    call.authorize('CreateKey', undefined, values)
    if (!usages.includes(usage))
      throw invalid('keyUsage', `Member must be ${usages.join(' or ')} for ${spec}`, usage)
    if (policy !== undefined) readPolicy(policy, 'key')
    const createdAt = call.now()
    const record: KeyRecord = {
      id: crypto.randomUUID(),
      spec,
      usage,
      description: description!,
      createdAt,
      state: 'Enabled',
      tags: tagRecord({}, tags!),
      policy: policy ?? defaultPolicy(call.ring.place),
      versions: [{ number: 1, createdAt, cause: 'CREATED', ...(await createMaterial(spec)) }],
    }
    await call.ring.add(record)
    return { keyMetadata: metadataOf(record, call.ring.place) }
  },
}

/** Tags with others put over them. @throws {KmsError} E_KMS_TAG */
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
  if (keys.some((key) => /^aws:/i.test(key))) {
    throw new KmsError('E_KMS_TAG', { what: 'tag keys that begin with aws: are the cloud’s own' })
  }
  if (Object.keys(all).length > TAGS_MAX) {
    throw new KmsError('E_KMS_LIMIT', { what: 'a key has too many tags', expected: `at most ${TAGS_MAX}` })
  }
  return all
}

export const describeKey: Operation<KeyIdInput, { readonly keyMetadata: KeyMetadata }> = {
  takesRecipient: false,
  fields: { keyId: keyIdentifier },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('DescribeKey', key)
    return { keyMetadata: metadataOf(key, call.ring.place) }
  },
}

export interface PageInput {
  /** 1 to 1000. @default 100 */
  readonly limit?: number
  readonly marker?: string | undefined
}

export const pageFields: Fields<PageInput> = { limit: limitField, marker: markerField }

/** Where a page begins. @throws {KmsError} E_KMS_VALIDATION for a marker that none of ours is. */
export function readMarker(marker: string | undefined): string | undefined {
  if (marker === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(marker))
  } catch {
    throw invalid('marker', 'Member must be the nextMarker of an earlier answer')
  }
}

/** The first `limit` of `all`, which are one more where there is another page. */
export function page<Item>(
  all: readonly Item[],
  limit: number,
  nameOf: (item: Item) => string,
): { items: readonly Item[]; truncated: boolean; nextMarker?: string } {
  const items = all.slice(0, limit)
  const truncated = all.length > limit
  return { items, truncated, ...(truncated && { nextMarker: markerAfter(nameOf(items.at(-1)!)) }) }
}

export interface ListKeysOutput {
  readonly keys: readonly { readonly keyId: string; readonly keyArn: string }[]
  readonly truncated: boolean
  readonly nextMarker?: string
}

export const listKeys: Operation<PageInput, ListKeysOutput> = {
  takesRecipient: false,
  fields: pageFields,
  async run(call, { limit, marker }) {
    call.authorize('ListKeys', undefined)
    const { items, ...rest } = page(await call.ring.ids(limit! + 1, readMarker(marker)), limit!, (id) => id)
    return { keys: items.map((id) => ({ keyId: id, keyArn: call.arn({ id }) })), ...rest }
  },
}

export const enableKey: Operation<KeyIdInput, Record<string, never>> = {
  takesRecipient: false,
  fields: { keyId: keyIdentifier },
  run: (call, { keyId }) => setState(call, keyId, 'EnableKey', 'Enabled'),
}

export const disableKey: Operation<KeyIdInput, Record<string, never>> = {
  takesRecipient: false,
  fields: { keyId: keyIdentifier },
  run: (call, { keyId }) => setState(call, keyId, 'DisableKey', 'Disabled'),
}

async function setState(
  call: Call,
  keyId: string,
  action: 'EnableKey' | 'DisableKey',
  state: KeyState,
): Promise<Record<string, never>> {
  const key = await call.ring.find(keyId)
  call.authorize(action, key)
  await call.ring.change(key.id, (record) => ({ ...requireNotEnding(record), state }))
  return {}
}

/** @throws {KmsError} E_KMS_STATE for a key that waits for its deletion. */
export function requireNotEnding(record: KeyRecord): KeyRecord {
  if (record.state !== 'PendingDeletion') return record
  throw new KmsError('E_KMS_STATE', {
    what: `the key ${record.id} is pending deletion`,
    hint: 'cancel the deletion first',
  })
}

export interface ScheduleKeyDeletionInput extends KeyIdInput {
  /** 7 to 30. @default 30 */
  readonly pendingWindowInDays?: number
}

export interface ScheduleKeyDeletionOutput {
  readonly keyId: string
  readonly deletionDate: Date
  readonly keyState: KeyState
  readonly pendingWindowInDays: number
}

export const scheduleKeyDeletion: Operation<ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput> = {
  takesRecipient: false,
  fields: { keyId: keyIdentifier, pendingWindowInDays: defaulting(integer(7, 30), 30) },
  async run(call, { keyId, pendingWindowInDays }) {
    const days = pendingWindowInDays!
    const key = await call.ring.find(keyId)
    call.authorize('ScheduleKeyDeletion', key, { 'kms:ScheduleKeyDeletionPendingWindowInDays': String(days) })
    const deletionAt = call.now() + days * DAY
    const { state } = await call.ring.change(key.id, (record) => ({
      ...requireNotEnding(record),
      state: 'PendingDeletion',
      deletionAt,
    }))
    return {
      keyId: call.arn(key),
      deletionDate: new Date(deletionAt),
      keyState: state,
      pendingWindowInDays: days,
    }
  },
}

export const cancelKeyDeletion: Operation<KeyIdInput, { readonly keyId: string }> = {
  takesRecipient: false,
  fields: { keyId: keyIdentifier },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('CancelKeyDeletion', key)
    await call.ring.change(key.id, ({ deletionAt, ...record }) => {
      if (record.state === 'PendingDeletion') return { ...record, state: 'Disabled' }
      throw new KmsError('E_KMS_STATE', {
        what: `the key ${record.id} is not pending deletion`,
        got: record.state,
      })
    })
    return { keyId: call.arn(key) }
  },
}
