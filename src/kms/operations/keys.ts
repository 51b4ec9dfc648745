/** CreateKey, DescribeKey, ListKeys, and what is told of a key (AWS KMS API reference, of those names). */
import { boolean, defaulting, inert, invalid, oneOf, optional } from '../core/input.ts'
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

/** Where AWS's keys may come from; here all come from the KMS itself. */
const ORIGINS = ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] as const

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
  readonly keySpec?: KeySpec | undefined
  /** What `keySpec` was called before. */
  readonly customerMasterKeySpec?: KeySpec | undefined
  /** Only this. */
  readonly origin?: 'AWS_KMS' | undefined
  /** Only this. */
  readonly multiRegion?: false | undefined
  readonly tags?: readonly Tag[]
  /** An alias that it has from the start: `alias/NAME`. Whoever gives it one must be allowed kms:CreateAlias too. */
  readonly aliasName?: string | undefined
  /** Whether the policy may shut the caller out. */
  readonly bypassPolicyLockoutSafetyCheck?: boolean
}

/** The policy of a key of whom nobody said anything: the account's own policies decide (AWS KMS, "Default key policy"). */
function defaultPolicy({ account, domain }: Place): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    // Huawei's keys have no policy of their own: what callers of the domain may, their own policies say.
    Principal: { AWS: `arn:aws:iam::${account}:root`, IAM: `iam::${domain}:root` },
    Action: 'kms:*',
    Resource: '*',
  }
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] })
}

/** @see KeyMetadata */
function metadataOf(record: KeyRecord, place: Place): KeyMetadata {
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
    // As where the alias is made afterwards: it is asked of the key, so that the key's own policy has its say.
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
