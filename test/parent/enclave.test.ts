/** The public class Enclave, with a simulated enclave process. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { EnclaveProcess } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { Enclave, Trace } from '../../src/parent/index.ts'

const DESCRIPTION = {
  id: 7,
  cid: 9,
  moduleId: 'i-1.enc-2',
  vcpus: 2,
  memoryMiB: 64,
  launchMode: 'debug',
  pcrs: new Map([[0, new Uint8Array(48)]]),
} as const

let ending: PromiseWithResolvers<EndReason>
let calls: unknown[][]
let enclave: Enclave

const fakeProcess = () =>
  ({
    ended: ending.promise,
    connect: async (...given: unknown[]) => calls.push(['connect', ...given]),
    console: () => 'printed',
    followConsole: () => () => 'followed',
    end: async (reason: EndReason) => {
      calls.push(['end', reason, enclave.state])
      ending.resolve(reason)
    },
  }) as unknown as EnclaveProcess

beforeEach(() => {
  ending = Promise.withResolvers()
  calls = []
  enclave = new Enclave(DESCRIPTION, fakeProcess())
})

describe('the state', () => {
  test('is running, then stopping, then ended', async () => {
    expect([enclave.state, enclave.describe()]).toEqual(['running', { ...DESCRIPTION, state: 'running' }])
    const stopped = enclave.stop('enough')
    expect(enclave.describe().state).toBe('stopping')
    expect(await stopped).toEqual({ kind: 'killed', message: 'enough' })
    expect(calls).toEqual([['end', { kind: 'killed', message: 'enough' }, 'stopping']])
    expect(enclave.describe().state).toBe('ended')
  })

  test('stays ended if it is stopped later, and keeps the first reason', async () => {
    ending.resolve({ kind: 'exited', status: 3 })
    expect(await enclave.exited).toEqual({ kind: 'exited', status: 3 })
    expect(await enclave.stop()).toEqual({ kind: 'exited', status: 3 })
    expect(enclave.state).toBe('ended')
  })

  test('is ended after the block of `await using`', async () => {
    {
      await using _ = enclave
    }
    expect(enclave.state).toBe('ended')
    expect(await enclave.exited).toEqual({ kind: 'killed', message: 'stopped by its parent' })
  })
})

describe('an enclave', () => {
  test('has its ID, CID, module ID and PCRs', () => {
    const { id, cid, moduleId, pcrs } = DESCRIPTION
    expect(enclave).toMatchObject({ id, cid, moduleId, pcrs })
  })

  test('connects with and without an abort signal', async () => {
    const { signal } = new AbortController()
    await enclave.connect(5000, { signal })
    await enclave.connect(5001)
    expect(calls).toEqual([
      ['connect', 5000, signal],
      ['connect', 5001, undefined],
    ])
  })

  test('returns its console, and follows it', () => {
    expect([enclave.console(), enclave.followConsole()()]).toEqual(['printed', 'followed'])
  })

  test('returns its trace if it has one, and throws E_TRACE_OFF otherwise', () => {
    expect(() => enclave.trace).toThrow(
      expect.objectContaining({ name: 'EnclaveError', code: 'E_TRACE_OFF' }),
    )
    const trace = new Trace({ packets: 1 })
    expect(new Enclave(DESCRIPTION, fakeProcess(), trace).trace).toBe(trace)
  })
})
