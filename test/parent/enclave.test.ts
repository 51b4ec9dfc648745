/** The public class Enclave, with a simulated enclave process. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { EnclaveProcess } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { Enclave, Trace } from '../../src/parent/index.ts'
import { CallLog } from '../../src/qtsm/call-log.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'

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
let pcrs: PcrBank

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
  pcrs = new PcrBank(new Map([[0, new Uint8Array(48).fill(5)]]))
  enclave = new Enclave(DESCRIPTION, fakeProcess(), {
    trace: undefined,
    log: undefined,
    pcrs,
    destinations: [],
  })
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

  test('refuses invalid options and signals', async () => {
    for (const options of [null, 5, 'x', { signal: 5 }, { signal: new AbortController() }])
      await expect(enclave.connect(5000, options as object)).rejects.toMatchObject({
        name: 'EnclaveError',
        code: 'E_PARENT_OPTION',
      })
    expect(calls).toEqual([])
  })

  test('returns its console, and follows it', () => {
    expect([enclave.console(), enclave.followConsole()()]).toEqual(['printed', 'followed'])
  })

  test('returns its records if it has any, and throws E_TRACE_OFF otherwise', () => {
    const off = expect.objectContaining({ name: 'EnclaveError', code: 'E_TRACE_OFF' })
    expect(() => enclave.trace).toThrow(off)
    expect(() => enclave.qtsmCalls).toThrow(off)
    const records = { trace: new Trace({ packets: 1 }), log: new CallLog(1), pcrs, destinations: [] }
    const recorded = new Enclave(DESCRIPTION, fakeProcess(), records)
    expect([recorded.trace, recorded.qtsmCalls]).toEqual([records.trace, records.log])
  })

  test('shows its registers as they are, also after its end and without records', async () => {
    expect(enclave.registers.changes).toBe(0)
    expect(enclave.registers.states[0]).toEqual({ locked: true, value: new Uint8Array(48).fill(5) })
    const value = await pcrs.extend(17, Uint8Array.of(1))
    pcrs.lock([18])
    pcrs.lockBelow(18)
    expect(enclave.registers.changes).toBe(3)
    await enclave.stop()
    const { states } = enclave.registers
    expect(states.slice(16, 20)).toEqual([
      { locked: true, value: new Uint8Array(48) },
      { locked: true, value },
      { locked: true, value: new Uint8Array(48) },
      { locked: false, value: new Uint8Array(48) },
    ])
    states[17]!.value.fill(0)
    expect(enclave.registers.states[17]!.value).toEqual(value)
  })
})
