/** A parent whose root is read while its first enclave boots. */
import { expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
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
