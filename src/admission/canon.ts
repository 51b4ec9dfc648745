/**
 * Reads the canonical definitions of a component (component model, Binary.md "Canonical Definitions"): how functions
 * cross between modules. Allowed are lifting, lowering, resources, and the tasks and waitable sets that an `async`
 * export needs. Threads, streams, futures and error contexts are not allowed.
 */
import type { ByteReader } from './byte-reader.ts'
import { featureRefusal } from './refusal.ts'

/** Skips one canonical definition. @throws {EnclaveError} E_ADMISSION_FEATURE, E_ADMISSION_MALFORMED */
export function readCanon(reader: ByteReader): void {
  const at = reader.at
  const opcode = reader.byte()
  switch (opcode) {
    case 0x00: // lift
      zero(reader)
      reader.u32()
      options(reader)
      return void reader.u32()
    case 0x01: // lower
      zero(reader)
      reader.u32()
      return options(reader)
    case 0x02: // resource.new
    case 0x03: // resource.drop
    case 0x04: // resource.rep
      return void reader.u32()
    case 0x05: // task.cancel
    case 0x0d: // subtask.drop
    case 0x1f: // waitable-set.new
    case 0x22: // waitable-set.drop
    case 0x23: // waitable.join
    case 0x24: // backpressure.inc
    case 0x25: // backpressure.dec
      return
    case 0x06: // subtask.cancel
    case 0x0c: // yield
      return flag(reader)
    case 0x09: // task.return
      result(reader)
      return options(reader)
    case 0x0a: // context.get
    case 0x0b: // context.set
      valueType(reader)
      return void reader.u32()
    case 0x20: // waitable-set.wait
    case 0x21: // waitable-set.poll
      flag(reader)
      return void reader.u32()
    default:
      throw featureRefusal(`canonical definition 0x${opcode.toString(16)} (${family(opcode)})`, at)
  }
}

function family(opcode: number): string {
  if (opcode >= 0x0e && opcode <= 0x14) return 'streams'
  if (opcode >= 0x15 && opcode <= 0x1b) return 'futures'
  if (opcode >= 0x1c && opcode <= 0x1e) return 'error contexts'
  return opcode >= 0x26 ? 'threads' : 'unknown'
}

function options(reader: ByteReader): void {
  for (let count = reader.count('options'); count > 0; count--) {
    const at = reader.at
    const option = reader.byte()
    if (option > 0x07) throw featureRefusal(`canonical option 0x${option.toString(16)}`, at)
    // Options 3 to 5 and 7 have the index of a memory or function; the others, encodings and `async`, have none.
    if ((option >= 0x03 && option <= 0x05) || option === 0x07) reader.u32()
  }
}

/** The result of a task: one type, or none. */
function result(reader: ByteReader): void {
  const form = reader.byte()
  if (form === 0) return valueType(reader)
  if (form !== 1) throw reader.malformed('unknown form of result', '0 or 1', form)
  zero(reader)
}

/** A primitive type (one negative byte) or a type index: both are signed 33-bit integers. */
function valueType(reader: ByteReader): void {
  reader.signed(33)
}

function flag(reader: ByteReader): void {
  const value = reader.byte()
  if (value > 1) throw reader.malformed('invalid flag', '0 or 1', value)
}

function zero(reader: ByteReader): void {
  const value = reader.byte()
  if (value !== 0) throw reader.malformed('a reserved byte is not zero', '0', value)
}
