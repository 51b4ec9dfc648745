/** What is reported of an enclave: only what is new, and registers only when one of them has changed. */
import { beforeEach, expect, test } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import type { Enclave } from '../../../src/parent/index.ts'
import { Trace } from '../../../src/parent/index.ts'
import { CallLog } from '../../../src/qtsm/call-log.ts'
import { PcrBank } from '../../../src/qtsm/pcr-bank.ts'
import { NOTHING_SEEN, reportOf } from '../../../web/host/report.ts'

let bank: PcrBank
let log: CallLog
let enclave: Enclave

beforeEach(() => {
  bank = new PcrBank(new Map([[0, new Uint8Array(48).fill(7)]]))
  log = new CallLog(1000)
  enclave = {
    trace: new Trace({ packets: 10 }),
    qtsmCalls: log,
    get registers() {
      return { changes: bank.changes, states: bank.describeAll() }
    },
    memoryUsed: 1,
    describe: () => ({ launchMode: 'normal' }),
  } as unknown as Enclave
})

test('the first report has all registers, with their locks', () => {
  const { registers } = reportOf(enclave, NOTHING_SEEN)
  expect(registers).toHaveLength(32)
  expect(registers![0]).toEqual({ isLocked: true, value: '07'.repeat(48) })
  expect(registers![16]).toEqual({ isLocked: false, value: '00'.repeat(48) })
})

test('a later one has them only after a change, however many calls there were', async () => {
  const { seen } = reportOf(enclave, NOTHING_SEEN)
  for (let count = 0; count < 2000; count++) log.record({ time: 0, call: 'GetRandom' })
  const second = reportOf(enclave, seen)
  expect(second.registers).toBeUndefined()
  const value = toHex(await bank.extend(20, Uint8Array.of(1)))
  const third = reportOf(enclave, second.seen)
  expect(third.registers![20]).toEqual({ isLocked: false, value })
  bank.lock([20])
  const fourth = reportOf(enclave, third.seen)
  expect(fourth.registers![20]).toEqual({ isLocked: true, value })
  expect(reportOf(enclave, fourth.seen).registers).toBeUndefined()
})
