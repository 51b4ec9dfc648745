/** Endless table.grow gets -1. Without a limit it would abort Node. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

const ELEMENTS = 1_000_000

attack('a table.grow bomb', async (arena) => {
  expect(await arena.outcomeOf('table-bomb.wat')).toEqual({ ended: { kind: 'exited', status: 0 } })
  // The control: a table without a maximum grows beyond that.
  const unlimited = new WebAssembly.Table({ initial: 1, element: 'anyfunc' })
  expect(unlimited.grow(ELEMENTS)).toBe(1)
})
