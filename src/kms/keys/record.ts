/** What is kept of a key: one sealed record with its policy and all of its versions, so that none can be swapped alone. */
import { KmsError } from '../core/error.ts'
import type { KeySpec, KeyUsageName } from './spec.ts'

/** `Creating`, `PendingImport` and the like do not occur here. */
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion'

/** One piece of key material. */
export interface KeyVersion {
  /** From 1. */
  readonly number: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly cause: 'CREATED' | 'AUTOMATIC' | 'ON_DEMAND'
  /** Base64: 32 bytes of an AES key, or PKCS #8 of a private key. */
  readonly material: string
  /** Base64 of SubjectPublicKeyInfo, for a key pair. */
  readonly publicKey?: string
}

/** See above. Times are milliseconds since 1970. */
export interface KeyRecord {
  /** A UUID. */
  readonly id: string
  readonly spec: KeySpec
  readonly usage: KeyUsageName
  readonly description: string
  readonly createdAt: number
  readonly state: KeyState
  /** When a key that waits for its deletion ends. */
  readonly deletionAt?: number
  readonly tags: Readonly<Record<string, string>>
  /** The JSON text, as it was given. */
  readonly policy: string
  /** Oldest first; the last one encrypts. */
  readonly versions: readonly KeyVersion[]
  /** When it is rotated next, and every how many days; absent where it is not. */
  readonly rotation?: { readonly periodDays: number; readonly nextAt: number }
}

/** An alias: another name for a key. */
export interface AliasRecord {
  readonly target: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** Record names. Ids are UUIDs and alias names ASCII, so that no name holds another's prefix. */
export const keyName = (id: string): string => `key/${id}`
export const aliasName = (alias: string): string => `alias/${alias}`

/** The version that encrypts. */
export function newest(record: KeyRecord): KeyVersion {
  return record.versions.at(-1)!
}

/** @throws {KmsError} E_KMS_DISABLED, E_KMS_STATE where the key cannot be used now. */
export function requireUsable({ id, state, deletionAt }: KeyRecord): void {
  if (state === 'Enabled') return
  if (state === 'Disabled') {
    throw new KmsError('E_KMS_DISABLED', { what: `the key ${id} is disabled`, hint: 'enable it to use it' })
  }
  throw new KmsError('E_KMS_STATE', {
    what: `the key ${id} is pending deletion`,
    expected: 'a key that is enabled',
    got: `its end on ${new Date(deletionAt ?? 0).toISOString()}`,
    hint: 'cancel the deletion and enable it to use it',
  })
}

/** @throws {KmsError} E_KMS_USAGE where the key is for something else. */
export function requireUsage({ id, spec, usage }: KeyRecord, wanted: KeyUsageName): void {
  if (usage === wanted) return
  throw new KmsError('E_KMS_USAGE', {
    what: `the key ${id} is not for this`,
    expected: `a key for ${wanted}`,
    got: `${spec} for ${usage}`,
  })
}
