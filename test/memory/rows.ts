/** Every row of the table by its name. Each part of the host has its own file of rows. */
import { admissionRows } from './admission-rows.ts'
import { httpRows } from './http-rows.ts'
import { kernelRows } from './kernel-rows.ts'
import { kmsRows } from './kms-rows.ts'
import { linkRows } from './link-rows.ts'
import { DRIVEN, type MemoryRow, MIB } from './row.ts'
import { serviceRows } from './service-rows.ts'

export const ROWS: Readonly<Record<string, MemoryRow>> = {
  ...admissionRows,
  ...linkRows,
  ...kernelRows,
  ...serviceRows,
  ...httpRows,
  ...kmsRows,
}

/** A row that keeps everything and exceeds its limit, to prove that the measurement notices it. */
export const CONTROL: MemoryRow = {
  bound: MIB,
  async drive() {
    const kept: Uint8Array[] = []
    for (let held = 0; held < DRIVEN; held += MIB) kept.push(new Uint8Array(MIB).fill(1))
    return kept
  },
}
