/** A load beyond the end of the guest's memory traps. */
import { expect } from 'vitest'
import { attack, component } from './arena.ts'

attack('reading the parent’s memory', async (arena) => {
  expect(await arena.outcomeOf('peek.wat')).toMatchObject({
    ended: { kind: 'trapped', message: expect.stringMatching(/out of bounds/) },
  })
  // The control: a load within memory does not trap.
  const honest = await component(`(memory 1) (func (export "run") (result i32) (i32.load (i32.const 65532)))`)
  expect(await arena.outcomeOf(honest)).toEqual({ ended: { kind: 'exited', status: 0 } })
})
