/**
 * Every instruction of WebAssembly (binary format, §5.4) is read to its last byte, and every unknown opcode is refused:
 * a reader that loses its position would check other instructions than those that run. The immediates here would be
 * refused if they were read as instructions.
 */
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/admission/byte-reader.ts'
import {
  type Feature,
  type Findings,
  newFindings,
  referenceType,
  valueType,
  walkBody,
  walkConstant,
} from '../../src/admission/instructions.ts'
import { LIMITS } from '../../src/admission/limits.ts'
import type { EnclaveError } from '../../src/base/error.ts'

type Walk = (reader: ByteReader, findings: Findings) => void

/** The features that `walk` finds in `bytes`, or its error. */
function outcome(walk: Walk, ...bytes: number[]): string {
  const reader = new ByteReader(Uint8Array.from(bytes))
  const findings = newFindings()
  const { features } = findings
  try {
    walk(reader, findings)
  } catch (error) {
    const { code, message } = error as EnclaveError
    return `${code}: ${message}`
  }
  return reader.done ? [...features].join(' ') || 'nothing' : `stopped ${reader.left} bytes early`
}
const body = (...bytes: number[]) => outcome(walkBody, ...bytes, 0x0b)
const constant = (...bytes: number[]) => outcome(walkConstant, ...bytes, 0x0b)

/** 65,535 as LEB128, unsigned or signed. */
const INDEX = [0xff, 0xff, 0x03]
const MEMORY = [0x03, ...INDEX]
const ones = (count: number) => Array(count).fill(0xff)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

/** The instructions with a one-byte opcode: their immediates, and the feature that they belong to. */
const INSTRUCTIONS = new Map<number, { after: readonly number[]; feature?: Feature }>()
const add = (opcodes: readonly number[], after: readonly number[], feature?: Feature) => {
  for (const opcode of opcodes) INSTRUCTIONS.set(opcode, { after, ...(feature && { feature }) })
}
add([0x00, 0x01, 0x05, 0x0f, 0x1a, 0x1b, ...range(0x45, 0xbf)], [])
add(range(0xc0, 0xc4), [], 'sign-extension')
add([0x0c, 0x0d, 0x10, ...range(0x20, 0x24)], INDEX)
add([0x11], [...INDEX, ...INDEX])
add([0x12], INDEX, 'tail-call')
add([0x13], [...INDEX, ...INDEX], 'tail-call')
add([0x0e], [2, ...INDEX, ...INDEX, ...INDEX])
add([0x25, 0x26, 0xd2], INDEX, 'reference-types')
add(range(0x28, 0x3e), MEMORY)
add([0x3f, 0x40], [0])
add([0x41], INDEX)
add([0x42], [...ones(9), 0x00])
add([0x43], ones(4))
add([0x44], ones(8))
add([0xd0], [0x70], 'reference-types')
add([0xd1], [], 'reference-types')
add([0x1c], [2, 0x7f, 0x7c], 'reference-types')
/** Each is followed by a second opcode. */
const PREFIXES = [0xfc, 0xfd]
/** The instructions that begin or end a block. */
const BLOCKS = [0x02, 0x03, 0x04, 0x0b]

