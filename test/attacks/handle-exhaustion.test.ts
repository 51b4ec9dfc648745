/** Handles are counted: connections and listeners are refused by their code, pollables trap. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('handle exhaustion', async (arena) => {
  using _ = arena.parent.listen(8000, () => {})
  const enclave = await arena.start('handles.ts', { debug: true })
  expect(await enclave.exited).toMatchObject({ kind: 'trapped' })
  const [, connections, listeners] = /connections (\d+) listeners (\d+)/.exec(enclave.console()) ?? []
  // The control: some of each could be had.
  expect(Number(connections)).toBeGreaterThan(100)
  expect(Number(connections)).toBeLessThanOrEqual(1024)
  expect(Number(listeners)).toBe(256)
})
