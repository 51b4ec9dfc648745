/** Imports that are called again from `cabi_realloc`, while a call is being answered: nothing breaks, nothing hangs. */
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

/** The same code answers in both isolations: a process for each call would only take longer. */
const SOME = CALLED.filter(({ name }) => name === 'poll' || name === '[method]input-stream.read')

attack('re-entrancy', async ({ isolation }) => {
  const called = isolation === 'worker' ? CALLED : SOME
  const kindsOf = async (realloc: Realloc) =>
    (await endsOfCalls(isolation, called, realloc)).map(({ name, kind }) => `${name} ${kind}`)
  const all = (kind: string) => called.map(({ name }) => `${name} ${kind}`)
  for (const harmless of ['another call', 'a sleep', 'the way out'] as const)
    expect(await kindsOf(harmless), harmless).toEqual(all('exited'))
  // Without end it is recursion.
  expect(await kindsOf('the same call without end')).toEqual(all('stack-overflow'))
  // What is dropped while it is read was read; the control, where nothing is called, ends like that.
  expect(await kindsOf('the stream dropped')).toContain('[method]input-stream.read exited')
  expect(await kindsOf('honest')).toEqual(all('exited'))
})
