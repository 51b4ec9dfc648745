/** Recursion without end is a stack overflow of its own enclave. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('recursion without end', async (arena) => {
  expect(await arena.outcomeOf('recursion.wat')).toMatchObject({ ended: { kind: 'stack-overflow' } })
})
