/**
 * The whole application in a real enclave under a test parent: clock, random values and keys are the same in every run.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Parent, ServiceClient } from 'webclave'
import { verifyAttestation } from 'webclave/attestation'
import { type BuiltImage, buildImage } from 'webclave/image'
import { createTestParent } from 'webclave/testing'
import type { handlers } from '../guest/index.ts'

const NOW = new Date('2026-06-01T20:15:00Z')
const nonce = new Uint8Array(32).fill(1)

let parent: Parent
let image: BuiltImage
let lottery: ServiceClient<typeof handlers>

beforeAll(async () => {
  parent = await createTestParent({ now: NOW, seed: 'the lottery' })
  image = await buildImage({ app: { path: join(import.meta.dirname, '../guest') } })
  const enclave = await parent.start(image.eif, { vcpus: 1, memoryMiB: 64 })
  lottery = await enclave.client<typeof handlers>()
}, 60_000)
afterAll(() => parent.close())

test('it draws, and proves what it drew', async () => {
  const { winners, time, document } = await lottery.call.draw({ tickets: 1000, count: 3, nonce })
  // Random, and yet the same in every run of this seed.
  expect(winners).toEqual([203, 744, 660])
  expect(time).toBe('2026-06-01T20:15:00.000Z')

  const verdict = await verifyAttestation(document, {
    profile: 'qingtian',
    roots: parent.rootCertificate,
    nonce,
    pcrs: image.pcrs,
    userData: new TextEncoder().encode(JSON.stringify({ winners, time })),
    at: NOW,
    // Everybody knows the keys of test parents. Never do this outside of tests.
    allowTestRoot: true,
  })
  expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([])
})

test('it refuses what is not a number of tickets', async () => {
  const refused = lottery.call.draw({ tickets: -1, count: 3, nonce })
  await expect(refused).rejects.toMatchObject({ code: 'E_TICKETS' })
})
