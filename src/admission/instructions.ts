/**
 * Walks through the instructions of a function body or a constant expression (WebAssembly binary format, §5.4), to find
 * where each ends and which proposal it belongs to. Types are checked afterwards, by the validator.
 */
import type { ByteReader } from './byte-reader.ts'
import { Tally } from './limits.ts'
import { BRANCH_BYTES, machineCodeOf } from './machine-code.ts'
import { featureRefusal } from './refusal.ts'

/** The allowed proposals, beyond the first version of WebAssembly. */
export type Feature =
  | 'mutable-globals'
  | 'sign-extension'
  | 'saturating-float-to-int'
  | 'multi-value'
  | 'bulk-memory'
  | 'reference-types'
  | 'simd'
  | 'tail-call'
  | 'extended-const'

/** What is collected while a component is read. */
export interface Findings {
  readonly tally: Tally
  readonly features: Set<Feature>
  /** Estimated bytes of machine code of all function bodies. */
  machineCode: number
}

/** Empty findings. */
export const newFindings = (): Findings => ({ tally: new Tally(), features: new Set(), machineCode: 0 })

/** Skips a function's instructions up to its final `end`, which must be the last byte. */
export function walkBody(reader: ByteReader, findings: Findings): void {
  let depth = 1
  while (depth > 0) {
    const opcode = reader.byte()
    findings.machineCode += machineCodeOf(opcode)
    if (opcode >= 0x02 && opcode <= 0x04) {
      blockType(reader, findings)
      findings.tally.most('nested blocks', ++depth)
    } else if (opcode === 0x0b) {
      depth--
    } else {
      skipImmediates(opcode, reader, findings)
    }
  }
  reader.assertDone('a function body')
}

/** Instructions that the extended-const proposal allows in constant expressions. */
const EXTENDED_CONST = new Set([0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e])

/** Skips a constant expression and its `end`. */
export function walkConstant(reader: ByteReader, findings: Findings): void {
  for (;;) {
    const at = reader.at
    const opcode = reader.byte()
    if (opcode === 0x0b) return
    const plain = (opcode >= 0x41 && opcode <= 0x44) || opcode === 0x23 || opcode === 0xd0 || opcode === 0xd2
    const vector = opcode === 0xfd && reader.bytes[reader.at] === 0x0c
    if (EXTENDED_CONST.has(opcode)) findings.features.add('extended-const')
    else if (plain || vector) skipImmediates(opcode, reader, findings)
    else throw featureRefusal(`instruction 0x${opcode.toString(16)} in a constant`, at)
  }
}

function skipImmediates(opcode: number, reader: ByteReader, findings: Findings): void {
  // Constants, conversions, comparisons and arithmetic: most of any body.
  if (opcode >= 0x45 && opcode <= 0xc4) {
    if (opcode >= 0xc0) findings.features.add('sign-extension')
    return
  }
  if (opcode >= 0x20 && opcode <= 0x24) return void reader.u32()
  if (opcode >= 0x28 && opcode <= 0x3e) return memoryArgument(reader)
  const at = reader.at - 1
  switch (opcode) {
    case 0x00: // unreachable
    case 0x01: // nop
    case 0x05: // else
    case 0x0f: // return
    case 0x1a: // drop
    case 0x1b: // select
      return
    case 0x0c: // br
    case 0x0d: // br_if
    case 0x10: // call
      return void reader.u32()
    case 0x0e:
      return branchTable(reader, findings)
    case 0x11: // call_indirect
      reader.u32()
      return void reader.u32()
    case 0x12: // return_call
      findings.features.add('tail-call')
      return void reader.u32()
    case 0x13: // return_call_indirect
      findings.features.add('tail-call')
      reader.u32()
      return void reader.u32()
    case 0x1c: // select with types
      findings.features.add('reference-types')
      for (let count = reader.count('types of a select'); count > 0; count--) valueType(reader, findings)
      return
    case 0x25: // table.get
    case 0x26: // table.set
    case 0xd2: // ref.func
      findings.features.add('reference-types')
      return void reader.u32()
    case 0x3f: // memory.size
    case 0x40: // memory.grow
      return onlyMemory(reader)
    case 0x41:
      return void reader.signed(32)
    case 0x42:
      return void reader.signed(64)
    case 0x43:
      return reader.skip(4)
    case 0x44:
      return reader.skip(8)
    case 0xd0: // ref.null
      findings.features.add('reference-types')
      return referenceType(reader)
    case 0xd1: // ref.is_null
      return void findings.features.add('reference-types')
    case 0xfc:
      return prefixedFc(reader, findings)
    case 0xfd:
      return vectorInstruction(reader, findings)
    case 0xfe:
      throw featureRefusal('threads (atomic instructions)', at)
    default:
      throw featureRefusal(strangerName(opcode), at)
  }
}

