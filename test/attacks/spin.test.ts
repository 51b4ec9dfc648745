/** Spinning, in `run` and before it, is ended by a limit, or by a stop. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('spinning', async (arena) => {
  expect(await arena.outcomeOf('spin.wat', { cpuLimit: 200 })).toMatchObject({ ended: { kind: 'deadline' } })
  expect(await arena.outcomeOf('spin-in-start.wat', { startTimeout: 400 })).toMatchObject({
    refused: 'E_ENCLAVE_BOOT',
  })
  // The control: without a limit it spins until it is stopped.
  const enclave = await arena.start('spin.wat')
  for (let count = 0; count < 30; count++) await arena.bystander.run('return 0')
  expect(enclave.state).toBe('running')
  expect(await enclave.stop()).toMatchObject({ kind: 'killed' })
})
