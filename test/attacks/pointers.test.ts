/** Addresses and lengths outside memory, in every import that takes one: the guest is trapped, and nothing else is. */
import { expect } from 'vitest'
import { attack } from './arena.ts'
import { endOfCall, endsOfCalls } from './caller.ts'
import { ALL_HONEST, CALLS } from './calls.ts'

/**
 * Their lists of numbers are read by jco's own code, which cuts what leads beyond the guest's memory in place of a trap:
 * the guest gives fewer bytes, and only of its own.
 */
const CUT = ['extend-pcr', 'lock-pcrs', 'get-attestation', '[method]descriptor.write']
/** The same code answers in both isolations: a process for each call would only take longer. */
const EVERY = { worker: 1, process: 5 }

const LIES = CALLS.filter(({ lie }) => lie !== undefined)

attack('pointers outside memory', async ({ isolation }) => {
  const some = LIES.filter((_, at) => at % EVERY[isolation] === 0)
  for (const end of await endsOfCalls(isolation, some)) {
    const isCut = CUT.includes(end.name) && !end.lie?.startsWith('result')
    expect(isCut ? ['trapped', 'exited'] : ['trapped'], JSON.stringify(end)).toContain(end.kind)
  }
  // The control: every call without a lie is answered.
  expect(await endOfCall(isolation, ALL_HONEST)).toEqual({ kind: 'exited', status: 0 })
})
