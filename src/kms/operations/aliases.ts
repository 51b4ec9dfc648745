/**
 * CreateAlias, UpdateAlias, DeleteAlias, ListAliases, UpdateKeyDescription (AWS KMS API reference), and an operation
 * for Huawei's API, where a key has one alias.
 */
import type { Call } from '../core/call.ts'
import { KmsError } from '../core/error.ts'
import { optional } from '../core/input.ts'
import { aliasArn } from '../keys/place.ts'
import type { AliasRecord, KeyRecord } from '../keys/record.ts'
import { ALIAS_PREFIX, aliasField, readAlias } from './alias-name.ts'
import { requireNotEnding } from './lifecycle.ts'
import { descriptionField, type KeyIdInput, keyIdentifier, type Operation } from './operation.ts'
import { type PageInput, page, pageFields, readMarker } from './page.ts'

export interface AliasNameInput {
  /** `alias/` and 1 to 250 letters, digits, `/`, `_` and `-`. */
  readonly aliasName: string
}

export interface AliasInput extends AliasNameInput {
  readonly targetKeyId: string
}

export interface ListAliasesInput extends PageInput {
  /** List only the aliases of this key. */
  readonly keyId?: string | undefined
}

export interface ListAliasesOutput {
  readonly aliases: readonly {
    readonly aliasName: string
    readonly aliasArn: string
    readonly targetKeyId: string
    readonly creationDate: Date
    readonly lastUpdatedDate: Date
  }[]
  readonly truncated: boolean
  readonly nextMarker?: string
}

export interface UpdateKeyDescriptionInput extends KeyIdInput {
  readonly description: string
}

export const createAlias: Operation<AliasInput, Record<string, never>> = {
  fields: { aliasName: aliasField, targetKeyId: keyIdentifier },
  run: (call, input) => point(call, input, 'CreateAlias', 'new'),
}

export const updateAlias: Operation<AliasInput, Record<string, never>> = {
  fields: { aliasName: aliasField, targetKeyId: keyIdentifier },
  run: (call, input) => point(call, input, 'UpdateAlias', 'present'),
}

export const deleteAlias: Operation<AliasNameInput, Record<string, never>> = {
  fields: { aliasName: aliasField },
  async run(call, { aliasName }) {
    const alias = readAlias(aliasName)
    call.authorize('DeleteAlias', await call.ring.find(aliasName))
    await call.ring.setAlias(alias, undefined, 'present')
    return {}
  },
}

/** Replaces all aliases of a key with one, atomically. */
export const replaceAliases: Operation<AliasInput, { readonly keyId: string }> = {
  fields: { aliasName: aliasField, targetKeyId: keyIdentifier },
  async run(call, { aliasName, targetKeyId }) {
    const alias = readAlias(aliasName)
    const key = await call.ring.find(targetKeyId)
    call.authorize('CreateAlias', key)
    call.authorize('DeleteAlias', key)
    requireNotEnding(key)
    await call.ring.replaceAliases(key.id, alias)
    return { keyId: call.arn(key) }
  },
}

export const listAliases: Operation<ListAliasesInput, ListAliasesOutput> = {
  fields: { keyId: optional(keyIdentifier), ...pageFields },
  async run(call, { keyId, limit, marker }) {
    call.authorize('ListAliases', undefined)
    const key = keyId === undefined ? undefined : await call.ring.find(keyId)
    const all = await call.ring.aliases(limit! + 1, readMarker(marker))
    const { items, ...rest } = page(all, limit!, ({ alias }) => alias)
    const wanted = items.filter(({ target }) => key === undefined || target === key.id)
    return { aliases: wanted.map((one) => describe(call, one)), ...rest }
  },
}

export const updateKeyDescription: Operation<UpdateKeyDescriptionInput, { readonly keyId: string }> = {
  fields: { keyId: keyIdentifier, description: descriptionField },
  async run(call, { keyId, description }) {
    const key = await call.ring.find(keyId)
    call.authorize('UpdateKeyDescription', key)
    await call.ring.change(key.id, (record) => ({ ...requireNotEnding(record), description }))
    return { keyId: call.arn(key) }
  },
}

/** Points an alias to a key, which must not be pending deletion; the caller needs permission on both keys. */
async function point(
  call: Call,
  { aliasName, targetKeyId }: AliasInput,
  action: 'CreateAlias' | 'UpdateAlias',
  rule: 'new' | 'present',
): Promise<Record<string, never>> {
  const alias = readAlias(aliasName)
  const target = await call.ring.find(targetKeyId)
  call.authorize(action, target)
  requireNotEnding(target)
  if (rule === 'present') {
    const present: KeyRecord = await call.ring.find(aliasName)
    call.authorize(action, present)
    if (present.spec !== target.spec || present.usage !== target.usage) {
      throw new KmsError('E_KMS_USAGE', {
        what: 'an alias can only be moved to a key of the same spec and usage',
        expected: `${present.spec} for ${present.usage}`,
        got: `${target.spec} for ${target.usage}`,
      })
    }
  }
  await call.ring.setAlias(alias, target.id, rule)
  return {}
}

function describe(call: Call, { alias, target, createdAt, updatedAt }: AliasRecord & { alias: string }) {
  return {
    aliasName: ALIAS_PREFIX + alias,
    aliasArn: aliasArn(call.ring.place, alias),
    targetKeyId: target,
    creationDate: new Date(createdAt),
    lastUpdatedDate: new Date(updatedAt),
  }
}
