/** The option `root` of a parent: none, the caller's own, or a persistent one. */
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

test('without the option there is no root, and nothing is stored', async () => {
  expect(await openRoot(undefined)).toBeUndefined()
  expect(readdirSync(state)).toEqual([])
})

test('the caller’s own root is used unchanged, and not stored', async () => {
  const root = await createRoot()
  expect(await openRoot(root)).toBe(root)
  expect(readdirSync(state)).toEqual([])
})

test.each(['', 'Persistent', 'memory', null, 1, true])('%j is refused as a root', async (option) => {
  await expect(openRoot(option as never)).rejects.toMatchObject({
    code: 'E_PARENT_OPTION',
    what: 'invalid root',
    got: String(option),
  })
})

test('a persistent root is the same each time', async () => {
  const first = await openRoot('persistent')
  const second = await openRoot('persistent')
  expect(second!.rootCertificate).toEqual(first!.rootCertificate)
  expect((await persistentRoot().load()).rootCertificate).toEqual(first!.rootCertificate)
})
