/** A parent's root certificate, which it reads or creates when it starts its first enclave. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { ParentAuthority } from '../../src/parent/authority.ts'
import { createRoot } from '../../src/parent/index.ts'
import { Parent } from '../../src/parent/parent.ts'
import { command } from '../support/components.ts'

const POOL = { vcpus: 1, memoryMiB: 64 } as const
const DAY = 86_400_000

const image = async () => (await buildImage({ app: { component: await command('(i32.const 0)') } })).eif

test('a parent has a root certificate after its first start, and none before', async () => {
  await using parent = Parent.open(POOL)
  expect(() => parent.rootCertificate).toThrow(expect.objectContaining({ code: 'E_PARENT_ROOT' }))
  await parent.start(await image(), POOL)
  expect(parent.rootCertificate).toContain('BEGIN CERTIFICATE')
})

test.each([
  [
    'has the key of another certificate',
    'E_CERTIFICATE_ROOT',
    async () => ({ ...(await createRoot()), rootKey: (await createRoot()).rootKey }),
  ],
  [
    'has expired',
    'E_CERTIFICATE_ROOT_EXPIRED',
    () => createRoot({ now: () => Date.now() - 31 * 365.25 * DAY }),
  ],
])('a start with a root that %s fails, and its share returns to the pool', async (_, code, make) => {
  await using parent = Parent.open({ ...POOL, root: await make() })
  const eif = await image()
  await expect(parent.start(eif, POOL)).rejects.toMatchObject({ code })
  expect(parent.query()).toEqual([])
  // Not E_POOL_…, so the first start has returned its share.
  await expect(parent.start(eif, POOL)).rejects.toMatchObject({ code })
})

test('an authority is created once for concurrent calls, and its own root can be rotated', async () => {
  const authority = new ParentAuthority('i-1', undefined)
  // Releasing before the authority exists does nothing.
  authority.release('i-1.enc-0')
  const [first, second] = await Promise.all([authority.get(), authority.get()])
  expect(second).toBe(first)
  const before = authority.rootPem
  const after = await authority.rotate(undefined)
  expect(after).toContain('BEGIN CERTIFICATE')
  expect(after).not.toBe(before)
  expect(authority.rootPem).toBe(after)
})

test('an authority can be rotated to a given root', async () => {
  const root = await createRoot()
  const given = new ParentAuthority('i-2', root)
  await given.get()
  const authority = new ParentAuthority('i-1', undefined)
  expect(await authority.rotate(root)).toBe(given.rootPem)
})

describe('a persistent root', () => {
  let state: string
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'webclave-state-'))
    vi.stubEnv('XDG_STATE_HOME', state)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(state, { recursive: true })
  })

  test('is replaced on disk by a rotation to a new root, but not to a given root', async () => {
    const stored = async () => {
      const other = new ParentAuthority('i-2', 'persistent')
      await other.get()
      return other.rootPem
    }
    const authority = new ParentAuthority('i-1', 'persistent')
    await authority.get()
    expect(await stored()).toBe(authority.rootPem)
    const rotated = await authority.rotate(undefined)
    expect(await stored()).toBe(rotated)
    const given = await authority.rotate(await createRoot())
    expect(given).not.toBe(rotated)
    expect(await stored()).toBe(rotated)
  })
})
