/** A guest that prints without end: its console keeps the newest of it, and it is stopped like any other. */
import { expect } from 'vitest'
import { CONSOLE_LENGTH } from '../../src/boundary/shared-memory.ts'
import { attack } from './arena.ts'

/** Questions to another enclave meanwhile. */
const QUESTIONS = 30

attack('printing without end', async (arena) => {
  const enclave = await arena.start('chatty.wat', { debug: true })
  for (let count = 0; count < QUESTIONS; count++) await arena.bystander.run('return 0')
  while (enclave.console().length < CONSOLE_LENGTH) await arena.bystander.run('return 0')
  expect(enclave.state).toBe('running')
  expect(await enclave.stop()).toMatchObject({ kind: 'killed' })
  const said = enclave.console()
  expect(said.length).toBe(CONSOLE_LENGTH)
  // Whole lines, but where the ring was cut, or is being written just when it is read.
  const odd = said.split('\n').filter((line) => line !== 'one line of many')
  expect(odd.length).toBeLessThanOrEqual(3)
})
