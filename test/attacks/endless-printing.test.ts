/** The console of a guest that prints endlessly keeps the newest output, and the guest can be stopped. */
import { expect } from 'vitest'
import { CONSOLE_LENGTH } from '../../src/boundary/shared-memory.ts'
import { attack } from './arena.ts'

/** Calls of another enclave meanwhile. */
const BYSTANDER_CALLS = 30

attack('endless printing', async (arena) => {
  const enclave = await arena.start('chatty.wat', { debug: true })
  for (let count = 0; count < BYSTANDER_CALLS; count++) await arena.bystander.run('return 0')
  while (enclave.console().length < CONSOLE_LENGTH) await arena.bystander.run('return 0')
  expect(enclave.state).toBe('running')
  expect(await enclave.stop()).toMatchObject({ kind: 'killed' })
  const output = enclave.console()
  expect(output.length).toBe(CONSOLE_LENGTH)
  // All lines are complete, except at the ends of the buffer and where the guest was writing.
  const incomplete = output.split('\n').filter((line) => line !== 'one line of many')
  expect(incomplete.length).toBeLessThanOrEqual(3)
})
