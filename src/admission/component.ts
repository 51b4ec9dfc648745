/**
 * Parses a component (component model, Binary.md): its nested modules and components, how often each is instantiated,
 * its imports and exports. Input is hostile.
 *
 * Importing, exporting or aliasing a module or component is refused, so that every instance is of a module or component
 * defined in the same component, and memory can be summed up exactly. No known toolchain emits such aliases.
 */
import { ByteReader } from './byte-reader.ts'
import { readCanon } from './canon.ts'
import { type CoreModule, readCoreModule, type SectionSpan } from './core-module.ts'
import { coreSort, type Extern, externName, sort } from './extern.ts'
import type { Findings } from './instructions.ts'
import { NAME_LIMIT } from './limits.ts'
import { checkCoreName, checkExternName } from './names.ts'
import { featureRefusal, refusal } from './refusal.ts'
import { Scope } from './scope.ts'
import type { InstanceType, Type } from './types.ts'

/** A component and its nested modules and components. */
export interface Component {
  readonly start: number
  readonly end: number
  readonly sections: readonly SectionSpan[]
  /** In order of definition; the n-th section with id 1 holds the n-th. */
  readonly modules: readonly CoreModule[]
  /** In order of definition; the n-th section with id 4 holds the n-th. */
  readonly components: readonly Component[]
  /** How often one instance of this component instantiates each of `modules` and `components`. */
  readonly moduleInstances: readonly number[]
  readonly componentInstances: readonly number[]
  /** The number of entries in its own sections, including names and arguments. */
  readonly items: number
  readonly imports: readonly Extern[]
  readonly exports: readonly Extern[]
  /** The type of its instances. */
  readonly instanceType: InstanceType
}

interface Draft {
  scope: Scope
  modules: CoreModule[]
  components: Component[]
  moduleInstances: number[]
  componentInstances: number[]
  items: number
  imports: Extern[]
  exports: Extern[]
}

export const SECTION = { custom: 0, coreModule: 1, component: 4 } as const

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]

/** Parses all of `bytes`. @throws {EnclaveError} E_ADMISSION_… */
export function readComponent(bytes: Uint8Array, findings: Findings): Component {
  if (!PREAMBLE.every((byte, at) => byte === bytes[at])) throw notComponent(bytes)
  findings.tally.most('bytes of the component', bytes.byteLength)
  return readNested(new ByteReader(bytes), findings, undefined)
}

function readNested(reader: ByteReader, findings: Findings, parent: Scope | undefined): Component {
  findings.tally.add('components')
  const start = reader.at
  for (const byte of PREAMBLE) {
    if (reader.byte() !== byte)
      throw reader.malformed('not a component', '00 61 73 6d 0d 00 01 00', 'other bytes')
  }
  const draft: Draft = {
    scope: new Scope(findings, parent),
    modules: [],
    components: [],
    moduleInstances: [],
    componentInstances: [],
    items: 0,
    imports: [],
    exports: [],
  }
  const sections: SectionSpan[] = []
  while (!reader.done) {
    const id = reader.byte()
    const payload = reader.window(reader.u32())
    sections.push({ id, start: payload.at, end: payload.end })
    findings.tally.add('component sections')
    readSection(id, payload, draft, findings)
    payload.assertDone(`component section ${id}`)
  }
  const { scope, ...found } = draft
  return { start, end: reader.end, sections, ...found, instanceType: scope.asInstance }
}

