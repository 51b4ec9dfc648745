/** The queue of a listener that never accepts is bounded: further connections are refused. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

const BACKLOG = 16
const TRIES = 100

attack('flooding an accept queue', async (arena) => {
  const enclave = await arena.start('never-accepts.ts')
  const outcomes = await Promise.allSettled(Array.from({ length: TRIES }, () => enclave.connect(5000)))
  const accepted = outcomes.filter(({ status }) => status === 'fulfilled').length
  const refused = outcomes.filter(
    (one) => one.status === 'rejected' && (one.reason as { code?: string }).code === 'E_VSOCK_REFUSED',
  ).length
  // The control: the queue takes as many as it may hold.
  expect([accepted, refused]).toEqual([BACKLOG, TRIES - BACKLOG])
})