describe('a function body', () => {
  it.each(range(0, 255).filter((opcode) => !PREFIXES.includes(opcode) && !BLOCKS.includes(opcode)))(
    'with instruction 0x%x is read to its end or refused',
    (opcode) => {
      const known = INSTRUCTIONS.get(opcode)
      if (known) expect(body(opcode, ...known.after)).toBe(known.feature ?? 'nothing')
      else expect(body(opcode)).toMatch(/^E_ADMISSION_FEATURE/)
      // Truncated inside the instruction.
      if (known && known.after.length > 0)
        expect(outcome(walkBody, opcode, ...known.after.slice(0, -1))).toMatch(/^E_ADMISSION_MALFORMED/)
    },
  )

  it.each([
    ['exception handling', [0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f]],
    ['garbage collection', [0xd3, 0xd4, 0xd5, 0xd6, 0xfb]],
    ['typed function references', [0x14, 0x15]],
    ['threads', [0xfe]],
    ['an unknown instruction', [0x16, 0x17, 0x1d, 0x1e, 0x27, 0xc5, 0xcf, 0xd7, 0xfa, 0xff]],
  ])('with an instruction of %s is refused as such', (name, opcodes) => {
    for (const opcode of opcodes) expect(body(opcode), `0x${opcode.toString(16)}`).toContain(name)
  })

  it.each(range(0, 255))('with instruction 0xfc %i is read to its end or refused', (opcode) => {
    const number = opcode < 0x80 ? [opcode] : [(opcode & 0x7f) | 0x80, 1]
    const after = [...Array(8).fill([]), [...INDEX, 0], INDEX, [0, 0], [0], [...INDEX, ...INDEX], INDEX]
    after.push([...INDEX, ...INDEX], INDEX, INDEX, INDEX)
    const features = [...Array(8).fill('saturating-float-to-int'), ...Array(7).fill('bulk-memory')]
    const known = after[opcode]
    if (known === undefined) expect(body(0xfc, ...number)).toMatch(/^E_ADMISSION_FEATURE/)
    else expect(body(0xfc, ...number, ...known)).toBe(features[opcode] ?? 'reference-types')
  })

  it.each(range(0, 255))('with instruction 0xfd %i is read to its end', (opcode) => {
    const number = opcode < 0x80 ? [opcode] : [(opcode & 0x7f) | 0x80, 1]
    const within = (from: number, to: number) => opcode >= from && opcode <= to
    const after = [
      ...(within(0, 11) || within(84, 93) ? MEMORY : []),
      ...(within(12, 13) ? ones(16) : []),
      ...(within(21, 34) || within(84, 91) ? [0xff] : []),
    ]
    expect(body(0xfd, ...number, ...after)).toBe('simd')
  })

  it('with relaxed SIMD is refused', () => {
    expect(body(0xfd, 0xff, 0x01)).toBe('simd')
    expect(body(0xfd, 0x80, 0x02)).toContain('relaxed SIMD')
  })

  it.each([
    ['memory.size', [0x3f, 1]],
    ['memory.grow', [0x40, 1]],
    ['memory.init', [0xfc, 8, 0, 1]],
    ['memory.copy to another', [0xfc, 10, 1, 0]],
    ['memory.copy from another', [0xfc, 10, 0, 1]],
    ['memory.fill', [0xfc, 11, 1]],
    ['a load', [0x28, 0x40, 0, 0]],
  ])('that names a second memory in %s is refused', (_, bytes) => {
    expect(body(...bytes)).toContain('several memories')
  })

  it('may have a load with the largest alignment that names no memory', () => {
    expect(body(0x28, 0x3f, 0)).toBe('nothing')
  })

  it.each([
    ['ref.null', [0xd0]],
    ['select', [0x1c, 1]],
  ])('with unsupported types in %s is refused', (_, bytes) => {
    expect(body(...bytes, 0x63)).toContain('typed function references')
    expect(body(...bytes, 0x69)).toContain('exception handling')
    expect(body(...bytes, 0x74)).toContain('exception handling')
    expect(body(...bytes, 0x6e)).toContain('garbage collection')
  })

  it('ends with the end of its outermost block', () => {
    for (const block of [0x02, 0x03, 0x04]) {
      expect(body(block, 0x40, 0x0b)).toBe('nothing')
      expect(body(block, 0x7f, 0x0b)).toBe('nothing')
      expect(body(block, 0x7b, 0x0b)).toBe('simd')
      expect(body(block, 0x70, 0x0b)).toBe('reference-types')
      expect(body(block, ...INDEX, 0x0b)).toBe('multi-value')
      expect(body(block, 0x00, 0x0b)).toBe('multi-value')
      expect(body(block, 0x3f, 0x0b)).toBe('multi-value')
      expect(body(block, 0x63, 0x0b)).toContain('typed function references')
      expect(body(block, 0xff, 0x7f, 0x0b)).toContain('a block type is negative')
      expect(body(block, 0x40)).toContain('unexpected end')
      // 2^32, which does not fit into 33 bits with a sign.
      expect(body(block, 0x80, 0x80, 0x80, 0x80, 0x10, 0x0b)).toContain('exceeds its width')
    }
    expect(body(0x02, 0x40, 0x03, 0x40, 0x0b, 0x0b)).toBe('nothing')
    expect(outcome(walkBody, 0x0b, 0x01)).toContain('trailing bytes in a function body')
    expect(outcome(walkBody)).toContain('unexpected end')
  })

  it('may have only so many nested blocks', () => {
    // The function itself counts as one.
    const nested = (count: number) => [...Array(count).fill([0x02, 0x40]).flat(), ...Array(count).fill(0x0b)]
    const most = LIMITS['nested blocks'] - 1
    expect(body(...nested(most))).toBe('nothing')
    expect(body(...nested(most + 1))).toMatch(/^E_ADMISSION_LIMIT/)
  })

  it('may have only so many branches of a br_table, without the default', () => {
    const table = (count: number) => [
      0x0e,
      (count & 0x7f) | 0x80,
      ((count >> 7) & 0x7f) | 0x80,
      count >> 14,
      ...Array(count + 1).fill(0x02),
    ]
    expect(body(...table(LIMITS['branches of one br_table']))).toBe('nothing')
    expect(body(...table(LIMITS['branches of one br_table'] + 1))).toMatch(/^E_ADMISSION_LIMIT/)
  })
})

