/** When an enclave's certificates are created and released, with simulated enclave processes. */

import { afterEach, beforeAll, beforeEach, expect, type Mock, test, vi } from 'vitest'
import type { AttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { forgetComponents } from '../../src/hypervisor/components.ts'
import { EnclaveProcess } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { buildImage } from '../../src/image/index.ts'
import { ParentAuthority } from '../../src/parent/authority.ts'
import { createParent, type Parent, type ParentOptions, type StartOptions } from '../../src/parent/index.ts'
import type { KeeperStartOptions } from '../../src/parent/options.ts'
import { command } from '../support/components.ts'

const POOL = { vcpus: 4, memoryMiB: 256 }
const SHARE = { vcpus: 1, memoryMiB: 64 }
/** Milliseconds between an enclave's start and the creation of its certificates. */
const AFTER = 100

let eif: Uint8Array<ArrayBuffer>
/** The end reason of each process, in the order of their boot; undefined while it runs. */
let ends: (EndReason | undefined)[]
let prepare: Mock
let assertValid: Mock

/** A process that runs until it is ended. */
function fakeProcess(): EnclaveProcess {
  const at = ends.push(undefined) - 1
  const ending = Promise.withResolvers<EndReason>()
  const process = {
    ended: ending.promise,
    running: async () => {},
    open: () => {},
    end: async (reason: EndReason) => {
      ends[at] ??= reason
      ending.resolve(ends[at])
    },
  }
  return process as unknown as EnclaveProcess
}

beforeAll(async () => {
  eif = (await buildImage({ app: { component: await command('(i32.const 0)') } })).eif
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  ends = []
  vi.spyOn(EnclaveProcess, 'boot').mockImplementation(async () => fakeProcess())
  prepare = vi.fn(async () => {})
  assertValid = vi.fn()
  const authority = { prepare, assertValid } as unknown as AttestationAuthority
  vi.spyOn(ParentAuthority.prototype, 'get').mockResolvedValue(authority)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  forgetComponents()
})

const prepared = { glue: '', moduleBytes: new Map() }
const componentStore = { load: async () => prepared, save: () => {} }
const start = (parent: Parent, options: Partial<StartOptions> = {}) =>
  parent.start(eif, { ...SHARE, componentStore, ...options } as KeeperStartOptions)
const created = (options: Partial<ParentOptions> = {}) => createParent({ ...POOL, ...options })

test.each(['qingtian', 'nitro'] as const)(
  'certificates are created once, 100 ms after a start in %s',
  async (profile) => {
    await using parent = await created({ profile })
    const { moduleId } = await start(parent)
    expect(assertValid.mock.calls).toEqual([[profile]])
    await vi.advanceTimersByTimeAsync(AFTER - 1)
    expect(prepare).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(prepare.mock.calls).toEqual([[profile, moduleId]])
    await vi.advanceTimersByTimeAsync(10 * AFTER)
    expect(prepare).toHaveBeenCalledOnce()
  },
)

test('certificates are not created for an enclave that has already ended', async () => {
  await using parent = await created()
  await (await start(parent)).stop()
  await vi.advanceTimersByTimeAsync(10 * AFTER)
  expect(prepare).not.toHaveBeenCalled()
})

test('an enclave continues if its certificates cannot be issued in advance', async () => {
  prepare.mockRejectedValue(new Error('not now'))
  await using parent = await created()
  await start(parent)
  await vi.advanceTimersByTimeAsync(AFTER)
  expect(prepare).toHaveBeenCalledOnce()
  expect(parent.query()).toMatchObject([{ state: 'running' }])
})

test('certificates of an enclave are released when it ends, and not before', async () => {
  const release = vi.spyOn(ParentAuthority.prototype, 'release')
  await using parent = await created()
  const enclave = await start(parent)
  expect(release).not.toHaveBeenCalled()
  await enclave.stop()
  expect(release.mock.calls).toEqual([[enclave.moduleId]])
})

test('a start fails and ends its process if certificates cannot be issued', async () => {
  assertValid.mockImplementation(() => {
    throw new Error('too old')
  })
  await using parent = await created()
  await expect(start(parent, POOL)).rejects.toThrow('too old')
  expect(ends[0]).toEqual({ kind: 'killed', message: 'its certificates could not be issued' })
  expect(parent.query()).toEqual([])
  assertValid.mockReset()
  await start(parent, POOL)
})
