/**
 * Parses one core module (WebAssembly binary format, §5.5) as far as admission needs: its memories and tables, its
 * names, the proposals that it uses, and the number of its items. Input is hostile.
 */
import { type Bounds, readMemory, readTable, type TableBounds } from './bounds.ts'
import type { ByteReader } from './byte-reader.ts'
import { readBody, readData, readElements } from './core-segments.ts'
import { type Findings, valueType, walkConstant } from './instructions.ts'
import { NAME_LIMIT } from './limits.ts'
import { checkCoreName } from './names.ts'
import { featureRefusal } from './refusal.ts'

/** The position of a section's payload, and its id. */
export interface SectionSpan {
  readonly id: number
  readonly start: number
  readonly end: number
}

/** What admission needs to know about a core module. */
export interface CoreModule {
  /** The offset of its first byte in the component. */
  readonly start: number
  readonly end: number
  readonly sections: readonly SectionSpan[]
  /** The memories that it defines, without imported ones. */
  readonly memories: readonly Bounds[]
  readonly tables: readonly TableBounds[]
  readonly size: ModuleSize
  readonly hasStart: boolean
}

/** The number of items for which the host keeps memory per instance. */
export interface ModuleSize {
  readonly imports: number
  readonly exports: number
  /** The functions that it defines, without imported ones. */
  readonly functions: number
  readonly globals: number
  /** Element and data segments. */
  readonly segments: number
}

interface Draft {
  memories: Bounds[]
  tables: TableBounds[]
  size: { -readonly [item in keyof ModuleSize]: number }
  importedMemories: number
  bodies: number
  hasStart: boolean
}

/** The rank of each section id, because sections are not ordered by id. */
const ORDER = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6]

/** Parses the module in `reader`, which must contain exactly the module. */
export function readCoreModule(reader: ByteReader, findings: Findings): CoreModule {
  const start = reader.at
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) {
    if (reader.byte() !== byte)
      throw reader.malformed('not a core module', '00 61 73 6d 01 00 00 00', 'other bytes')
  }
  const draft: Draft = {
    memories: [],
    tables: [],
    size: { imports: 0, exports: 0, functions: 0, globals: 0, segments: 0 },
    importedMemories: 0,
    bodies: 0,
    hasStart: false,
  }
  const sections: SectionSpan[] = []
  let last = 0
  while (!reader.done) {
    const id = reader.byte()
    const payload = reader.window(reader.u32())
    sections.push({ id, start: payload.at, end: payload.end })
    findings.tally.add('component sections')
    if (id === 0) {
      payload.name(NAME_LIMIT)
      continue
    }
    const rank = ORDER[id]
    if (rank === undefined) throw reader.malformed('unknown section', 'a section from 0 to 13', id)
    if (rank <= last)
      throw reader.malformed(`section ${id} is repeated or out of order`, 'the fixed order', id)
    last = rank
    readSection(id, payload, draft, findings)
    payload.assertDone(`section ${id}`)
  }
  const { functions } = draft.size
  if (functions !== draft.bodies) {
    throw reader.malformed('the numbers of functions and bodies differ', `${functions} bodies`, draft.bodies)
  }
  if (draft.memories.length + draft.importedMemories > 1) {
    throw featureRefusal('several memories in one module', start)
  }
  return {
    start,
    end: reader.end,
    sections,
    memories: draft.memories,
    tables: draft.tables,
    size: draft.size,
    hasStart: draft.hasStart,
  }
}

function readSection(id: number, reader: ByteReader, draft: Draft, findings: Findings): void {
  const { tally } = findings
  const each = (item: Parameters<typeof tally.add>[0], read: () => void) => {
    const count = reader.count(item)
    tally.add(item, count)
    for (let at = 0; at < count; at++) read()
  }
  switch (id) {
    case 1:
      return each('types', () => functionType(reader, findings))
    case 2:
      return each('imports', () => readImport(reader, draft, findings))
    case 3:
      return each('functions', () => {
        reader.u32()
        draft.size.functions++
      })
    case 4:
      return each('tables', () => draft.tables.push(readTable(reader)))
    case 5:
      for (let count = reader.count('memories'); count > 0; count--) draft.memories.push(readMemory(reader))
      return
    case 6:
      return each('globals', () => {
        globalType(reader, findings)
        walkConstant(reader, findings)
        draft.size.globals++
      })
    case 7:
      return each('exports', () => {
        readExport(reader)
        draft.size.exports++
      })
    case 8:
      reader.u32()
      draft.hasStart = true
      return
    case 9:
      return each('element segments', () => {
        readElements(reader, findings)
        draft.size.segments++
      })
    case 10:
      draft.bodies = reader.count('function bodies')
      for (let at = 0; at < draft.bodies; at++) readBody(reader, findings)
      return
    case 11:
      return each('data segments', () => {
        readData(reader, findings)
        draft.size.segments++
      })
    case 12:
      findings.features.add('bulk-memory')
      return void reader.u32()
    default:
      throw featureRefusal('exception handling', reader.at)
  }
}

function functionType(reader: ByteReader, findings: Findings): void {
  const form = reader.byte()
  if (form !== 0x60)
    throw featureRefusal(`type form 0x${form.toString(16)} (garbage collection)`, reader.at - 1)
  for (const side of ['parameters', 'results']) {
    const count = reader.count(side)
    findings.tally.most('values of one function type', count)
    findings.tally.add('values of function types', count)
    if (side === 'results') findings.tally.most('results of one function type', count)
    if (side === 'results' && count > 1) findings.features.add('multi-value')
    for (let at = 0; at < count; at++) valueType(reader, findings)
  }
}

function readImport(reader: ByteReader, draft: Draft, findings: Findings): void {
  draft.size.imports++
  for (let part = 0; part < 2; part++) checkCoreName(reader.name(NAME_LIMIT))
  const kind = reader.byte()
  if (kind === 0) return void reader.u32()
  if (kind === 1) return void readTable(reader)
  if (kind === 2) {
    readMemory(reader)
    draft.importedMemories++
    return
  }
  if (kind === 3) {
    if (globalType(reader, findings)) findings.features.add('mutable-globals')
    return
  }
  throw featureRefusal(kind === 4 ? 'exception handling' : `import kind ${kind}`, reader.at - 1)
}

function readExport(reader: ByteReader): void {
  checkCoreName(reader.name(NAME_LIMIT))
  const kind = reader.byte()
  if (kind > 3) throw featureRefusal(kind === 4 ? 'exception handling' : `export kind ${kind}`, reader.at - 1)
  reader.u32()
}

/** Reads a global type; returns whether it is mutable. */
function globalType(reader: ByteReader, findings: Findings): boolean {
  valueType(reader, findings)
  const mutability = reader.byte()
  if (mutability > 1) throw featureRefusal(`a global with flags 0x${mutability.toString(16)}`, reader.at - 1)
  return mutability === 1
}
