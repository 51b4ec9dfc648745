/** Names that are special in JavaScript, such as __proto__, are ordinary in the environment, arguments and paths. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

const SPECIAL = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

attack('prototype pollution through names', async (arena) => {
  const enclave = await arena.start('special-names.ts', {
    debug: true,
    args: SPECIAL,
    env: Object.fromEntries(SPECIAL.map((name) => [name, 'polluted'])),
    files: new Map(SPECIAL.map((name) => [`${name}/${name}`, new TextEncoder().encode(name)])),
  })
  expect(await enclave.exited).toEqual({ kind: 'exited', status: 0 })
  // The control: the guest sees files with these names.
  for (const name of SPECIAL) expect(enclave.console()).toContain(`${name} is a file`)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(typeof {}.toString).toBe('function')
})
