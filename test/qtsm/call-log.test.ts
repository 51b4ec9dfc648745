/** The record of a security module's calls. */
import { describe, expect, test } from 'vitest'
import { CallLog } from '../../src/qtsm/call-log.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { encodeRequest, type QtsmRequest } from '../../src/qtsm/protocol.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'

function create(limit = 10) {
  const log = new CallLog(limit)
  const pcrs = new PcrBank(new Map())
  const attest = async () => new Uint8Array(9)
  const module = new SecurityModule({ profile: 'qingtian', moduleId: 'i.enc-1', pcrs, attest, log })
  return { log, pcrs, ask: async (request: QtsmRequest) => module.answer(encodeRequest(request)) }
}

describe('a recorded call', () => {
  test.each<[QtsmRequest, object]>([
    [
      { call: 'DescribePCR', index: 3 },
      { call: 'DescribePCR', pcrs: [3] },
    ],
    [
      { call: 'LockPCR', index: 17 },
      { call: 'LockPCR', pcrs: [17] },
    ],
    [
      { call: 'LockPCRs', range: [18, 19] },
      { call: 'LockPCRs', pcrs: [18, 19] },
    ],
    [
      { call: 'LockPCRs', range: 2 },
      { call: 'LockPCRs', pcrs: [0, 1] },
    ],
    [
      { call: 'LockPCRs', range: 1_000_000 },
      { call: 'LockPCRs', pcrs: Array.from({ length: 32 }, (_, at) => at), error: 'InvalidIndex' },
    ],
    [{ call: 'Attestation' }, { call: 'Attestation' }],
    [{ call: 'GetRandom', length: 8 }, { call: 'GetRandom' }],
    [
      { call: 'DescribePCR', index: 40 },
      { call: 'DescribePCR', pcrs: [40], error: 'InvalidIndex' },
    ],
    [
      { call: 'ExtendPCR', index: 0, data: new Uint8Array(1) },
      { call: 'ExtendPCR', pcrs: [0], error: 'ReadOnlyIndex' },
    ],
  ])('%o is %o', async (request, record) => {
    const { log, ask } = create()
    const before = Date.now()
    await ask(request)
    expect(log.calls).toEqual([{ ...record, time: expect.any(Number) }])
    expect(log.calls[0]!.time).toBeGreaterThanOrEqual(before)
  })

  test('of ExtendPCR has the new value, and no data', async () => {
    const { log, pcrs, ask } = create()
    await ask({ call: 'ExtendPCR', index: 16, data: new Uint8Array([1, 2, 3]) })
    expect(log.calls).toEqual([
      { call: 'ExtendPCR', pcrs: [16], value: pcrs.describe(16).value, time: expect.any(Number) },
    ])
  })
})

test('only as many calls are kept as the limit says, the newest', async () => {
  const { log, ask } = create(2)
  for (const index of [1, 2, 3]) await ask({ call: 'DescribePCR', index })
  expect(log.calls.map(({ pcrs }) => pcrs)).toEqual([[2], [3]])
  expect(log.total).toBe(3)
})
