/**
 * Carries the clamped limits of a component over to the core modules that were transpiled from it, which are what
 * gets compiled. Transpiling copies a component's modules and adds small ones of its own that define no memory; a
 * module that is neither is refused.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { boundsKey, readMemory, readTable } from './bounds.ts'
import { ByteReader } from './byte-reader.ts'
import { SECTION } from './component.ts'
import { refusal } from './refusal.ts'
import { framed } from './rewrite.ts'

const PREAMBLE_SIZE = 8
const CORE_TABLES = 4
const CORE_MEMORIES = 5

type Sections = readonly (readonly [id: number, payload: Uint8Array])[]

/**
 * `modules`, each with the limits that its like in `component` has in `clamped`, the component's admitted copy.
 *
 * @throws {EnclaveError} E_ADMISSION_MALFORMED for a module of no known origin that has a memory or table of its own.
 * @example
 * const { component: clamped } = admit(component, { memoryBytes })
 * const limited = clampModules(component, clamped, modules)
 */
export function clampModules(
  component: Uint8Array,
  clamped: Uint8Array,
  modules: ReadonlyMap<string, Bytes>,
): Map<string, Bytes> {
  const replacements = modulesOf(clamped)
  const limits = new Map(modulesOf(component).map((original, at) => [keyOf(original), replacements[at]!]))
  return new Map(
    [...modules].map(([name, module]) => {
      const sections = sectionsOf(module)
      if (!sections.some(([id]) => isBounds(id))) return [name, module]
      const origin = limits.get(keyOf(module, sections))
      if (origin) return [name, withBounds(module, sections, sectionsOf(origin))]
      throw refusal(
        'E_ADMISSION_MALFORMED',
        `the core module ${name} has a memory or table that admission has not seen`,
        'modules of the component',
        `${module.byteLength} bytes`,
      )
    }),
  )
}

/** Every core module of a component, those of nested components in their places. */
function modulesOf(component: Uint8Array): Uint8Array[] {
  return sectionsOf(component).flatMap(([id, payload]) => {
    if (id === SECTION.coreModule) return [payload]
    return id === SECTION.component ? modulesOf(payload) : []
  })
}

/** The same for modules of the same bytes, which all have the same limits. */
function keyOf(module: Uint8Array, sections: Sections = sectionsOf(module)): string {
  const items = <T>(section: number, read: (reader: ByteReader) => T): T[] =>
    sections
      .filter(([id]) => id === section)
      .flatMap(([, payload]) => {
        const reader = new ByteReader(payload)
        return Array.from({ length: reader.count('items') }, () => read(reader))
      })
  return boundsKey(module.byteLength, items(CORE_MEMORIES, readMemory), items(CORE_TABLES, readTable))
}

/** `module` with the memory and table sections of `origin`. */
function withBounds(module: Uint8Array, sections: Sections, origin: Sections): Bytes {
  const limited = new Map(origin.filter(([id]) => isBounds(id)))
  const parts = sections.flatMap(([id, payload]) => framed(id, [limited.get(id) ?? payload]))
  return concatBytes(module.subarray(0, PREAMBLE_SIZE), ...parts)
}

function isBounds(id: number): boolean {
  return id === CORE_TABLES || id === CORE_MEMORIES
}

function sectionsOf(bytes: Uint8Array): [id: number, payload: Uint8Array][] {
  const reader = new ByteReader(bytes)
  reader.skip(PREAMBLE_SIZE)
  const sections: [number, Uint8Array][] = []
  while (!reader.done) {
    const id = reader.byte()
    const { at, end } = reader.window(reader.u32())
    sections.push([id, bytes.subarray(at, end)])
  }
  return sections
}
