/** CreateGrant, RetireGrant, RevokeGrant (AWS KMS API reference). */
import { toHex } from '../../base/bytes.ts'
import { KmsError } from '../core/error.ts'
import {
  boolean,
  defaulting,
  type Field,
  invalid,
  list,
  object,
  oneOf,
  optional,
  text,
  textMap,
} from '../core/input.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { type KeyRecord, requireUsable } from '../keys/record.ts'
import type { KeySpec, KeyUsageName } from '../keys/spec.ts'
import {
  CONSTRAINED,
  GRANT_OPERATIONS,
  type Grant,
  type GrantConstraints,
  type GrantOperation,
  isNoWider,
} from '../policy/grants.ts'
import { accountOf } from '../policy/principals.ts'
import type { ConditionValues } from '../policy/request.ts'
import { grantId, principal } from './grant-fields.ts'
import { readToken, tokenOf } from './grant-token.ts'
import {
  type GrantableInput,
  grantTokens,
  type KeyIdInput,
  keyIdentifier,
  type Operation,
  requireNoDryRun,
} from './operation.ts'

/** AWS's limit is 50,000. Here they are part of the key's record, which every call reads. */
const GRANTS_MAX = 200
const PAIRS_MAX = 8

export interface CreateGrantInput extends GrantableInput {
  /** Who gets the permissions: the full name of a user, role, session or root. */
  readonly granteePrincipal: string
  /** Who may end the grant, besides those whom a policy allows it. */
  readonly retiringPrincipal?: string | undefined
  readonly operations: readonly GrantOperation[]
  /** Of encryption contexts, for symmetric keys: one of the two, with at most 8 pairs. */
  readonly constraints?: GrantConstraints | undefined
  /** The same request with the same name makes no second grant. */
  readonly name?: string | undefined
  /** @default false */
  readonly dryRun?: boolean
}

export interface CreateGrantOutput {
  /** 64 hexadecimal digits. */
  readonly grantId: string
  /** Another name of the grant. Grants count at once here, so nobody needs it. */
  readonly grantToken: string
}

export interface RevokeGrantInput extends KeyIdInput {
  readonly grantId: string
  /** @default false */
  readonly dryRun?: boolean
}

export interface RetireGrantInput {
  /** Either this, or `keyId` and `grantId`. */
  readonly grantToken?: string | undefined
  readonly keyId?: string | undefined
  readonly grantId?: string | undefined
  /** @default false */
  readonly dryRun?: boolean
}

