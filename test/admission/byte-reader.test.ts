/** LEB128 integers and names of WebAssembly's binary format (§5.2) at their limits. */
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/admission/byte-reader.ts'
import { u32 } from '../../src/admission/rewrite.ts'
import { refused } from './support.ts'

const reader = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes))

describe('u32', () => {
  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
    [5, [0x85, 0x80, 0x80, 0x80, 0]],
  ])('reads %i', (value, bytes) => {
    const input = reader(...bytes)
    expect(input.u32()).toBe(value)
    expect(input.done).toBe(true)
  })

  it.each([
    [[0xff, 0xff, 0xff, 0xff, 0x1f]],
    [[0x80, 0x80, 0x80, 0x80, 0x10]],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0]],
    [[0x80]],
    [[]],
  ])('refuses %j', (bytes) => {
    expect(() => reader(...bytes).u32()).toThrow('E_ADMISSION_MALFORMED')
  })

  it('is written in the shortest form', () => {
    expect(u32(0)).toEqual([0])
    expect(u32(128)).toEqual([0x80, 1])
    expect(u32(0xffff_ffff)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f])
  })
})

describe('signed integers', () => {
  it.each([
    [32, [0x7f], true],
    [32, [0x3f], false],
    [32, [0x80, 0x80, 0x80, 0x80, 0x78], true],
    [33, [0x80, 0x80, 0x80, 0x80, 0x0f], false],
    [64, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f], true],
  ] as const)('of %i bits are read from %j', (bits, bytes, negative) => {
    expect(reader(...bytes).signed(bits)).toBe(negative)
  })

  it.each([
    [32, [0x80, 0x80, 0x80, 0x80, 0x70]],
    [32, [0x80, 0x80, 0x80, 0x80, 0x08]],
    [64, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    [33, [0x80, 0x80, 0x80, 0x80, 0x80, 0]],
  ] as const)('of %i bits are refused in %j', (bits, bytes) => {
    expect(() => reader(...bytes).signed(bits)).toThrow('E_ADMISSION_MALFORMED')
  })
})

it('a name must be UTF-8', () => {
  expect(() => reader(2, 0xc3, 0x28).name(9)).toThrow('not valid UTF-8')
})

it('an unknown option of a canonical definition is refused', () => {
  const lower = [8, 6, 1, 1, 0, 0, 1, 8]
  const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...lower])
  expect(refused(bytes)).toMatchObject({ code: 'E_ADMISSION_FEATURE', got: 'canonical option 0x8' })
})
