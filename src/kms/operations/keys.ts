/** CreateKey, DescribeKey, ListKeys and KeyMetadata (AWS KMS API reference). */
import { boolean, defaulting, inert, invalid, oneOf, optional } from '../core/input.ts'
import { createMaterial } from '../keys/material.ts'
import { keyArn, type Place } from '../keys/place.ts'
import type { KeyRecord, KeyState } from '../keys/record.ts'
import {
  algorithmsOf,
  KEY_SPECS,
  KEY_USAGES,
  type KeyAlgorithms,
  type KeySpec,
  type KeyUsageName,
  usagesOf,
} from '../keys/spec.ts'
import { aliasField, readAlias } from './alias-name.ts'
import {
  descriptionField,
  type GrantableInput,
  grantTokens,
  keyIdentifier,
  type Operation,
  policyField,
} from './operation.ts'
import { type PageInput, page, pageFields, readMarker } from './page.ts'
import { requireNoLockout } from './policies.ts'
import { type Tag, tagList, tagRecord, tagValues } from './tags.ts'

/** The origins of keys in AWS; here, only AWS_KMS is supported. */
const ORIGINS = ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] as const

/** The description of a key. */
export interface KeyMetadata extends KeyAlgorithms {
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
  readonly multiRegion: false
}

export interface CreateKeyInput {
  /** Key policy, IAM JSON. @default identity policies of the account decide */
  readonly policy?: string | undefined
  /** At most 8192 characters. */
  readonly description?: string
  /** @default the first usage of the key spec */
  readonly keyUsage?: KeyUsageName | undefined
  /** @default SYMMETRIC_DEFAULT */
  readonly keySpec?: KeySpec | undefined
  /** The old name of `keySpec`. */
  readonly customerMasterKeySpec?: KeySpec | undefined
  /** The only supported value. */
  readonly origin?: 'AWS_KMS' | undefined
  /** The only supported value. */
  readonly multiRegion?: false | undefined
  readonly tags?: readonly Tag[]
  /** An alias to create with the key: `alias/NAME`. The caller also needs kms:CreateAlias. */
  readonly aliasName?: string | undefined
  /** Whether the policy may lock the caller out. */
  readonly bypassPolicyLockoutSafetyCheck?: boolean
}

/** The default key policy: the identity policies of the account decide (AWS KMS, "Default key policy"). */
function defaultPolicy({ account, domain }: Place): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    // Huawei's keys have no key policy: the identity policies of the domain's callers decide.
    Principal: { AWS: `arn:aws:iam::${account}:root`, IAM: `iam::${domain}:root` },
    Action: 'kms:*',
    Resource: '*',
  }
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] })
}

/** @see KeyMetadata */
function metadataOf(record: KeyRecord, place: Place): KeyMetadata {
  const { id, spec, usage, state, deletionAt, description, createdAt } = record
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
    ...algorithmsOf(spec, usage),
    multiRegion: false,
  }
}

export const createKey: Operation<CreateKeyInput, { readonly keyMetadata: KeyMetadata }> = {
  fields: {
    policy: optional(policyField),
    description: defaulting(descriptionField, ''),
    keyUsage: optional(oneOf(KEY_USAGES)),
    keySpec: optional(oneOf(KEY_SPECS)),
    customerMasterKeySpec: optional(oneOf(KEY_SPECS)),
    origin: inert(oneOf(ORIGINS), (origin) => origin === 'AWS_KMS', 'AWS_KMS'),
    multiRegion: inert(boolean, (isMultiRegion) => !isMultiRegion, 'false'),
    tags: defaulting(tagList, []),
    aliasName: optional(aliasField),
    bypassPolicyLockoutSafetyCheck: defaulting(boolean, false),
  },
  async run(call, input) {
    const { policy, description, keyUsage, tags, bypassPolicyLockoutSafetyCheck: bypass } = input
    if (input.keySpec !== undefined && input.customerMasterKeySpec !== undefined) {
      throw invalid('customerMasterKeySpec', 'Member must be given, or keySpec, and not both')
    }
    const spec = input.keySpec ?? input.customerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'
    const usages = usagesOf(spec)
    const usage = keyUsage ?? usages[0]!
    const values = {
      ...tagValues(tags!),
      'kms:BypassPolicyLockoutSafetyCheck': String(bypass),
      'kms:KeyOrigin': 'AWS_KMS',
      'kms:KeySpec': spec,
      'kms:KeyUsage': usage,
      'kms:MultiRegion': 'false',
    }
    call.authorize('CreateKey', undefined, values)
    if (!usages.includes(usage))
      throw invalid('keyUsage', `Member must be ${usages.join(' or ')} for ${spec}`, usage)
    const alias = input.aliasName === undefined ? undefined : readAlias(input.aliasName)
    const createdAt = call.now()
    const draft: KeyRecord = {
      id: crypto.randomUUID(),
      spec,
      usage,
      description: description!,
      createdAt,
      state: 'Enabled',
      tags: tagRecord({}, tags!),
      policy: policy ?? defaultPolicy(call.ring.place),
      versions: [],
    }
    call.readPolicy(draft)
    // CreateAlias is checked on the new key, as if the alias were created afterwards, so that its policy counts.
    if (alias !== undefined) call.authorize('CreateAlias', draft)
    if (!bypass) requireNoLockout(call, draft)
    const material = await createMaterial(spec)
    const record: KeyRecord = {
      ...draft,
      versions: [{ number: 1, createdAt, cause: 'CREATED', ...material }],
    }
    await call.ring.add(record, alias)
    return { keyMetadata: metadataOf(record, call.ring.place) }
  },
}

export const describeKey: Operation<GrantableInput, { readonly keyMetadata: KeyMetadata }> = {
  fields: { keyId: keyIdentifier, grantTokens },
  async run(call, { keyId }) {
    const key = await call.ring.find(keyId)
    call.authorize('DescribeKey', key)
    return { keyMetadata: metadataOf(key, call.ring.place) }
  },
}

export interface ListKeysOutput {
  readonly keys: readonly { readonly keyId: string; readonly keyArn: string }[]
  readonly truncated: boolean
  readonly nextMarker?: string
}

export const listKeys: Operation<PageInput, ListKeysOutput> = {
  fields: pageFields,
  async run(call, { limit, marker }) {
    call.authorize('ListKeys', undefined)
    const { items, ...rest } = page(await call.ring.ids(limit! + 1, readMarker(marker)), limit!, (id) => id)
    return { keys: items.map((id) => ({ keyId: id, keyArn: call.arn({ id }) })), ...rest }
  },
}
