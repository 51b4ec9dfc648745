/** table.grow without end, which aborts a whole Node where it is not bounded, gets -1. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

const ELEMENTS = 1_000_000

attack('a table.grow bomb', async (arena) => {
  expect(await arena.outcomeOf('table-bomb.wat')).toEqual({ ended: { kind: 'exited', status: 0 } })
  // The control: a table without a maximum does grow beyond that.
  const free = new WebAssembly.Table({ initial: 1, element: 'anyfunc' })
  expect(free.grow(ELEMENTS)).toBe(1)
})
