/**
 * Parses names and sorts of a component's imports and exports (component model, Binary.md "Import and Export
 * Definitions", "Instance Definitions"). Functions, types and instances are allowed; modules, components and values are
 * not. Input is hostile.
 */
import type { ByteReader } from './byte-reader.ts'
import { NAME_LIMIT } from './limits.ts'
import { checkExternName } from './names.ts'
import { featureRefusal } from './refusal.ts'
import type { Type } from './types.ts'

/** What a component may import and export. */
export type SortName = 'function' | 'type' | 'instance'

/** Something a component imports or exports. */
export interface Extern {
  readonly name: string
  readonly kind: SortName
  readonly type: Type
}

const REBUILD =
  'build it again with a toolchain of 2024 or later, such as Rust 1.82 for wasm32-wasip2 or wasi-sdk 22 for wasm32-wasip2'

/** Reads the name of an import or export. Only the plain form is allowed, without a separate version suffix. */
export function externName(reader: ByteReader): string {
  const form = reader.byte()
  if (form === 1)
    throw featureRefusal('a name in the form of early toolchains (0x01)', reader.at - 1, REBUILD)
  if (form !== 0) throw featureRefusal(`a name of form 0x${form.toString(16)}`, reader.at - 1)
  const name = reader.name(NAME_LIMIT)
  checkExternName(name)
  return name
}

const SORTS: Readonly<Record<number, string>> = { 0: 'core modules', 2: 'values', 4: 'components' }

/** Reads a sort; modules, components and values are refused. */
export function sort(reader: ByteReader): SortName | 'core' {
  const at = reader.at
  const kind = reader.byte()
  if (kind === 0x00) {
    coreSort(reader)
    return 'core'
  }
  if (kind === 0x01) return 'function'
  if (kind === 0x03) return 'type'
  if (kind === 0x05) return 'instance'
  throw featureRefusal(`aliases or arguments of ${SORTS[kind] ?? `sort 0x${kind.toString(16)}`}`, at)
}

/** Reads a core sort: function, table, memory, global, type or instance; tags and modules are refused. */
export function coreSort(reader: ByteReader): void {
  const kind = reader.byte()
  if (kind <= 0x03 || kind === 0x10 || kind === 0x12) return
  const name = kind === 0x11 ? 'core modules' : `core sort 0x${kind.toString(16)}`
  throw featureRefusal(`aliases or arguments of ${name}`, reader.at - 1)
}
