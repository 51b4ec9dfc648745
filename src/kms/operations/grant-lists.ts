/** ListGrants, ListRetirableGrants (AWS KMS API reference). */
import { optional } from '../core/input.ts'
import type { KeyRecord } from '../keys/record.ts'
import type { Grant, GrantConstraints, GrantOperation } from '../policy/grants.ts'
import { anyName, grantId, principal } from './grant-fields.ts'
import { type KeyIdInput, keyIdentifier, type Operation } from './operation.ts'
import { badMarker, type PageInput, page, pageFields, readMarker } from './page.ts'

const PAGE = 100
/** A grant in a list. */
export interface GrantListEntry {
  /** The key's ARN. */
  readonly keyId: string
  readonly grantId: string
  readonly name?: string
  readonly creationDate: Date
  readonly granteePrincipal: string
  readonly retiringPrincipal?: string
  readonly issuingAccount: string
  readonly operations: readonly GrantOperation[]
  readonly constraints?: GrantConstraints
}

export interface ListGrantsOutput {
  readonly grants: readonly GrantListEntry[]
  readonly truncated: boolean
  readonly nextMarker?: string
}

export interface ListGrantsInput extends KeyIdInput, PageInput {
  readonly grantId?: string | undefined
  readonly granteePrincipal?: string | undefined
}

export interface ListRetirableGrantsInput extends PageInput {
  readonly retiringPrincipal: string
}

/** A grant in the form of lists. */
function entryOf(keyId: string, grant: Grant): GrantListEntry {
  const { id, name, createdAt, issuer, grantee, retiring, operations, constraints } = grant
  return {
    keyId,
    grantId: id,
    ...(name !== undefined && { name }),
    creationDate: new Date(createdAt),
    granteePrincipal: grantee,
    ...(retiring !== undefined && { retiringPrincipal: retiring }),
    issuingAccount: issuer,
    operations,
    ...(constraints && { constraints }),
  }
}

/** The grants of a key, by their ids. */
const inOrder = ({ grants = [] }: KeyRecord) =>
  grants.toSorted((left, right) => (left.id < right.id ? -1 : 1))

export const listGrants: Operation<ListGrantsInput, ListGrantsOutput> = {
  fields: {
    ...pageFields,
    keyId: keyIdentifier,
    grantId: optional(grantId),
    granteePrincipal: optional(anyName),
  },
  async run(call, { keyId, limit, marker, grantId, granteePrincipal }) {
    const key = await call.ring.find(keyId)
    call.authorize('ListGrants', key, { 'kms:GrantIsForAWSResource': 'false' })
    const after = readMarker(marker)
    const found = inOrder(key)
      .filter(({ id }) => grantId === undefined || id === grantId)
      .filter(({ grantee }) => granteePrincipal === undefined || grantee === granteePrincipal)
      .filter(({ id }) => after === undefined || id > after)
    const { items, ...rest } = page(found, limit!, ({ id }) => id)
    return { grants: items.map((grant) => entryOf(call.arn(key), grant)), ...rest }
  },
}

export const listRetirableGrants: Operation<ListRetirableGrantsInput, ListGrantsOutput> = {
  fields: { ...pageFields, retiringPrincipal: principal },
  async run(call, { limit, marker, retiringPrincipal }) {
    call.authorize('ListRetirableGrants', undefined)
    const [fromKey, fromGrant = ''] = readMarker(marker)?.split(':') ?? []
    const found: { key: KeyRecord; grant: Grant }[] = []
    const take = (key: KeyRecord, after: string) =>
      found.push(
        ...inOrder(key)
          .filter(({ retiring, id }) => retiring === retiringPrincipal && id > after)
          .map((grant) => ({ key, grant })),
      )
    if (fromKey !== undefined)
      take(await call.ring.find(fromKey).catch(() => Promise.reject(badMarker())), fromGrant)
    let ids = await call.ring.ids(PAGE, fromKey)
    while (ids.length > 0 && found.length <= limit!) {
      for (const key of await Promise.all(ids.map((id) => call.ring.find(id)))) take(key, '')
      ids = await call.ring.ids(PAGE, ids.at(-1))
    }
    const { items, ...rest } = page(found, limit!, ({ key, grant }) => `${key.id}:${grant.id}`)
    return { grants: items.map(({ key, grant }) => entryOf(call.arn(key), grant)), ...rest }
  },
}
