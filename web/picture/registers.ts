/** The registers of an enclave as they are, with the history that the recorded calls tell. */
import type { ShownCall, ShownRegister } from '../host/report.ts'

const ZERO = '0'.repeat(96)

/** A PCR now. */
export interface Register extends ShownRegister {
  readonly index: number
  /** The values it had before, oldest first, as far as they are known. */
  readonly history: readonly string[]
  /** Whether the history begins with the start of the enclave. */
  readonly isWhole: boolean
}

/** Registers that are shown as one, because nothing has happened to them; the first and the last. */
export interface Range {
  readonly first: Register
  readonly last: Register
}

/** The registers in their order, where neighbours that are zero and equally locked are together. */
export function rangesOf(registers: readonly Register[]): Range[] {
  const ranges: Range[] = []
  for (const register of registers) {
    const before = ranges.at(-1)
    if (before && isIdle(before.last) && isIdle(register) && before.last.isLocked === register.isLocked)
      ranges[ranges.length - 1] = { first: before.first, last: register }
    else ranges.push({ first: register, last: register })
  }
  return ranges
}

const isIdle = ({ value, history }: Register) => value === ZERO && history.length === 0

/** Whether there were calls before or between `calls` that are not kept. */
export const hasOlder = (calls: readonly ShownCall[]): boolean =>
  calls.some(({ number }, at) => number !== at)

/** The registers with what `calls` tell of their earlier values. */
export function registersOf(registers: readonly ShownRegister[], calls: readonly ShownCall[]): Register[] {
  const isWhole = !hasOlder(calls)
  return registers.map((register, index) => {
    const results = calls
      .filter(({ call, pcrs, error }) => call === 'ExtendPCR' && error === undefined && pcrs?.[0] === index)
      .map(({ value }) => value!)
    // Only the program's own are extended, and they begin with zero.
    const values = isWhole && results.length > 0 ? [ZERO, ...results] : results
    return { ...register, index, history: values.slice(0, -1), isWhole }
  })
}
