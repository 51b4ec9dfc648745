/**
 * Reads the types of memories and tables (WebAssembly binary format, §5.3.8 and §5.3.9): the limits that admission
 * clamps. Input is hostile.
 */
import type { ByteReader } from './byte-reader.ts'
import { referenceType } from './instructions.ts'
import { featureRefusal, refusal } from './refusal.ts'

/** Minimum and maximum of a memory (pages of 64 KiB) or table (elements), as declared. */
export interface Bounds {
  readonly min: number
  readonly max: number | undefined
}

/** The bounds of a table, with the byte of its element type. */
export interface TableBounds extends Bounds {
  readonly type: number
}

/** Reads a table type. */
export function readTable(reader: ByteReader): TableBounds {
  const at = reader.at
  if (reader.bytes[at] === 0x40) throw featureRefusal('tables with an initial value', at)
  referenceType(reader)
  return { type: reader.bytes[at]!, ...bounds(reader, 'table') }
}

const MAX_PAGES = 65_536

/** Reads a memory type. */
export function readMemory(reader: ByteReader): Bounds {
  const found = bounds(reader, 'memory')
  if (found.min > MAX_PAGES || (found.max ?? 0) > MAX_PAGES) {
    throw reader.malformed(
      'a memory is larger than 4 GiB',
      `${MAX_PAGES} pages or fewer`,
      found.max ?? found.min,
    )
  }
  return found
}

function bounds(reader: ByteReader, item: 'memory' | 'table'): Bounds {
  const at = reader.at
  const flags = reader.byte()
  if (flags & 0x02) throw featureRefusal(`threads (a shared ${item})`, at)
  if (flags & 0x04) throw featureRefusal(`memory64 (a ${item} with 64-bit addresses)`, at)
  if (flags > 0x01) throw featureRefusal(`a ${item} with flags 0x${flags.toString(16)}`, at)
  const min = reader.u32()
  const max = flags & 1 ? reader.u32() : undefined
  if (max !== undefined && max < min) {
    throw refusal('E_ADMISSION_MALFORMED', `a ${item}'s maximum is below its minimum`, `${min} or more`, max)
  }
  return { min, max }
}

/**
 * The key by which limits are assigned to modules. Identical modules have the same key, and modules with the same key
 * get the same limits: after transpiling, nothing else identifies a module.
 */
export function boundsKey(size: number, memories: readonly Bounds[], tables: readonly TableBounds[]): string {
  return JSON.stringify([size, memories, tables])
}
