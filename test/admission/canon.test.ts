/** Every canonical definition (component model, Binary.md) is read to its last byte, or refused with its feature. */
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/admission/byte-reader.ts'
import { readCanon } from '../../src/admission/canon.ts'
import { type Findings, newFindings } from '../../src/admission/instructions.ts'
import { Scope } from '../../src/admission/scope.ts'
import type { EnclaveError } from '../../src/base/error.ts'

const INDEX = [0xff, 0xff, 0x03]
const NO_OPTIONS = [0]
const ALL_OPTIONS = [8, 0, 1, 2, 3, ...INDEX, 4, ...INDEX, 5, ...INDEX, 6, 7, ...INDEX]

/** A scope with 65,535 function types, and one value type at `INDEX`. */
function scopeOf(findings: Findings): Scope {
  const scope = new Scope(findings)
  for (let index = 0; index < 0xffff; index++) scope.add('type', { kind: 'function', text: 'f', size: 3 })
  scope.add('type', { kind: 'value', text: 'v', size: 5 })
  return scope
}

const findings = newFindings()
const scope = scopeOf(findings)

function outcome(...bytes: number[]): string {
  const reader = new ByteReader(Uint8Array.from(bytes))
  try {
    readCanon(reader, scope, newFindings().tally)
  } catch (error) {
    const { code, message } = error as EnclaveError
    return `${code}: ${message}`
  }
  return reader.done ? 'done' : `stopped ${reader.left} bytes early`
}

const KNOWN = new Map<number, readonly (readonly number[])[]>([
  [
    0x00,
    [
      [0, ...INDEX, ...NO_OPTIONS, ...INDEX],
      [0, ...INDEX, ...ALL_OPTIONS, ...INDEX],
    ],
  ],
  [
    0x01,
    [
      [0, ...INDEX, ...NO_OPTIONS],
      [0, ...INDEX, ...ALL_OPTIONS],
    ],
  ],
  ...[0x02, 0x03, 0x04].map((opcode) => [opcode, [INDEX]] as const),
  ...[0x05, 0x0d, 0x1f, 0x22, 0x23, 0x24, 0x25].map((opcode) => [opcode, [[]]] as const),
  ...[0x06, 0x0c].map((opcode) => [opcode, [[0], [1]]] as const),
  [
    0x09,
    [
      [0, 0x7f, ...NO_OPTIONS],
      [0, ...INDEX, ...ALL_OPTIONS],
      [1, 0, ...NO_OPTIONS],
    ],
  ],
  ...[0x0a, 0x0b].map((opcode) => [opcode, [[0x7f, ...INDEX]]] as const),
  ...[0x20, 0x21].map(
    (opcode) =>
      [
        opcode,
        [
          [0, ...INDEX],
          [1, ...INDEX],
        ],
      ] as const,
  ),
])

describe('a canonical definition', () => {
  it.each(Array.from({ length: 256 }, (_, opcode) => opcode))('0x%x is read or refused', (opcode) => {
    const known = KNOWN.get(opcode)
    if (known === undefined) expect(outcome(opcode)).toMatch(/^E_ADMISSION_FEATURE/)
    for (const after of known ?? []) {
      expect(outcome(opcode, ...after)).toBe('done')
      if (after.length > 0) expect(outcome(opcode, ...after.slice(0, -1))).toMatch(/^E_ADMISSION_MALFORMED/)
    }
  })

  it.each([
    ['streams', 0x0e, 0x14],
    ['futures', 0x15, 0x1b],
    ['error contexts', 0x1c, 0x1e],
    ['threads', 0x26, 0xff],
    ['unknown', 0x07, 0x08],
  ])('of %s, 0x%x to 0x%x, is refused as such', (family, from, to) => {
    for (const opcode of [from, to])
      expect(outcome(opcode)).toMatch(new RegExp(`\\(${family}\\)|uses ${family}, which are of WASI 0.3`))
  })

  it.each([
    ['a lift of an unknown kind', [0x00, 1, 0, 0, 0]],
    ['a lower of an unknown kind', [0x01, 1, 0, 0]],
    ['a flag that is neither 0 nor 1', [0x06, 2]],
    ['a result of an unknown form', [0x09, 2, 0, 0]],
    ['named results that are not empty', [0x09, 1, 1, 0]],
  ])('with %s is malformed', (_, bytes) => {
    expect(outcome(...bytes)).toMatch(/^E_ADMISSION_MALFORMED/)
  })

  it('with an unknown option is refused', () => {
    expect(outcome(0x01, 0, 0, 1, 8)).toContain('canonical option 0x8')
  })
})

describe('converted values', () => {
  const converted = (...bytes: number[]) => {
    const { tally } = newFindings()
    readCanon(new ByteReader(Uint8Array.from(bytes)), scope, tally)
    return tally.readings.find(({ item }) => item === 'converted values')!.value
  }

  it('are counted for a lift and a task.return, with the maximum for an unknown function', () => {
    expect(converted(0x00, 0, 0, ...NO_OPTIONS, 7)).toBe(3)
    expect(converted(0x00, 0, 0, ...NO_OPTIONS, ...INDEX)).toBe(5)
    expect(converted(0x09, 0, ...INDEX, ...NO_OPTIONS)).toBe(5)
    expect(converted(0x09, 1, 0, ...NO_OPTIONS)).toBe(0)
    expect(converted(0x01, 0, 0xff, 0x7f, ...NO_OPTIONS)).toBe(1000)
  })

  it('are counted for a lower, here of the function that was lifted first', () => {
    const own = new Scope(newFindings())
    own.add('type', { kind: 'function', text: 'f', size: 9 })
    const { tally } = newFindings()
    for (const bytes of [
      [0x00, 0, 0, 0, 0],
      [0x01, 0, 0, 0],
    ])
      readCanon(new ByteReader(Uint8Array.from(bytes)), own, tally)
    expect(tally.readings.find(({ item }) => item === 'converted values')!.value).toBe(18)
  })
})
