/**
 * Carries the clamped limits of a component over to the core modules that were transpiled from it, which are what
 * gets compiled. Transpiling copies a component's modules and adds small ones of its own that define no memory; a
 * module that is neither is refused.
 */
import { type Bytes, equalBytes } from '../base/bytes.ts'
import { ByteReader } from './byte-reader.ts'
import { SECTION } from './component.ts'
import { refusal } from './refusal.ts'

const PREAMBLE_SIZE = 8
const CORE_TABLES = 4
const CORE_MEMORIES = 5

/**
 * `modules`, each that stands in `component` replaced by the one at the same place in `clamped`, its clamped copy.
 * @throws {EnclaveError} E_ADMISSION_MALFORMED for a module of no known origin that has a memory or table of its own.
 */
export function clampModules(
  component: Uint8Array,
  clamped: Uint8Array,
  modules: ReadonlyMap<string, Bytes>,
): Map<string, Bytes> {
  const originals = modulesOf(component)
  const replacements = modulesOf(clamped)
  return new Map(
    [...modules].map(([name, module]) => {
      const at = originals.findIndex((original) => equalBytes(original, module))
      if (at >= 0) return [name, replacements[at]!.slice()]
      if (!definesBounds(module)) return [name, module]
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
  const found: Uint8Array[] = []
  for (const [id, payload] of sectionsOf(component)) {
    if (id === SECTION.coreModule) found.push(payload)
    if (id === SECTION.component) found.push(...modulesOf(payload))
  }
  return found
}

function definesBounds(module: Uint8Array): boolean {
  return sectionsOf(module).some(([id]) => id === CORE_TABLES || id === CORE_MEMORIES)
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