function readSection(id: number, reader: ByteReader, draft: Draft, findings: Findings): void {
  const each = (read: () => void, name = 'items') => {
    const count = reader.count(name)
    findings.tally.add('component items', count)
    draft.items += count
    for (let at = 0; at < count; at++) read()
  }
  switch (id) {
    case SECTION.custom:
      reader.name(NAME_LIMIT)
      return reader.skip(reader.left)
    case SECTION.coreModule:
      findings.tally.add('core modules')
      draft.modules.push(readCoreModule(reader, findings))
      draft.moduleInstances.push(0)
      return
    case 2:
      return each(() => coreInstance(reader, draft, each))
    case SECTION.component:
      draft.components.push(readNested(reader, findings, draft.scope))
      draft.componentInstances.push(0)
      return
    case 5:
      return each(() => instance(reader, draft, each))
    case 6:
      return each(() => draft.scope.alias(reader, checkAliasName))
    case 3:
      throw featureRefusal('types of core modules within components', reader.at)
    case 7:
      findings.tally.add('bytes of types', reader.left)
      for (let left = reader.count('types'); left > 0; left--) {
        findings.tally.add('types')
        draft.scope.define(reader)
      }
      return
    case 8:
      return each(() => readCanon(reader, draft.scope, findings.tally))
    case 10:
      return each(() => {
        const name = externName(reader)
        draft.imports.push({ name, ...draft.scope.extern(reader, name) })
      })
    case 11:
      return each(() => readExport(reader, draft))
    case 9:
    case 12:
      throw featureRefusal(id === 9 ? 'component start functions' : 'component values', reader.at)
    default:
      throw reader.malformed('unknown component section', 'a section from 0 to 12', id)
  }
}

/** Reads a vector: calls `read` for each entry and counts the entries. */
type Each = (read: () => void, name: string) => void

function coreInstance(reader: ByteReader, draft: Draft, each: Each): void {
  const form = reader.byte()
  if (form === 0) {
    countInstance(reader, draft.moduleInstances, 'module')
    return each(() => {
      checkCoreName(reader.name(NAME_LIMIT))
      if (reader.byte() !== 0x12)
        throw reader.malformed('an argument is not a core instance', '0x12', 'another sort')
      reader.u32()
    }, 'arguments')
  }
  if (form !== 1) throw reader.malformed('unknown form of core instance', '0 or 1', form)
  each(() => {
    checkCoreName(reader.name(NAME_LIMIT))
    coreSort(reader)
    reader.u32()
  }, 'exports')
}

function instance(reader: ByteReader, draft: Draft, each: Each): void {
  const form = reader.byte()
  if (form > 1) throw reader.malformed('unknown form of instance', '0 or 1', form)
  const { scope } = draft
  if (form === 0) {
    const at = countInstance(reader, draft.componentInstances, 'component')
    scope.add('instance', draft.components[at]!.instanceType)
    return each(() => {
      checkExternName(reader.name(NAME_LIMIT))
      sort(reader)
      reader.u32()
    }, 'items of an instance')
  }
  const exports = new Map<string, Type>()
  scope.add('instance', { kind: 'instance', exports })
  each(() => {
    const name = externName(reader)
    const kind = sort(reader)
    const index = reader.u32()
    if (kind !== 'core') exports.set(name, scope.get(kind, index))
  }, 'items of an instance')
}

/** Reads an index, which must be defined, and counts one more instance of it. */
function countInstance(reader: ByteReader, counts: number[], item: string): number {
  const index = reader.u32()
  if (index >= counts.length) {
    throw reader.malformed(`unknown ${item} index in an instance`, `an index below ${counts.length}`, index)
  }
  counts[index]!++
  return index
}

function checkAliasName(name: string, isCore: boolean): void {
  if (isCore) checkCoreName(name)
  else checkExternName(name)
}

function readExport(reader: ByteReader, { scope, exports }: Draft): void {
  const name = externName(reader)
  const kind = sort(reader)
  const index = reader.u32()
  const ascribed = reader.byte()
  if (ascribed > 1) throw reader.malformed('unknown ascription of an export', '0 or 1', ascribed)
  const type = ascribed === 1 ? scope.externType(reader, name).type : undefined
  if (kind === 'core') return
  const extern = { name, kind, type: type ?? scope.get(kind, index) }
  exports.push(extern)
  scope.add(kind, extern.type)
  scope.exports.set(name, extern.type)
}

function notComponent(bytes: Uint8Array) {
  const core = [0x00, 0x61, 0x73, 0x6d, 0x01].every((byte, at) => byte === bytes[at])
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return refusal(
    'E_ADMISSION_NOT_COMPONENT',
    core ? 'the application is a core module, not a component' : 'the application is not a component',
    'the first bytes 00 61 73 6d 0d 00 01 00',
    start || 'no bytes',
  )
}

/** Every core module of a component, however deeply nested. */
export function allModules(component: Component): CoreModule[] {
  return [...component.modules, ...component.components.flatMap(allModules)]
}
