/** memory.grow without end gets -1 at what the enclave was given. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

const PAGES = 2000

attack('a memory.grow bomb', async (arena) => {
  expect(await arena.outcomeOf('memory-bomb.wat')).toEqual({ ended: { kind: 'exited', status: 0 } })
  // The control: a memory without a maximum written into it does grow beyond that.
  const free = new WebAssembly.Memory({ initial: 1 })
  expect(free.grow(PAGES)).toBe(1)
})