describe('a constant expression', () => {
  const plain = [0x23, 0x41, 0x42, 0x43, 0x44, 0xd0, 0xd2]
  const extended = [0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e]
  it.each(range(0, 255).filter((opcode) => opcode !== 0x0b && opcode !== 0xfd))(
    'with instruction 0x%x is read to its end or refused',
    (opcode) => {
      const { after = [], feature } = INSTRUCTIONS.get(opcode) ?? {}
      if (extended.includes(opcode)) expect(constant(opcode)).toBe('extended-const')
      else if (plain.includes(opcode)) expect(constant(opcode, ...after)).toBe(feature ?? 'nothing')
      else expect(constant(opcode, ...after)).toContain(`instruction 0x${opcode.toString(16)} in a constant`)
    },
  )

  it('may have a v128.const, but no other vector instruction', () => {
    expect(constant(0xfd, 12, ...ones(16))).toBe('simd')
    expect(constant(0xfd, 13, ...ones(16))).toContain('in a constant')
    expect(constant(0xfd, 11, ...MEMORY)).toContain('in a constant')
  })

  it('may have several instructions, and ends at the first end', () => {
    expect(constant(0x41, 1, 0x41, 2, 0x6a)).toBe('extended-const')
    expect(outcome(walkConstant, 0x41, 1, 0x0b, 0x01)).toBe('stopped 1 bytes early')
    expect(outcome(walkConstant, 0x41, 1)).toContain('unexpected end')
  })
})

describe('a type', () => {
  const values = new Map<number, string>([
    [0x7f, 'nothing'],
    [0x7e, 'nothing'],
    [0x7d, 'nothing'],
    [0x7c, 'nothing'],
    [0x7b, 'simd'],
    [0x70, 'reference-types'],
    [0x6f, 'reference-types'],
  ])
  it.each(range(0, 255))('0x%x of a value is read or refused', (type) => {
    const found = outcome((reader, findings) => valueType(reader, findings), type)
    expect(found).toMatch(
      values.get(type) ?? new RegExp(`^E_ADMISSION_FEATURE.*value type 0x${type.toString(16)}\\) at byte 0`),
    )
  })

  it.each(range(0, 255))('0x%x of a reference is read or refused', (type) => {
    const found = outcome((reader) => referenceType(reader), type)
    expect(found).toMatch(type === 0x70 || type === 0x6f ? 'nothing' : /^E_ADMISSION_FEATURE/)
  })
})
