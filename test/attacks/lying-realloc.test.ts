/** A `cabi_realloc` that lies about where there is room: outside memory is a trap, and inside is the guest's own loss. */
import { expect } from 'vitest'
import { attack } from './arena.ts'
import { endsOfCalls } from './caller.ts'
import { honestCall, type Realloc } from './calls.ts'

/** Calls whose answer is put where `cabi_realloc` says: one for each of the ways in which one is given. */
const GIVING = [
  'get-environment',
  'get-random-bytes',
  'get-directories',
  '[method]input-stream.read',
  'poll',
  'get-attestation',
].map(honestCall)

/** The same code answers in both isolations: a process for each call would only take longer. */
const SOME = GIVING.filter(({ name }) => name === 'poll' || name === 'get-environment')

attack('a realloc that lies', async ({ isolation }) => {
  const called = isolation === 'worker' ? GIVING : SOME
  const kindsOf = async (realloc: Realloc) =>
    (await endsOfCalls(isolation, called, realloc)).map(({ name, kind }) => `${name} ${kind}`)
  const all = (kind: string) => called.map(({ name }) => `${name} ${kind}`)
  for (const lie of ['outside memory', 'the last byte of memory', 'a trap'] as const)
    expect(await kindsOf(lie), lie).toEqual(all('trapped'))
  // Within its memory a guest may be overwritten where it says, and what is not aligned is refused where it matters.
  expect(await kindsOf('null')).toEqual(all('exited'))
  expect(await kindsOf('more memory first')).toEqual(all('exited'))
  expect(await kindsOf('unaligned')).toContain('poll trapped')
  // The control: an honest one.
  expect(await kindsOf('honest')).toEqual(all('exited'))
})
