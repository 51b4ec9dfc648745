/** Real enclaves that share a secret: in a pool, on two machines, and those that may not have it. */
import { expect, test } from 'vitest'
import { createParent } from '../../src/parent/index.ts'
import { createPool } from '../../src/pool/index.ts'
import { shareSecrets } from '../../src/shared/index.ts'
import type { Sharing } from '../guests/sharing.ts'
import { patience } from '../support/patience.ts'
import { sharingImage } from './images.ts'

const startTimeout = patience(20_000)

test.each(['qingtian', 'nitro'] as const)('the enclaves of a pool have one secret (%s)', async (profile) => {
  await using parent = await createParent({ vcpus: 4, memoryMiB: 512, profile })
  const { eif } = await sharingImage([parent.rootCertificate], {}, profile)
  using sharing = shareSecrets(parent)
  await using pool = await createPool<Sharing>(eif, { size: 3, parent, startTimeout, concurrency: 1 })
  await expect.poll(() => sharing.holders).toBe(3)
  await expect.poll(() => pool.stats().enclaves).toBe(3)
  // One call each: all are under way at the same time.
  const calls = Array.from({ length: 3 }, () => pool.call.sign({ text: 'a' }))
  const [first, ...others] = await Promise.all(calls)
  expect(first).toHaveLength(32)
  for (const other of others) expect(other).toEqual(first)
  const statuses = await Promise.all(Array.from({ length: 3 }, () => pool.call.status()))
  expect(statuses.map(({ created }) => created).sort()).toEqual([0, 0, 1])
})
