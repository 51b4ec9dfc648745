/** No thread can count for a clock: there is no shared memory to count in, and the clocks show milliseconds. */
import { expect } from 'vitest'
import { attack, component } from './arena.ts'

const RUN = '(func (export "run") (result i32) (i32.const 0))'

attack('timing with a counter thread', async (arena) => {
  const shared = await component(`(memory 1 2 shared) ${RUN}`)
  expect(await arena.outcomeOf(shared)).toMatchObject({ refused: 'E_ADMISSION_FEATURE' })
  const enclave = await arena.start('clock-watcher.ts', { debug: true })
  await enclave.exited
  expect(enclave.console()).toContain('Worker undefined fractions 0')
  // The control: time does pass there.
  expect(enclave.console()).toMatch(/steps [1-9]/)
  // Finer time takes both: an image that asks, and a parent that grants.
  const manifest = { fineClock: true }
  const ungranted = await arena.start('clock-watcher.ts', { debug: true, manifest })
  await ungranted.exited
  expect(ungranted.console()).toContain('fractions 0')
  const granted = await arena.start('clock-watcher.ts', { debug: true, manifest, fineClock: true })
  await granted.exited
  expect(granted.console()).not.toContain('fractions 0')
})
