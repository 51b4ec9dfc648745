/** An AsyncLocalStorage keeps its store over await, timers, promises and events as in Node. */
import { expect, test } from 'vitest'
import { createParent } from '../../src/parent/index.ts'
import { answers } from '../guests/storage.ts'
import { guestPath } from '../support/laboratory.ts'
import { runApplication } from './application.ts'

test('every program notes what it notes in Node', async () => {
  await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const { end, console } = await runApplication(parent, { path: guestPath('storage.ts') })
  expect(end).toEqual({ kind: 'exited', status: 0 })
  expect(sorted(JSON.parse(console))).toEqual(sorted(await answers()))
})

/** Timers that are due at nearly the same time come in any order, in Node too. */
const sorted = (all: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(all).map(([name, notes]) => [name, notes.toSorted()]))
