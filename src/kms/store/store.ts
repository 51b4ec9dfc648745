/**
 * Storage for a KMS: names and sealed bytes, which this layer cannot read. A store is trusted only to
 * keep what it acknowledged: a change by anybody else is detected (`sealed-store.ts`).
 */
import type { Bytes } from '../../base/bytes.ts'

/** A change of one record from its expected bytes to new ones; `undefined` means that there is no record. */
export interface Change {
  readonly name: string
  readonly from: Bytes | undefined
  readonly to: Bytes | undefined
}

/** Records by name. */
export interface KmsStore {
  /** The bytes under `name`, or undefined. */
  get(name: string): Promise<Bytes | undefined>
  /** The names that begin with `prefix` and come after `after`, in order, at most `limit` of them. */
  names(prefix: string, limit: number, after?: string): Promise<readonly string[]>
  /**
   * Makes all changes or none. Resolves to true once they will survive the end of the process, to false if a
   * record no longer has the expected bytes; the caller then reads again.
   */
  write(changes: readonly Change[]): Promise<boolean>
  close(): Promise<void>
}
