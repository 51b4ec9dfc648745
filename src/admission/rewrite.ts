/**
 * Rewrites a core module with the decided maximums in its memory and table sections. Section sizes are adjusted;
 * everything else is unchanged.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import type { Clamped } from './clamp.ts'
import type { CoreModule } from './core-module.ts'

export const CORE_TABLES = 4
export const CORE_MEMORIES = 5
export const PREAMBLE_SIZE = 8

/** The parts of a module that rewriting needs: its position, its sections, and its tables. */
export type Rewritable = Pick<CoreModule, 'start' | 'sections' | 'tables'>

/** Rewrites the core module `module` in `bytes` with the maximums in `limits`, which must be those of this module. */
export function rewriteModule(bytes: Uint8Array, module: Rewritable, limits: readonly Clamped[]): Bytes {
  const { start, tables } = module
  const sections = module.sections.flatMap(({ id, start, end }) => {
    if (id === CORE_MEMORIES) return framed(id, boundsSection(limits, 'memory', tables))
    if (id === CORE_TABLES) return framed(id, boundsSection(limits, 'table', tables))
    return framed(id, bytes.subarray(start, end))
  })
  return concatBytes(bytes.subarray(start, start + PREAMBLE_SIZE), ...sections)
}

function boundsSection(
  limits: readonly Clamped[],
  kind: Clamped['kind'],
  tables: CoreModule['tables'],
): Uint8Array {
  const items = limits.filter((item) => item.kind === kind)
  const body = items.flatMap(({ min, limit, index }) => [
    ...(kind === 'table' ? [tables[index]!.type] : []),
    0x01,
    ...u32(min),
    ...u32(limit),
  ])
  return Uint8Array.from([...u32(items.length), ...body])
}

/** A section: id, size and payload. */
function framed(id: number, payload: Uint8Array): Uint8Array[] {
  return [Uint8Array.from([id, ...u32(payload.byteLength)]), payload]
}

/** Encodes an unsigned LEB128 in its shortest form. */
export function u32(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return [...bytes, rest]
}
