/** The KMS of the tab for the page: whose keys it lists. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createParent, type Parent } from '../../../src/parent/index.ts'
import type { EnclaveHost } from '../../../web/host/enclave-host.ts'
import { KmsHost } from '../../../web/host/kms-host.ts'
import { policyFor } from '../../../web/key/policy.ts'

let parent: Parent
let host: KmsHost

beforeAll(async () => {
  parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  host = new KmsHost({ parentOf: async () => parent } as unknown as EnclaveHost)
})
afterAll(() => parent.close())

test('keys of lessons and attacks are usable, and not among the reader’s', async () => {
  const { principal } = await host.facts('qingtian')
  const own = await host.createKey('qingtian', 'mine', policyFor(principal))
  const ofLab = await host.createLabKey('qingtian', 'lesson', policyFor(principal))
  expect((await host.keys('qingtian')).map(({ keyId }) => keyId)).toEqual([own.keyId])
  expect(await host.key('qingtian', ofLab.keyId)).toMatchObject({ description: 'lesson' })
  const ciphertext = await host.encrypt('qingtian', ofLab.keyId, Uint8Array.of(1))
  expect(await host.decryptOutside('qingtian', ciphertext)).toBeUndefined()
  expect(await host.calls(0)).toMatchObject([{ caller: 'page', status: 400, trace: { allowed: false } }])
})