/** What a grant can allow of a key (KMS developer guide, "Grant operations"). */
const SUPPORTED: Readonly<Record<KeyUsageName, readonly GrantOperation[]>> = {
  ENCRYPT_DECRYPT: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'],
  SIGN_VERIFY: ['Sign', 'Verify'],
  KEY_AGREEMENT: ['DeriveSharedSecret'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
}
const SYMMETRIC = GRANT_OPERATIONS.filter((operation) => operation.startsWith('GenerateDataKey'))
const isPair = (spec: KeySpec) => /^(?:RSA|ECC)_/.test(spec)

function supportedBy({ spec, usage }: KeyRecord): readonly GrantOperation[] {
  const own = isPair(spec) ? ['GetPublicKey' as const] : spec === 'SYMMETRIC_DEFAULT' ? SYMMETRIC : []
  return ['CreateGrant', 'RetireGrant', 'DescribeKey', ...SUPPORTED[usage], ...own]
}

const context = optional(textMap(8192))
const constraintsField: Field<GrantConstraints> = object<GrantConstraints>({
  encryptionContextEquals: context,
  encryptionContextSubset: context,
})

/** The name in the condition key, and the pairs, of a constraint. */
function constraintOf(constraints: GrantConstraints | undefined) {
  const { encryptionContextEquals: equals, encryptionContextSubset: subset } = constraints ?? {}
  if (equals && subset) throw invalid('constraints', 'Member must have only one of its members')
  const pairs = equals ?? subset
  if (pairs && Object.keys(pairs).length > PAIRS_MAX)
    throw invalid('constraints', `Member must have at most ${PAIRS_MAX} pairs`)
  return pairs && { pairs, type: equals ? 'EncryptionContextEquals' : 'EncryptionContextSubset' }
}

export const createGrant: Operation<CreateGrantInput, CreateGrantOutput> = {
  fields: {
    keyId: keyIdentifier,
    granteePrincipal: principal,
    retiringPrincipal: optional(principal),
    operations: list(oneOf(GRANT_OPERATIONS), GRANT_OPERATIONS.length),
    constraints: optional(constraintsField),
    name: optional(text(1, 256, /^[a-zA-Z0-9:/_-]+$/)),
    grantTokens,
    dryRun: defaulting(boolean, false),
  },
  async run(call, input) {
    const { granteePrincipal, retiringPrincipal, constraints, name } = input
    const operations = [...new Set(input.operations)]
    const key = await call.ring.find(input.keyId)
    const constraint = constraintOf(constraints)
    const values: ConditionValues = {
      'kms:GrantIsForAWSResource': 'false',
      'kms:GranteePrincipal': granteePrincipal,
      'kms:GrantOperations': operations,
      'kms:RetiringPrincipal': retiringPrincipal,
      'kms:GrantConstraintType': constraint?.type,
    }
    const wanted = {
      grantee: granteePrincipal,
      ...(retiringPrincipal !== undefined && { retiring: retiringPrincipal }),
      operations,
      ...(constraint && { constraints }),
      ...(name !== undefined && { name }),
    }
    // Of several by which the caller may create grants, one that is wide enough decides.
    const isMeans = (grant: Grant) => isNoWider(wanted, grant)
    const grants = key.grants ?? []
    const inOrder = [...grants.filter(isMeans), ...grants.filter((grant) => !isMeans(grant))]
    const means = call.authorize('CreateGrant', key, values, inOrder)
    requireUsable(key)
    if (operations.length === 0)
      throw invalid('operations', 'Member must have length greater than or equal to 1')
    const foreign = operations.find((operation) => !supportedBy(key).includes(operation))
    if (foreign)
      throw invalid('operations', `Member must be supported by ${key.spec} with ${key.usage}`, foreign)
    const free = operations.find((operation) => !CONSTRAINED.has(operation) && !UNCONSTRAINED.has(operation))
    if (constraint && (key.spec !== 'SYMMETRIC_DEFAULT' || free))
      throw invalid('constraints', 'Member must be absent for operations without encryption context', free)
    if (means && !isMeans(means)) {
      throw new KmsError('E_KMS_DENIED', {
        what: `the grant ${means.id}, by which the caller may create grants, allows less than the new one`,
        hint: 'give no other operations, and constraints that are as strict',
      })
    }
    requireNoDryRun(input)
    const issuer = call.principal === undefined ? call.ring.place.account : accountOf(call.principal)
    const fresh: Grant = {
      id: toHex(crypto.getRandomValues(new Uint8Array(32))),
      createdAt: call.now(),
      issuer,
      ...wanted,
    }
    let made = fresh
    await call.ring.change(key.id, (record) => {
      const grants = record.grants ?? []
      const same = name === undefined ? undefined : grants.find((grant) => isSame(grant, fresh))
      made = same ?? fresh
      if (same) return record
      if (grants.length >= GRANTS_MAX)
        throw new KmsError('E_KMS_LIMIT', {
          what: 'a key has too many grants',
          expected: `at most ${GRANTS_MAX}`,
        })
      return { ...record, grants: [...grants, fresh] }
    })
    return { grantId: made.id, grantToken: tokenOf(key.id, made.id) }
  },
}

const UNCONSTRAINED: ReadonlySet<GrantOperation> = new Set(['CreateGrant', 'DescribeKey', 'RetireGrant'])

const isSame = (left: Grant, right: Grant) =>
  JSON.stringify({ ...left, id: '', createdAt: 0 }) === JSON.stringify({ ...right, id: '', createdAt: 0 })

/** The grant of a key. @throws {KmsError} E_KMS_NOT_FOUND */
function grantOf(key: KeyRecord, id: string): Grant {
  const found = key.grants?.find((grant) => grant.id === id)
  if (found) return found
  throw new KmsError('E_KMS_NOT_FOUND', { what: `the grant ${id.slice(0, 80)} of this key does not exist` })
}

function end(ring: KeyRing, key: KeyRecord, id: string): Promise<KeyRecord> {
  return ring.change(key.id, (record) => {
    grantOf(record, id)
    return { ...record, grants: record.grants!.filter((grant) => grant.id !== id) }
  })
}

export const revokeGrant: Operation<RevokeGrantInput, Record<string, never>> = {
  fields: { keyId: keyIdentifier, grantId, dryRun: defaulting(boolean, false) },
  async run(call, input) {
    const key = await call.ring.find(input.keyId)
    call.authorize('RevokeGrant', key, { 'kms:GrantIsForAWSResource': 'false' })
    grantOf(key, input.grantId)
    requireNoDryRun(input)
    await end(call.ring, key, input.grantId)
    return {}
  },
}

export const retireGrant: Operation<RetireGrantInput, Record<string, never>> = {
  fields: {
    grantToken: optional(text(1, 8192)),
    keyId: optional(keyIdentifier),
    grantId: optional(grantId),
    dryRun: defaulting(boolean, false),
  },
  async run(call, input) {
    const isByToken = input.grantToken !== undefined
    if (isByToken === (input.keyId !== undefined && input.grantId !== undefined))
      throw invalid('grantToken', 'Member must be given, or keyId and grantId, and not both')
    const [keyId, id] = isByToken ? readToken(input.grantToken!) : [input.keyId!, input.grantId!]
    const key = await call.ring.find(keyId)
    const grant = key.grants?.find((one) => one.id === id)
    // Its retiring principal may, and its grantee if the grant says so; others need a policy.
    const own = grant ? [grant] : []
    const retiring = own.flatMap(({ retiring }) => (retiring === undefined ? [] : [retiring]))
    call.authorize('RetireGrant', key, {}, [
      ...own,
      ...retiring.map((grantee) => ({ ...grant!, grantee, operations: ['RetireGrant' as const] })),
    ])
    grantOf(key, id)
    requireNoDryRun(input)
    await end(call.ring, key, id)
    return {}
  },
}
