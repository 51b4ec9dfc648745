/** An endless loop, in `run` or in the start section, is ended by a time limit or by `stop`. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('an endless loop', async (arena) => {
  expect(await arena.outcomeOf('spin.wat', { cpuLimit: 200 })).toMatchObject({ ended: { kind: 'deadline' } })
  expect(await arena.outcomeOf('spin-in-start.wat', { startTimeout: 400 })).toMatchObject({
    refused: 'E_ENCLAVE_BOOT',
  })
  // The control: without a limit it runs until it is stopped.
  const enclave = await arena.start('spin.wat')
  for (let count = 0; count < 30; count++) await arena.bystander.run('return 0')
  expect(enclave.state).toBe('running')
  expect(await enclave.stop()).toMatchObject({ kind: 'killed' })
})
