/**
 * Reads one core module (WebAssembly binary format, §5.5) far enough to know all that admission decides on: its
 * memories and tables, its names, what proposals it uses, how much it holds. Input is hostile.
 */
import type { ByteReader } from './byte-reader.ts'
import { type Findings, referenceType, valueType, walkBody, walkConstant } from './instructions.ts'
import { LIMITS } from './limits.ts'
import { checkCoreName } from './names.ts'
import { featureRefusal, refusal } from './refusal.ts'

/** Minimum and maximum of a memory (pages of 64 KiB) or table (elements), as declared. */
export interface Bounds {
  readonly min: number
  readonly max: number | undefined
}

/** Where a section's payload lies, and what it is. */
export interface SectionSpan {
  readonly id: number
  readonly start: number
  readonly end: number
}

/** What admission needs to know of a core module. */
export interface CoreModule {
  /** From its magic number to its end, in the component. */
  readonly start: number
  readonly end: number
  readonly sections: readonly SectionSpan[]
  /** Those it defines; imported ones are another module's. */
  readonly memories: readonly Bounds[]
  readonly tables: readonly (Bounds & { readonly type: number })[]
  readonly hasStart: boolean
}

interface Draft {
  memories: Bounds[]
  tables: (Bounds & { type: number })[]
  importedMemories: number
  functions: number
  bodies: number
  hasStart: boolean
}

/** The order of sections by id: the numbers were given out in another one. */
const ORDER = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6]

/** Reads the module in `reader`, which spans it exactly. */
export function readCoreModule(reader: ByteReader, findings: Findings): CoreModule {
  const start = reader.at
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) {
    if (reader.byte() !== byte)
      throw reader.malformed('no core module', '00 61 73 6d 01 00 00 00', 'other bytes')
  }
  const draft: Draft = {
    memories: [],
    tables: [],
    importedMemories: 0,
    functions: 0,
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
      payload.name(LIMITS['bytes of one name'])
      continue
    }
    const rank = ORDER[id]
    if (rank === undefined) throw reader.malformed('an unknown section', 'a section from 0 to 13', id)
    if (rank <= last)
      throw reader.malformed(`section ${id} is repeated or out of order`, 'the fixed order', id)
    last = rank
    readSection(id, payload, draft, findings)
    payload.assertDone(`section ${id}`)
  }
  if (draft.functions !== draft.bodies) {
    throw reader.malformed('functions and bodies differ in number', `${draft.functions} bodies`, draft.bodies)
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
        draft.functions++
      })
    case 4:
      return each('tables', () => draft.tables.push(table(reader)))
    case 5:
      for (let count = reader.count('memories'); count > 0; count--) draft.memories.push(memoryBounds(reader))
      return
    case 6:
      return each('globals', () => {
        globalType(reader, findings)
        walkConstant(reader, findings)
      })
    case 7:
      return each('exports', () => readExport(reader))
    case 8:
      reader.u32()
      draft.hasStart = true
      return
    case 9:
      return each('element segments', () => elementSegment(reader, findings))
    case 10:
      draft.bodies = reader.count('function bodies')
      for (let at = 0; at < draft.bodies; at++) functionBody(reader, findings)
      return
    case 11:
      return each('data segments', () => dataSegment(reader, findings))
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
    if (side === 'results' && count > 1) findings.features.add('multi-value')
    for (let at = 0; at < count; at++) valueType(reader, findings)
  }
}

function readImport(reader: ByteReader, draft: Draft, findings: Findings): void {
  for (let part = 0; part < 2; part++) checkCoreName(reader.name(LIMITS['bytes of one name']))
  const kind = reader.byte()
  if (kind === 0) return void reader.u32()
  if (kind === 1) return void table(reader)
  if (kind === 2) {
    memoryBounds(reader)
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
  checkCoreName(reader.name(LIMITS['bytes of one name']))
  const kind = reader.byte()
  if (kind > 3) throw featureRefusal(kind === 4 ? 'exception handling' : `export kind ${kind}`, reader.at - 1)
  reader.u32()
}

function table(reader: ByteReader): Bounds & { type: number } {
  const at = reader.at
  if (reader.bytes[at] === 0x40) throw featureRefusal('tables with an initial value', at)
  referenceType(reader)
  return { type: reader.bytes[at]!, ...bounds(reader, 'table') }
}

const MAX_PAGES = 65_536

function memoryBounds(reader: ByteReader): Bounds {
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

/** True where the global is mutable. */
function globalType(reader: ByteReader, findings: Findings): boolean {
  valueType(reader, findings)
  const mutability = reader.byte()
  if (mutability > 1) throw featureRefusal(`a global with flags 0x${mutability.toString(16)}`, reader.at - 1)
  return mutability === 1
}

/** The eight forms of §5.5.12: bit 0 passive or declared, bit 1 an explicit table or declared, bit 2 expressions. */
function elementSegment(reader: ByteReader, findings: Findings): void {
  const flags = reader.u32()
  if (flags > 7) throw reader.malformed('an element segment has unknown flags', '0 to 7', flags)
  const active = (flags & 1) === 0
  const expressions = (flags & 4) !== 0
  if (flags !== 0) findings.features.add(flags === 1 ? 'bulk-memory' : 'reference-types')
  if (active) {
    if (flags & 2) reader.u32()
    walkConstant(reader, findings)
  }
  if (flags & 3) {
    if (expressions) referenceType(reader)
    else if (reader.byte() !== 0) throw featureRefusal('an element segment of another kind', reader.at - 1)
  }
  const count = reader.count('elements')
  findings.tally.add('elements of segments', count)
  for (let at = 0; at < count; at++) {
    if (expressions) walkConstant(reader, findings)
    else reader.u32()
  }
}

function functionBody(reader: ByteReader, findings: Findings): void {
  const size = reader.u32()
  findings.tally.most('bytes of one function body', size)
  const body = reader.window(size)
  let locals = 0
  for (let groups = body.count('groups of locals'); groups > 0; groups--) {
    locals += body.u32()
    findings.tally.most('locals of one function', locals)
    valueType(body, findings)
  }
  walkBody(body, findings)
}

function dataSegment(reader: ByteReader, findings: Findings): void {
  const flags = reader.u32()
  if (flags > 2) throw reader.malformed('a data segment has unknown flags', '0 to 2', flags)
  if (flags === 2 && reader.u32() !== 0) throw featureRefusal('several memories in one module', reader.at - 1)
  if (flags === 1) findings.features.add('bulk-memory')
  else walkConstant(reader, findings)
  reader.skip(reader.count('bytes of data'))
}
