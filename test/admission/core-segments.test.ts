/** Every form of segments and function bodies (WebAssembly binary format, §5.5.12 to §5.5.14) is read completely. */
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/admission/byte-reader.ts'
import { readBody, readData, readElements } from '../../src/admission/core-segments.ts'
import { type Findings, newFindings } from '../../src/admission/instructions.ts'
import { LIMITS } from '../../src/admission/limits.ts'
import type { EnclaveError } from '../../src/base/error.ts'

/** The features that `read` finds in `bytes`, or its error. */
function outcome(read: (reader: ByteReader, findings: Findings) => void, ...bytes: number[]): string {
  const reader = new ByteReader(Uint8Array.from(bytes))
  const findings = newFindings()
  const { features } = findings
  try {
    read(reader, findings)
  } catch (error) {
    const { code, message } = error as EnclaveError
    return `${code}: ${message}`
  }
  return reader.done ? [...features].join(' ') || 'nothing' : `stopped ${reader.left} bytes early`
}

const INDEX = [0xff, 0xff, 0x03]
const OFFSET = [0x41, ...INDEX, 0x0b]
const FUNCTIONS = [2, ...INDEX, ...INDEX]
const EXPRESSIONS = [2, 0xd2, ...INDEX, 0x0b, 0xd0, 0x70, 0x0b]

describe('an element segment', () => {
  it.each<[string, number[], string]>([
    ['active', [0, ...OFFSET, ...FUNCTIONS], 'nothing'],
    ['passive', [1, 0, ...FUNCTIONS], 'bulk-memory'],
    ['for a table', [2, ...INDEX, ...OFFSET, 0, ...FUNCTIONS], 'reference-types'],
    ['declared', [3, 0, ...FUNCTIONS], 'reference-types'],
    ['active, with expressions', [4, ...OFFSET, ...EXPRESSIONS], 'reference-types'],
    ['passive, with expressions', [5, 0x70, ...EXPRESSIONS], 'reference-types'],
    ['for a table, with expressions', [6, ...INDEX, ...OFFSET, 0x6f, ...EXPRESSIONS], 'reference-types'],
    ['declared, with expressions', [7, 0x70, ...EXPRESSIONS], 'reference-types'],
  ])('that is %s is read to its last byte', (_, bytes, features) => {
    expect(outcome(readElements, ...bytes)).toBe(features)
    expect(outcome(readElements, ...bytes.slice(0, -1))).toMatch(/^E_ADMISSION_/)
  })

  it.each<[string, number[], RegExp]>([
    ['with unknown flags', [8, 0], /^E_ADMISSION_MALFORMED.*unknown flags/],
    ['of an unknown kind', [1, 1, 0], /^E_ADMISSION_FEATURE.*another kind/],
    ['of an unsupported type', [5, 0x6e, 0], /^E_ADMISSION_FEATURE.*garbage collection/],
    ['with an offset that is not constant', [0, 0x01, 0x0b, 0], /^E_ADMISSION_FEATURE.*in a constant/],
    ['with a count beyond its end', [1, 0, 2, 0], /^E_ADMISSION_MALFORMED/],
  ])('%s is refused', (_, bytes, refusal) => {
    expect(outcome(readElements, ...bytes)).toMatch(refusal)
  })
})

describe('a data segment', () => {
  it.each<[string, number[], string]>([
    ['active', [0, ...OFFSET, 2, 0xff, 0xff], 'nothing'],
    ['passive', [1, 2, 0xff, 0xff], 'bulk-memory'],
    ['for memory 0, given explicitly', [2, 0, ...OFFSET, 2, 0xff, 0xff], 'nothing'],
  ])('that is %s is read to its last byte', (_, bytes, features) => {
    expect(outcome(readData, ...bytes)).toBe(features)
    expect(outcome(readData, ...bytes.slice(0, -1))).toMatch(/^E_ADMISSION_MALFORMED/)
  })

  it.each<[string, number[], RegExp]>([
    ['with unknown flags', [3, 0], /^E_ADMISSION_MALFORMED.*unknown flags/],
    ['for a second memory', [2, 1, ...OFFSET, 0], /^E_ADMISSION_FEATURE.*several memories/],
  ])('%s is refused', (_, bytes, refusal) => {
    expect(outcome(readData, ...bytes)).toMatch(refusal)
  })
})

describe('a function body', () => {
  const locals = (count: number) => [(count & 0x7f) | 0x80, ((count >> 7) & 0x7f) | 0x80, count >> 14]
  const most = LIMITS['locals of one function']

  it.each<[string, number[], string]>([
    ['without locals', [2, 0, 0x0b], 'nothing'],
    ['with two groups of locals', [6, 2, 1, 0x7f, 1, 0x7b, 0x0b], 'simd'],
    ['with the maximum number of locals', [6, 1, ...locals(most), 0x7f, 0x0b], 'nothing'],
    ['with instructions', [4, 0, 0xc0, 0xd1, 0x0b], 'sign-extension reference-types'],
  ])('%s is read to its last byte', (_, bytes, features) => {
    expect(outcome(readBody, ...bytes)).toBe(features)
  })

  it.each<[string, number[], RegExp]>([
    ['with one local too many', [6, 1, ...locals(most + 1), 0x7f, 0x0b], /^E_ADMISSION_LIMIT/],
    [
      'with too many locals in two groups',
      [9, 2, ...locals(most), 0x7f, 1, 0x7f, 0x0b, 0x0b],
      /^E_ADMISSION_LIMIT/,
    ],
    ['with a local of an unsupported type', [4, 1, 1, 0x6e, 0x0b], /^E_ADMISSION_FEATURE/],
    ['that is longer than its instructions', [3, 0, 0x0b, 0x01], /^E_ADMISSION_MALFORMED.*trailing/],
    ['that is shorter than its instructions', [2, 0, 0x01, 0x0b], /^E_ADMISSION_MALFORMED/],
    ['that is longer than the module', [3, 0, 0x0b], /^E_ADMISSION_MALFORMED/],
  ])('%s is refused', (_, bytes, refusal) => {
    expect(outcome(readBody, ...bytes)).toMatch(refusal)
  })
})
