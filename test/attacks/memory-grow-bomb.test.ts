/** Endless memory.grow gets -1 at the limit of the enclave's memory. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

const PAGES = 2000

attack('a memory.grow bomb', async (arena) => {
  expect(await arena.outcomeOf('memory-bomb.wat')).toEqual({ ended: { kind: 'exited', status: 0 } })
  // The control: a memory without a maximum grows beyond that.
  const unlimited = new WebAssembly.Memory({ initial: 1 })
  expect(unlimited.grow(PAGES)).toBe(1)
})
