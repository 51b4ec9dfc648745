/** A guest that calls imports from `cabi_realloc`, while another call is being answered, breaks and blocks nothing. */
import { expect } from 'vitest'
import { attack } from './arena.ts'
import { endsOfCalls } from './caller.ts'
import { honestCall, type Realloc } from './calls.ts'

const CALLED = [
  'get-environment',
  'get-random-bytes',
  '[method]input-stream.read',
  'poll',
  'get-attestation',
].map(honestCall)

/** For a process: both isolations have the same code, and a process for each call takes longer. */
const IN_PROCESS = CALLED.filter(({ name }) => name === 'poll' || name === '[method]input-stream.read')

attack('re-entrancy', async ({ isolation }) => {
  const called = isolation === 'worker' ? CALLED : IN_PROCESS
  const kindsOf = async (realloc: Realloc) =>
    (await endsOfCalls(isolation, called, realloc)).map(({ name, kind }) => `${name} ${kind}`)
  const all = (kind: string) => called.map(({ name }) => `${name} ${kind}`)
  for (const harmless of ['another call', 'a sleep', 'an exit'] as const)
    expect(await kindsOf(harmless), harmless).toEqual(all('exited'))
  // Endless calls are a recursion.
  expect(await kindsOf('the same call without end')).toEqual(all('stack-overflow'))
  // A stream that is dropped during a read is still read. The control, which calls nothing, exits likewise.
  expect(await kindsOf('the stream dropped')).toContain('[method]input-stream.read exited')
  expect(await kindsOf('honest')).toEqual(all('exited'))
})
