/** The registers in the picture: their values are the bank's, their history is what the kept calls tell. */
import { expect, test } from 'vitest'
import type { ShownCall, ShownRegister } from '../../../web/host/report.ts'
import { hasOlder, rangesOf, registersOf } from '../../../web/picture/registers.ts'

const ZERO = '0'.repeat(96)
const A = 'a'.repeat(96)
const B = 'b'.repeat(96)

/** 32 registers as at the start, but for `values`. */
const bank = (values: Record<number, string>): ShownRegister[] =>
  Array.from({ length: 32 }, (_, index) => ({ isLocked: index < 16, value: values[index] ?? ZERO }))

const extended = (number: number, index: number, value: string): ShownCall => ({
  number,
  time: 0,
  call: 'ExtendPCR',
  pcrs: [index],
  value,
})
const random = (number: number): ShownCall => ({ number, time: 0, call: 'GetRandom' })

test('a register that was extended has the values before, from zero on', () => {
  const calls = [random(0), extended(1, 16, A), extended(2, 16, B)]
  const registers = registersOf(bank({ 0: A, 16: B }), calls)
  expect(registers[16]).toEqual({ index: 16, isLocked: false, value: B, history: [ZERO, A], isWhole: true })
  expect(registers[0]).toMatchObject({ value: A, isLocked: true, history: [] })
})

test('a call that failed is not in the history', () => {
  const failed: ShownCall = { number: 0, time: 0, call: 'ExtendPCR', pcrs: [3], error: 'ReadOnlyIndex' }
  expect(registersOf(bank({}), [failed])[3]!.history).toEqual([])
})

test('if older calls are not kept, values and locks are right, and the history is not said to be whole', () => {
  const locked = bank({ 16: B, 17: A }).map((register, index) =>
    index === 17 ? { ...register, isLocked: true } : register,
  )
  // Of more than 500 calls the newest are left: the second extension of PCR16, and none of PCR17.
  const calls = [extended(900, 16, A), random(901), extended(902, 16, B)]
  expect(hasOlder(calls)).toBe(true)
  const registers = registersOf(locked, calls)
  expect(registers[16]).toMatchObject({ value: B, history: [A], isWhole: false })
  expect(registers[17]).toMatchObject({ value: A, isLocked: true, history: [], isWhole: false })
})

test('calls that were skipped between two looks are missing too', () => {
  expect(hasOlder([random(0), random(1)])).toBe(false)
  expect(hasOlder([random(0), random(400)])).toBe(true)
  expect(hasOlder([])).toBe(false)
})

test('neighbours to which nothing has happened are shown as one', () => {
  const ranges = rangesOf(registersOf(bank({ 0: A, 20: B }), [])).map(({ first, last }) => [
    first.index,
    last.index,
  ])
  expect(ranges).toEqual([
    [0, 0],
    [1, 15],
    [16, 19],
    [20, 20],
    [21, 31],
  ])
})
