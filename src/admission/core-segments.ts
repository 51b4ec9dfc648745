/**
 * Parses the bulky parts of core modules (WebAssembly binary format, §5.5.12 to §5.5.14): element segments, function
 * bodies, data segments. Input is hostile.
 */
import type { ByteReader } from './byte-reader.ts'
import { type Findings, referenceType, valueType, walkBody, walkConstant } from './instructions.ts'
import { featureRefusal } from './refusal.ts'

/** The eight forms of §5.5.12: bit 0 passive or declared, bit 1 an explicit table or declared, bit 2 expressions. */
export function readElements(reader: ByteReader, findings: Findings): void {
  const flags = reader.u32()
  if (flags > 7) throw reader.malformed('unknown flags of an element segment', '0 to 7', flags)
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

/** Reads one function body: its locals and its instructions. */
export function readBody(reader: ByteReader, findings: Findings): void {
  const size = reader.u32()
  findings.tally.most('bytes of one function body', size)
  const body = reader.window(size)
  let locals = 0
  for (let groups = body.count('groups of locals'); groups > 0; groups--) {
    const count = body.u32()
    locals += count
    findings.tally.most('locals of one function', locals)
    findings.tally.add('locals', count)
    valueType(body, findings)
  }
  walkBody(body, findings)
}

/** Reads one data segment. */
export function readData(reader: ByteReader, findings: Findings): void {
  const flags = reader.u32()
  if (flags > 2) throw reader.malformed('unknown flags of a data segment', '0 to 2', flags)
  if (flags === 2 && reader.u32() !== 0) throw featureRefusal('several memories in one module', reader.at - 1)
  if (flags === 1) findings.features.add('bulk-memory')
  else walkConstant(reader, findings)
  reader.skip(reader.count('bytes of data'))
}
