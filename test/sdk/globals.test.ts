/** What `webclave/sdk/globals` declares is what an application finds: no name more, no name less. */
import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'

/** What the engine has for itself. */
const OWN = ['InternalError', '__cqjs', 'wit']
/** Names that V8 has and the engine has not; `console` is compared as one that is declared. */
const MISSING = ['Atomics', 'Intl', 'Temporal', 'WebAssembly', 'console']

test('every global is part of ECMAScript or declared', async () => {
  await using lab = await Laboratory.open()
  const names = await lab.run<string[]>('return Object.getOwnPropertyNames(globalThis)')
  const standard = runInContext('Object.getOwnPropertyNames(globalThis)', createContext({})) as string[]
  const declarations = readFileSync(new URL('../../src/sdk/globals.d.ts', import.meta.url), 'utf8')
  const declared = [...declarations.matchAll(/^declare (?:const|class|function) (\w+)/gm)].map(
    ([, name]) => name!,
  )
  const beyond = names.filter((name) => !standard.includes(name) || name === 'console')
  expect(beyond.filter((name) => !OWN.includes(name)).toSorted()).toEqual(
    declared.filter((name) => !standard.includes(name) || name === 'console').toSorted(),
  )
  expect(standard.filter((name) => !names.includes(name) && !MISSING.includes(name))).toEqual([])
  for (const name of ['Atomics', 'Intl']) expect(names).not.toContain(name)
})
