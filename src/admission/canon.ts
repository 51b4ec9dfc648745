/**
 * Reads the canonical definitions of a component (component model, Binary.md "Canonical Definitions"): how functions
 * cross between modules. Allowed are lifting, lowering, resources, and the tasks and waitable sets that an `async`
 * export needs. Threads, streams, futures and error contexts are not allowed.
 */
import type { ByteReader } from './byte-reader.ts'
import { LIMITS, type Tally } from './limits.ts'
import { featureRefusal, USE_WASI_02 } from './refusal.ts'
import type { Scope } from './scope.ts'
import { type Type, UNKNOWN } from './types.ts'

/**
 * Reads one canonical definition, adds the function that it lifts, and counts the values that it converts.
 * @throws {EnclaveError} E_ADMISSION_FEATURE, E_ADMISSION_LIMIT, E_ADMISSION_MALFORMED
 */
export function readCanon(reader: ByteReader, scope: Scope, tally: Tally): void {
  const at = reader.at
  const opcode = reader.byte()
  switch (opcode) {
    case 0x00: {
      // lift
      zero(reader)
      reader.u32()
      options(reader)
      const type = scope.typeAt(reader.u32(), reader)
      scope.add('function', type)
      return convert(type, tally)
    }
    case 0x01: // lower
      zero(reader)
      convert(scope.get('function', reader.u32()), tally)
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
      convert(result(reader, scope), tally)
      return options(reader)
    case 0x0a: // context.get
    case 0x0b: // context.set
      reader.signed(33)
      return void reader.u32()
    case 0x20: // waitable-set.wait
    case 0x21: // waitable-set.poll
      flag(reader)
      return void reader.u32()
    default:
      throw featureRefusal(described(opcode), at, isAsync(opcode) ? USE_WASI_02 : undefined)
  }
}

const isAsync = (opcode: number) => opcode >= 0x0e && opcode <= 0x1e

function described(opcode: number): string {
  const definition = `canonical definition 0x${opcode.toString(16)}`
  return isAsync(opcode)
    ? `${family(opcode)}, which are of WASI 0.3 (${definition})`
    : `${definition} (${family(opcode)})`
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
function result(reader: ByteReader, scope: Scope): Type | undefined {
  const form = reader.byte()
  if (form === 0) return scope.value(reader)
  if (form !== 1) throw reader.malformed('unknown form of result', '0 or 1', form)
  zero(reader)
  return undefined
}

/** Counts the values of a function that crosses between modules; of one that is not known, as many as there can be. */
function convert(type: Type | undefined, tally: Tally): void {
  const isKnown = type !== UNKNOWN && type?.kind !== 'instance'
  tally.add('converted values', isKnown ? (type?.size ?? 0) : LIMITS['values of one type'])
}

function flag(reader: ByteReader): void {
  const value = reader.byte()
  if (value > 1) throw reader.malformed('invalid flag', '0 or 1', value)
}

function zero(reader: ByteReader): void {
  const value = reader.byte()
  if (value !== 0) throw reader.malformed('a reserved byte is not zero', '0', value)
}
