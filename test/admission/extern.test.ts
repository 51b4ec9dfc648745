/** Sorts and names of imports, exports, aliases and arguments (component model, Binary.md) are read or refused. */
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/admission/byte-reader.ts'
import { coreSort, externName, sort } from '../../src/admission/extern.ts'
import type { EnclaveError } from '../../src/base/error.ts'

function outcome(read: (reader: ByteReader) => unknown, ...bytes: number[]): unknown {
  const reader = new ByteReader(Uint8Array.from(bytes))
  try {
    const result = read(reader)
    return reader.done ? (result ?? 'done') : `stopped ${reader.left} bytes early`
  } catch (error) {
    return (error as EnclaveError).message
  }
}

const all = Array.from({ length: 256 }, (_, byte) => byte)

describe('a sort', () => {
  const known = new Map([
    [1, 'function'],
    [3, 'type'],
    [5, 'instance'],
  ])
  it.each(all.filter((kind) => kind !== 0))('0x%x is read or refused', (kind) => {
    const name = { 2: 'values', 4: 'components' }[kind] ?? `sort 0x${kind.toString(16)}`
    expect(outcome(sort, kind)).toEqual(
      known.get(kind) ??
        expect.stringContaining(
          `E_ADMISSION_FEATURE: the component uses aliases or arguments of ${name} at byte 0`,
        ),
    )
  })

  it.each(all)('of a core module, 0x%x, is read or refused', (kind) => {
    const passes = kind <= 3 || kind === 0x10 || kind === 0x12
    const name = kind === 0x11 ? 'core modules' : `core sort 0x${kind.toString(16)}`
    const refused = (at: number) =>
      expect.stringContaining(
        `E_ADMISSION_FEATURE: the component uses aliases or arguments of ${name} at byte ${at}`,
      )
    expect(outcome(coreSort, kind)).toEqual(passes ? 'done' : refused(0))
    expect(outcome(sort, 0, kind)).toEqual(passes ? 'core' : refused(1))
  })
})

describe('a name', () => {
  it('is read only in its plain form', () => {
    expect(outcome(externName, 0, 1, 0x61)).toBe('a')
    expect(outcome(externName, 1, 1, 0x61)).toContain(
      'E_ADMISSION_FEATURE: the component uses a name in the form of early toolchains (0x01) at byte 0',
    )
    expect(outcome(externName, 0, 1, 0x22)).toMatch(/^E_ADMISSION_NAME/)
    expect(outcome(externName, 0, 2, 0x61)).toMatch(/^E_ADMISSION_MALFORMED/)
  })
})
