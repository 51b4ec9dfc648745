/** The record of a key. It includes the policy and all versions, so that no part can be swapped on its own. */
import { KmsError } from '../core/error.ts'
import type { Grant } from '../policy/grants.ts'
import type { KeySpec, KeyUsageName } from './spec.ts'

/** AWS's other states, such as `Creating` and `PendingImport`, do not occur. */
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion'

/** One piece of key material. */
export interface KeyVersion {
  /** From 1. */
  readonly number: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly cause: 'CREATED' | 'AUTOMATIC' | 'ON_DEMAND'
  /** Base64: the bytes of an AES or HMAC key, or PKCS #8 of a private key. */
  readonly material: string
  /** Base64 of SubjectPublicKeyInfo, for a key pair. */
  readonly publicKey?: string
}

/** A stored key. Times are milliseconds since 1970. */
export interface KeyRecord {
  /** A UUID. */
  readonly id: string
  readonly spec: KeySpec
  readonly usage: KeyUsageName
  readonly description: string
  readonly createdAt: number
  readonly state: KeyState
  /** When a key that is pending deletion will be deleted. */
  readonly deletionAt?: number
  readonly tags: Readonly<Record<string, string>>
  /** The policy's JSON, unchanged. */
  readonly policy: string
  /** Oldest first; the last encrypts. */
  readonly versions: readonly KeyVersion[]
  /** Absent if there has never been one. */
  readonly grants?: readonly Grant[]
  /** The next automatic rotation and its period; absent if rotation is disabled. */
  readonly rotation?: { readonly periodDays: number; readonly nextAt: number }
}

/** An alias: another name for a key. */
export interface AliasRecord {
  readonly target: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** Record names. IDs are UUIDs and alias names are ASCII, so no name contains another's prefix. */
export const keyName = (id: string): string => `key/${id}`
export const aliasName = (alias: string): string => `alias/${alias}`

/** The version that encrypts. */
export function newest(record: KeyRecord): KeyVersion {
  return record.versions.at(-1)!
}

/** @throws {KmsError} E_KMS_DISABLED or E_KMS_STATE if the key cannot be used now. */
export function requireUsable({ id, state, deletionAt }: KeyRecord): void {
  if (state === 'Enabled') return
  if (state === 'Disabled') {
    throw new KmsError('E_KMS_DISABLED', { what: `the key ${id} is disabled`, hint: 'enable the key first' })
  }
  throw new KmsError('E_KMS_STATE', {
    what: `the key ${id} is pending deletion`,
    expected: 'an enabled key',
    got: `deletion on ${new Date(deletionAt ?? 0).toISOString()}`,
    hint: 'cancel the deletion, then enable the key',
  })
}

/** @throws {KmsError} E_KMS_USAGE if the key has another usage. */
export function requireUsage({ id, spec, usage }: KeyRecord, wanted: KeyUsageName): void {
  if (usage === wanted) return
  throw new KmsError('E_KMS_USAGE', {
    what: `the key ${id} has the wrong key usage`,
    expected: `a key with the usage ${wanted}`,
    got: `${spec} with the usage ${usage}`,
  })
}