function strangerName(opcode: number): string {
  if ((opcode >= 0x06 && opcode <= 0x0a) || opcode === 0x18 || opcode === 0x19 || opcode === 0x1f) {
    return 'exception handling'
  }
  if (opcode === 0xfb || (opcode >= 0xd3 && opcode <= 0xd6)) return 'garbage collection'
  if (opcode === 0x14 || opcode === 0x15) return 'typed function references'
  return `an unknown instruction 0x${opcode.toString(16)}`
}

/** Skips a saturating conversion, bulk memory or table instruction. */
function prefixedFc(reader: ByteReader, findings: Findings): void {
  const at = reader.at - 1
  const opcode = reader.u32()
  if (opcode > 17) throw featureRefusal(`an unknown instruction 0xfc ${opcode}`, at)
  if (opcode < 8) return void findings.features.add('saturating-float-to-int')
  findings.features.add(opcode >= 15 ? 'reference-types' : 'bulk-memory')
  switch (opcode) {
    case 8: // memory.init
      reader.u32()
      return onlyMemory(reader)
    case 10: // memory.copy
      onlyMemory(reader)
      return onlyMemory(reader)
    case 11: // memory.fill
      return onlyMemory(reader)
    case 12: // table.init
    case 14: // table.copy
      reader.u32()
      return void reader.u32()
    default: // data.drop, elem.drop, table.grow, table.size, table.fill
      return void reader.u32()
  }
}

function vectorInstruction(reader: ByteReader, findings: Findings): void {
  const at = reader.at - 1
  const opcode = reader.u32()
  // Results of relaxed SIMD depend on the machine; enclaves with the same PCR0 must compute the same.
  if (opcode > 0xff) throw featureRefusal('relaxed SIMD', at)
  findings.features.add('simd')
  if (opcode <= 11 || opcode === 92 || opcode === 93) return memoryArgument(reader)
  if (opcode === 12 || opcode === 13) return reader.skip(16)
  if (opcode >= 21 && opcode <= 34) return reader.skip(1)
  if (opcode >= 84 && opcode <= 91) {
    memoryArgument(reader)
    return reader.skip(1)
  }
}

function branchTable(reader: ByteReader, findings: Findings): void {
  const count = reader.count('branches')
  findings.tally.most('branches of one br_table', count)
  findings.machineCode += count * BRANCH_BYTES
  for (let at = 0; at <= count; at++) reader.u32()
}

function memoryArgument(reader: ByteReader): void {
  const at = reader.at
  // Bit 6 of the alignment means that a memory index follows.
  if (reader.u32() >= 0x40) throw featureRefusal('several memories in one module', at)
  reader.u32()
}

function onlyMemory(reader: ByteReader): void {
  if (reader.byte() !== 0) throw featureRefusal('several memories in one module', reader.at - 1)
}

function blockType(reader: ByteReader, findings: Findings): void {
  const first = reader.bytes[reader.at] ?? 0
  if (first === 0x40) return reader.skip(1)
  if (first >= 0x40 && first < 0x80) return valueType(reader, findings)
  findings.features.add('multi-value')
  if (reader.signed(33)) throw reader.malformed('a block type is negative', 'an index', 'less than 0')
}

/** Skips a value type, and records its proposal. */
export function valueType(reader: ByteReader, findings: Findings): void {
  const type = reader.byte()
  if (type >= 0x7c && type <= 0x7f) return
  if (type === 0x7b) return void findings.features.add('simd')
  if (type === 0x70 || type === 0x6f) return void findings.features.add('reference-types')
  throw featureRefusal(`${typeFamily(type)} (value type 0x${type.toString(16)})`, reader.at - 1)
}

function typeFamily(type: number): string {
  if (type === 0x63 || type === 0x64 || type < 0x40) return 'typed function references'
  return type === 0x69 || type === 0x74 ? 'exception handling' : 'garbage collection'
}

/** Skips `funcref` or `externref`. */
export function referenceType(reader: ByteReader): void {
  const type = reader.byte()
  if (type !== 0x70 && type !== 0x6f) {
    throw featureRefusal(`${typeFamily(type)} (reference type 0x${type.toString(16)})`, reader.at - 1)
  }
}
