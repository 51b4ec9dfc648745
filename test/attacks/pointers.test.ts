/** Addresses and lengths outside memory, in every import that takes them, trap the guest and affect nothing else. */
import { expect } from 'vitest'
import { attack } from './arena.ts'
import { endOfCall, endsOfCalls } from './caller.ts'
import { ALL_HONEST, CALLS } from './calls.ts'

/**
 * jco's own code reads the lists of these imports. Instead of trapping, it truncates a list at the end of the guest's
 * memory, so the host gets fewer bytes, and only bytes of the guest.
 */
const TRUNCATED = ['extend-pcr', 'lock-pcrs', 'get-attestation', '[method]descriptor.write']
/** Every fifth call for processes: both isolations have the same code, and a process for each call takes longer. */
const STEP = { worker: 1, process: 5 }

const LIES = CALLS.filter(({ lie }) => lie !== undefined)

attack('pointers outside memory', async ({ isolation }) => {
  const some = LIES.filter((_, at) => at % STEP[isolation] === 0)
  for (const end of await endsOfCalls(isolation, some)) {
    const isTruncated = TRUNCATED.includes(end.name) && !end.lie?.startsWith('result')
    expect(isTruncated ? ['trapped', 'exited'] : ['trapped'], JSON.stringify(end)).toContain(end.kind)
  }
  // The control: every call with valid arguments is answered.
  expect(await endOfCall(isolation, ALL_HONEST)).toEqual({ kind: 'exited', status: 0 })
})
