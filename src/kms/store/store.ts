/**
 * Where a KMS keeps its records: names and sealed bytes, nothing that this layer could read. A store is trusted to
 * keep what it acknowledged, and with nothing else: whoever can write to it changes nothing unseen (`sealed-store.ts`).
 */
import type { Bytes } from '../../base/bytes.ts'

/** One record's way from what it must be now to what it will be; `undefined` where there is none. */
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
   * Makes all changes or none. Resolves to true once they will survive the death of the process, to false where a
   * record is no longer what the change takes it to be; whoever asked then reads again.
   */
  write(changes: readonly Change[]): Promise<boolean>
  close(): Promise<void>
}
