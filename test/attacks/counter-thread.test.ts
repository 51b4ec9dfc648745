/** A guest cannot measure time with a counting thread: it has no shared memory, and its clocks show milliseconds. */
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
  // A finer clock needs both: the image must request it and the parent must grant it.
  const manifest = { fineClock: true }
  const ungranted = await arena.start('clock-watcher.ts', { debug: true, manifest })
  await ungranted.exited
  expect(ungranted.console()).toContain('fractions 0')
  const granted = await arena.start('clock-watcher.ts', { debug: true, manifest, fineClock: true })
  await granted.exited
  expect(granted.console()).not.toContain('fractions 0')
})
