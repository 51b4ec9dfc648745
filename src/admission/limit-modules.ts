/**
 * Writes the limits that admission decided into the core modules of the transpiled component, which are compiled later.
 * Transpiling copies a component's modules and adds small ones that define no memory or table; any other module is
 * refused.
 */
import type { Bytes } from '../base/bytes.ts'
import { type Bounds, boundsKey, readMemory, readTable, type TableBounds } from './bounds.ts'
import { ByteReader } from './byte-reader.ts'
import type { Clamped } from './clamp.ts'
import type { CoreModule, SectionSpan } from './core-module.ts'
import { refusal } from './refusal.ts'
import { CORE_MEMORIES, CORE_TABLES, PREAMBLE_SIZE, rewriteModule } from './rewrite.ts'

/** The limits of a component's modules, by the key that identifies a module after transpiling. */
export type ModuleLimits = ReadonlyMap<string, readonly Clamped[]>

/** Indexes `limits` by the key of their module. Modules with the same key have the same limits. */
export function limitsByKey(limits: readonly Clamped[]): ModuleLimits {
  const byModule = Map.groupBy(limits, ({ module }) => module)
  return new Map([...byModule].map(([module, own]) => [keyOf(module), own]))
}

/**
 * Returns `modules` with the limits that admission decided.
 *
 * @throws {EnclaveError} E_ADMISSION_MALFORMED for an unknown module that defines a memory or table.
 * @example
 * const { limits } = admit(component, { memoryBytes })
 * const limited = limitModules(modules, limits)
 */
export function limitModules(modules: ReadonlyMap<string, Bytes>, limits: ModuleLimits): Map<string, Bytes> {
  return new Map([...modules].map(([name, bytes]) => [name, limitModule(name, bytes, limits)]))
}

function limitModule(name: string, bytes: Bytes, limits: ModuleLimits): Bytes {
  const module = readOutline(bytes)
  if (module.memories.length + module.tables.length === 0) return bytes
  const own = limits.get(keyOf(module))
  if (own) return rewriteModule(bytes, module, own)
  throw refusal(
    'E_ADMISSION_MALFORMED',
    `the core module ${name} has a memory or table that admission has not checked`,
    'modules of the component',
    `${bytes.byteLength} bytes`,
  )
}

type Outline = Pick<CoreModule, 'start' | 'end' | 'sections' | 'memories' | 'tables'>

const keyOf = ({ start, end, memories, tables }: Omit<Outline, 'sections'>) =>
  boundsKey(end - start, memories, tables)

/** Reads only the parts of a transpiled module that its limits depend on: admission has checked the rest. */
function readOutline(bytes: Uint8Array): Outline {
  const sections: SectionSpan[] = []
  const memories: Bounds[] = []
  const tables: TableBounds[] = []
  const reader = new ByteReader(bytes)
  reader.skip(PREAMBLE_SIZE)
  while (!reader.done) {
    const id = reader.byte()
    const payload = reader.window(reader.u32())
    sections.push({ id, start: payload.at, end: payload.end })
    if (id === CORE_MEMORIES) memories.push(...itemsOf(payload, readMemory))
    if (id === CORE_TABLES) tables.push(...itemsOf(payload, readTable))
  }
  return { start: 0, end: bytes.byteLength, sections, memories, tables }
}

function itemsOf<T>(payload: ByteReader, read: (reader: ByteReader) => T): T[] {
  return Array.from({ length: payload.count('items') }, () => read(payload))
}
