/** The root that a parent is given: none, one of the caller's, or the one that is kept. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRoot } from '../../src/attestation/issue/authority.ts'
import { openRoot, persistentRoot } from '../../src/parent/root.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'webclave-state-'))
  vi.stubEnv('XDG_STATE_HOME', state)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(state, { recursive: true })
})

test('none is none, and nothing is kept', async () => {
  expect(await openRoot(undefined)).toBeUndefined()
  expect(readdirSync(state)).toEqual([])
})

test('one of the caller’s is taken as it is, and not kept', async () => {
  const root = await createRoot()
  expect(await openRoot(root)).toBe(root)
  expect(readdirSync(state)).toEqual([])
})

test.each(['', 'Persistent', 'memory', null, 1, true])('%j is no root', async (option) => {
  await expect(openRoot(option as never)).rejects.toMatchObject({
    code: 'E_PARENT_OPTION',
    what: 'invalid root',
    got: String(option),
  })
})

test('the one that is kept is the same each time', async () => {
  const first = await openRoot('persistent')
  const second = await openRoot('persistent')
  expect(second!.rootCertificate).toEqual(first!.rootCertificate)
  expect((await persistentRoot().load()).rootCertificate).toEqual(first!.rootCertificate)
})
