/** Handles are limited: too many connections and listeners get an error code, too many pollables a trap. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('handle exhaustion', async (arena) => {
  using _ = arena.parent.listen(8000, () => {})
  const enclave = await arena.start('handles.ts', { debug: true })
  expect(await enclave.exited).toMatchObject({ kind: 'trapped' })
  const [, connections, listeners] = /connections (\d+) listeners (\d+)/.exec(enclave.console()) ?? []
  // The control: a guest gets some of each.
  expect(Number(connections)).toBeGreaterThan(100)
  expect(Number(connections)).toBeLessThanOrEqual(1024)
  expect(Number(listeners)).toBe(256)
})
