/** A guest's memory, accessed by the guest's pointers and lengths: all of it is accessible, and nothing beyond it. */
import { describe, expect, test } from 'vitest'
import { allocate, giveBytes, guestBytes, guestRecord } from '../../src/kernel/guest-memory.ts'
import { guest } from './rig.ts'

const PAGE = 65536
const outside = /out of bounds/

describe('bytes', () => {
  test('are a view of the memory, up to its last byte', () => {
    const { memory, bytesAt } = guest()
    guestBytes(memory, PAGE - 2, 2).set([1, 2])
    expect([...bytesAt(PAGE - 2, 2)]).toEqual([1, 2])
    expect(guestBytes(memory, 0, PAGE)).toHaveLength(PAGE)
    expect(guestBytes(memory, PAGE, 0)).toHaveLength(0)
    expect(guestBytes(memory, 7, 0)).toHaveLength(0)
  })

  test.each([
    [PAGE - 1, 2],
    [PAGE, 1],
    [PAGE + 1, 0],
    [0, PAGE + 1],
    [-1, 0],
    [-1, 1],
    [0, -1],
    [1, -1],
    [-1, -1],
    [1, 2 ** 32],
  ])('at %d with length %d are out of bounds', (pointer, length) => {
    expect(() => guestBytes(guest().memory, pointer, length)).toThrow(outside)
    expect(() => guestBytes(guest().memory, pointer, length)).toThrow(WebAssembly.RuntimeError)
  })

  test('of 2 GiB, which the guest passes as a negative number, are out of bounds of a smaller memory', () => {
    const memory = { buffer: { byteLength: 2 ** 30 } } as WebAssembly.Memory
    expect(() => guestBytes(memory, 0, -(2 ** 31))).toThrow(outside)
  })
})

describe('a record', () => {
  test('is little-endian, with offsets from its start', () => {
    const { memory, view } = guest()
    const record = guestRecord(memory, 100, 24)
    record.setUint8(1, 0xfe)
    record.setUint32(4, 0x01020304)
    record.setInt32(8, -2)
    record.setBigUint64(16, 0x0102030405060708n)
    expect(view.getUint8(101)).toBe(0xfe)
    expect(view.getUint32(104, true)).toBe(0x01020304)
    expect(view.getInt32(108, true)).toBe(-2)
    expect(view.getBigUint64(116, true)).toBe(0x0102030405060708n)
    expect(record.getInt32(4)).toBe(0x01020304)
    expect(record.getInt32(8)).toBe(-2)
  })

  test('must not extend beyond the memory', () => {
    const { memory } = guest()
    guestRecord(memory, PAGE - 12, 12).setUint32(8, 1)
    expect(() => guestRecord(memory, PAGE - 11, 12)).toThrow(WebAssembly.RuntimeError)
    expect(() => guestRecord(memory, PAGE - 11, 12)).toThrow(outside)
    expect(() => guestRecord(memory, -4, 12)).toThrow(outside)
  })

  test('uses the current memory, even after it has grown', () => {
    const [one, other] = [guest(), guest()]
    guestRecord(one.memory, 0, 4).setUint32(0, 1)
    guestRecord(other.memory, 0, 4).setUint32(0, 2)
    one.memory.grow(1)
    guestRecord(one.memory, 4, 4).setUint32(0, 3)
    guestRecord(one.memory, PAGE + 4, 4).setUint32(0, 4)
    expect([...new Uint32Array(one.memory.buffer, 0, 2)]).toEqual([1, 3])
    expect([...new Uint32Array(other.memory.buffer, 0, 2)]).toEqual([2, 0])
  })
})

describe('a result for a guest', () => {
  test('is written to memory that its realloc allocates', () => {
    const { context, bytesAt, allocations } = guest()
    const pointer = giveBytes(context, Uint8Array.of(1, 2, 3), 4)
    expect(pointer).toBe(4096)
    expect([...bytesAt(4096, 4)]).toEqual([1, 2, 3, 0])
    expect(allocations).toEqual([[0, 0, 4, 3]])
  })

  test('needs no memory if it is empty', () => {
    const { context, allocations } = guest()
    expect(giveBytes(context, new Uint8Array(0), 8)).toBe(8)
    expect(allocate(context, 0, 4)).toBe(4)
    expect(allocations).toEqual([])
  })

  test('is not written if the realloc returns an invalid address', () => {
    const { context } = guest()
    const lying = (pointer: number) => ({ ...context, realloc: () => pointer })
    expect(() => allocate(lying(4098), 8, 4)).toThrow('unaligned')
    expect(allocate(lying(4098), 8, 2)).toBe(4098)
    expect(allocate(lying(-4), 8, 4)).toBe(2 ** 32 - 4)
    expect(() => giveBytes(lying(-4), Uint8Array.of(1), 4)).toThrow(outside)
    expect(() => giveBytes(lying(PAGE - 1), Uint8Array.of(1, 2), 1)).toThrow(outside)
    expect(giveBytes(lying(PAGE - 2), Uint8Array.of(1, 2), 1)).toBe(PAGE - 2)
  })
})
