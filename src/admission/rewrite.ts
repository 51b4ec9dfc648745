/**
 * Writes a component again with the decided maximums in its memory and table sections, every enclosing size put
 * right, everything else byte for byte as it was. Custom sections of components are left out: nothing that runs needs
 * them, and the names in them are the guest's.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import type { Clamped } from './clamp.ts'
import { type Component, SECTION } from './component.ts'
import type { CoreModule } from './core-module.ts'

const CORE_TABLES = 4
const CORE_MEMORIES = 5
const PREAMBLE_SIZE = 8

/** The component `root` of `bytes`, clamped as `limits` says. */
export function rewriteComponent(bytes: Uint8Array, root: Component, limits: readonly Clamped[]): Bytes {
  const byModule = Map.groupBy(limits, ({ module }) => module)
  return concatBytes(...componentParts(bytes, root, byModule))
}

/** The lone core module `module` of `bytes`, clamped likewise. */
export function rewriteModule(bytes: Uint8Array, module: CoreModule, limits: readonly Clamped[]): Bytes {
  return concatBytes(...moduleParts(bytes, module, new Map([[module, limits]])))
}

type ByModule = ReadonlyMap<CoreModule, readonly Clamped[]>

/** Parts rather than bytes: nesting then copies nothing twice. */
function componentParts(bytes: Uint8Array, component: Component, limits: ByModule): Uint8Array[] {
  let module = 0
  let nested = 0
  const sections = component.sections.flatMap(({ id, start, end }) => {
    if (id === SECTION.custom) return []
    if (id === SECTION.coreModule) return framed(id, moduleParts(bytes, component.modules[module++]!, limits))
    if (id === SECTION.component)
      return framed(id, componentParts(bytes, component.components[nested++]!, limits))
    return framed(id, [bytes.subarray(start, end)])
  })
  return [bytes.subarray(component.start, component.start + PREAMBLE_SIZE), ...sections]
}

function moduleParts(bytes: Uint8Array, module: CoreModule, limits: ByModule): Uint8Array[] {
  const own = limits.get(module) ?? []
  const sections = module.sections.flatMap(({ id, start, end }) => {
    if (id === CORE_MEMORIES) return framed(id, [boundsSection(module, own, 'memory')])
    if (id === CORE_TABLES) return framed(id, [boundsSection(module, own, 'table')])
    return framed(id, [bytes.subarray(start, end)])
  })
  return [bytes.subarray(module.start, module.start + PREAMBLE_SIZE), ...sections]
}

function boundsSection(module: CoreModule, limits: readonly Clamped[], kind: Clamped['kind']): Uint8Array {
  const items = limits.filter((item) => item.kind === kind)
  const body = items.flatMap(({ min, limit, index }) => [
    ...(kind === 'table' ? [module.tables[index]!.type] : []),
    0x01,
    ...u32(min),
    ...u32(limit),
  ])
  return Uint8Array.from([...u32(items.length), ...body])
}

/** A section of `parts`: its id, its size, its payload. */
export function framed(id: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0)
  return [Uint8Array.from([id, ...u32(size)]), ...parts]
}

/** An unsigned LEB128, as short as can be. */
export function u32(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return [...bytes, rest]
}
