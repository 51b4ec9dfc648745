/** A `cabi_realloc` that returns wrong addresses: outside memory they trap, inside they harm only the guest itself. */
import { expect } from 'vitest'
import { attack } from './arena.ts'
import { endsOfCalls } from './caller.ts'
import { honestCall, type Realloc } from './calls.ts'

/** Calls whose answer is written to an address from `cabi_realloc`: one for each implementation of that. */
const ALLOCATING = [
  'get-environment',
  'get-random-bytes',
  'get-directories',
  '[method]input-stream.read',
  'poll',
  'get-attestation',
].map(honestCall)

/** For a process: both isolations have the same code, and a process for each call takes longer. */
const IN_PROCESS = ALLOCATING.filter(({ name }) => name === 'poll' || name === 'get-environment')

attack('a realloc that lies', async ({ isolation }) => {
  const called = isolation === 'worker' ? ALLOCATING : IN_PROCESS
  const kindsOf = async (realloc: Realloc) =>
    (await endsOfCalls(isolation, called, realloc)).map(({ name, kind }) => `${name} ${kind}`)
  const all = (kind: string) => called.map(({ name }) => `${name} ${kind}`)
  for (const lie of ['outside memory', 'the last byte of memory', 'a trap'] as const)
    expect(await kindsOf(lie), lie).toEqual(all('trapped'))
  // Any address inside memory is overwritten; an unaligned one traps if the answer must be aligned.
  expect(await kindsOf('null')).toEqual(all('exited'))
  expect(await kindsOf('more memory first')).toEqual(all('exited'))
  expect(await kindsOf('unaligned')).toContain('poll trapped')
  // The control: an honest one.
  expect(await kindsOf('honest')).toEqual(all('exited'))
})
