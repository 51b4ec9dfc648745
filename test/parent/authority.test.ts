/** A parent whose root is read while its first enclave boots. */
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

test('has no certificate before, and the root’s own after', async () => {
  await using parent = Parent.open(POOL)
  expect(() => parent.rootCertificate).toThrow(expect.objectContaining({ code: 'E_PARENT_ROOT' }))
  await parent.start(await image(), POOL)
  expect(parent.rootCertificate).toContain('BEGIN CERTIFICATE')
})

test.each([
  [
    'is not its certificate’s',
    'E_CERTIFICATE_ROOT',
    async () => ({ ...(await createRoot()), rootKey: (await createRoot()).rootKey }),
  ],
  [
    'is too old',
    'E_CERTIFICATE_ROOT_EXPIRED',
    () => createRoot({ now: () => Date.now() - 31 * 365.25 * DAY }),
  ],
])('a root that %s fails the start, and its share is free again', async (_, code, make) => {
  await using parent = Parent.open({ ...POOL, root: await make() })
  const eif = await image()
  await expect(parent.start(eif, POOL)).rejects.toMatchObject({ code })
  expect(parent.query()).toEqual([])
  // Not E_POOL_…: what the first start had is back.
  await expect(parent.start(eif, POOL)).rejects.toMatchObject({ code })
})

test('is made once, however often it is asked for, and rotates a root of its own', async () => {
  const authority = new ParentAuthority('i-1', undefined)
  // What nobody has asked for has no key to forget.
  authority.release('i-1.enc-0')
  const [first, second] = await Promise.all([authority.get(), authority.get()])
  expect(second).toBe(first)
  const before = authority.rootPem
  const after = await authority.rotate(undefined)
  expect(after).toContain('BEGIN CERTIFICATE')
  expect(after).not.toBe(before)
  expect(authority.rootPem).toBe(after)
})

test('rotates to the root that it is given', async () => {
  const root = await createRoot()
  const given = new ParentAuthority('i-2', root)
  await given.get()
  const authority = new ParentAuthority('i-1', undefined)
  expect(await authority.rotate(root)).toBe(given.rootPem)
})

describe('with a root that is kept', () => {
  let state: string
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'webclave-state-'))
    vi.stubEnv('XDG_STATE_HOME', state)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(state, { recursive: true })
  })

  test('a rotation is kept where it makes the root, and not where it is given one', async () => {
    const kept = async () => {
      const other = new ParentAuthority('i-2', 'persistent')
      await other.get()
      return other.rootPem
    }
    const authority = new ParentAuthority('i-1', 'persistent')
    await authority.get()
    expect(await kept()).toBe(authority.rootPem)
    const rotated = await authority.rotate(undefined)
    expect(await kept()).toBe(rotated)
    const given = await authority.rotate(await createRoot())
    expect(given).not.toBe(rotated)
    expect(await kept()).toBe(rotated)
  })
})
