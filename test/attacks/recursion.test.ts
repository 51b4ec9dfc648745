/** Endless recursion overflows only the stack of its own enclave. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('endless recursion', async (arena) => {
  expect(await arena.outcomeOf('recursion.wat')).toMatchObject({ ended: { kind: 'stack-overflow' } })
})
