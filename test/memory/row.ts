/** One row of SECURITY.md's table of memory: what a guest can make its host hold, and how it is driven to that. */
import { setImmediate as task } from 'node:timers/promises'

export const KIB = 1024
export const MIB: number = 1024 * KIB

/** What every row drives through, at least: far more than the bound, so that what has none is seen. */
export const DRIVEN: number = 256 * MIB

/** Lets other tasks have their turn, and collects garbage: what is measured is what is held, not what was. */
export async function breathe(): Promise<void> {
  await task()
  ;(globalThis as unknown as { gc(): void }).gc()
}

/** See above. */
export interface MemoryRow {
  /** Bytes at most, as the table says. */
  readonly bound: number
  /** Loads what is not to be weighed. */
  prepare?(): Promise<void>
  /** Drives it there with `DRIVEN` bytes or more. What it gives is kept until the memory was measured. */
  drive(): Promise<unknown>
}
