/**
 * A row of SECURITY.md's table of memory: a limit for the memory that a guest can make its host use, and how to drive
 * it.
 */
import { setImmediate as task } from 'node:timers/promises'

export const KIB = 1024
export const MIB: number = 1024 * KIB

/** The minimum amount of data for every row: far above its limit, so that a missing limit is noticed. */
export const DRIVEN: number = 256 * MIB

/** Yields to other tasks, and collects garbage. */
export async function breathe(): Promise<void> {
  await task()
  ;(globalThis as unknown as { gc(): void }).gc()
}

/** A row of the table. */
export interface MemoryRow {
  /** The limit in bytes, as stated in the table. */
  readonly bound: number
  /** Loads what should not be measured. */
  prepare?(): Promise<void>
  /** Drives the row with at least `DRIVEN` bytes. The result is kept until the memory was measured. */
  drive(): Promise<unknown>
}
