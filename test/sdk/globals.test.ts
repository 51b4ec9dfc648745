/** `webclave/sdk/globals` declares exactly the global names that an application has. */
import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'

/** The engine's internal names. */
const OWN = ['InternalError', '__cqjs', 'wit']
/** Names that V8 has but the engine does not; `console` is compared with the declarations. */
const MISSING = ['Atomics', 'Intl', 'Temporal', 'WebAssembly', 'console']

test('every global name is part of ECMAScript or declared', async () => {
  await using lab = await Laboratory.open()
  const names = await lab.run<string[]>('return Object.getOwnPropertyNames(globalThis)')
  const standard = runInContext('Object.getOwnPropertyNames(globalThis)', createContext({})) as string[]
  const declarations = ['globals', 'globals-crypto']
    .map((name) => readFileSync(new URL(`../../src/sdk/${name}.d.ts`, import.meta.url), 'utf8'))
    .join('')
  const declared = [...declarations.matchAll(/^declare (?:const|class|function) (\w+)/gm)].map(
    ([, name]) => name!,
  )
  const nonStandard = names.filter((name) => !standard.includes(name) || name === 'console')
  expect(nonStandard.filter((name) => !OWN.includes(name)).toSorted()).toEqual(
    declared.filter((name) => !standard.includes(name) || name === 'console').toSorted(),
  )
  expect(standard.filter((name) => !names.includes(name) && !MISSING.includes(name))).toEqual([])
  for (const name of ['Atomics', 'Intl']) expect(names).not.toContain(name)
})
