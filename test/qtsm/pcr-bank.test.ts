/** The PCR bank: extending, locking, limits of indexes, copies. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/bytes.ts'
import { PCR_LENGTH } from '../../src/base/pcrs.ts'
import { PCR_COUNT, PcrBank, SYSTEM_PCR_COUNT } from '../../src/qtsm/pcr-bank.ts'

const failsWith = (code: string) => expect.objectContaining({ name: 'QtsmError', code })
const SYSTEM = Array.from({ length: 16 }, (_, index) => index)

test('there are 32 PCRs of 48 zero bytes, 16 of them system PCRs', () => {
  expect([PCR_COUNT, PCR_LENGTH, SYSTEM_PCR_COUNT]).toEqual([32, 48, 16])
  const bank = new PcrBank(new Map())
  expect(bank.locked).toEqual(SYSTEM)
  for (let index = 0; index < 32; index++) {
    expect(bank.describe(index)).toEqual({ locked: index < 16, value: new Uint8Array(48) })
  }
  for (const index of [-1, 32, 0.5]) expect(() => bank.describe(index)).toThrow(failsWith('InvalidIndex'))
})

test('extending sets a PCR to the SHA-384 of its value and the data', async () => {
  const bank = new PcrBank(new Map())
  let expected = Buffer.alloc(48)
  for (const data of [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(200, 3)]) {
    expected = createHash('sha384').update(expected).update(data).digest()
    expect(toHex(await bank.extend(16, data))).toBe(expected.toString('hex'))
    expect(toHex(bank.describe(16).value)).toBe(expected.toString('hex'))
  }
  expect(bank.describe(17).value).toEqual(new Uint8Array(48))
})

test('changes are counted, and attempts that fail are not', async () => {
  const bank = new PcrBank(new Map())
  expect([bank.changes, bank.describeAll().length]).toEqual([0, 32])
  await expect(bank.extend(3, Buffer.from('x'))).rejects.toThrow(failsWith('ReadOnlyIndex'))
  expect(() => bank.lock([16, 3])).toThrow(failsWith('ReadOnlyIndex'))
  expect(() => bank.lockBelow(33)).toThrow(failsWith('InvalidIndex'))
  expect(bank.changes).toBe(0)
  await bank.extend(16, Buffer.from('x'))
  bank.lock([16, 17])
  expect(bank.changes).toBe(2)
  expect(bank.describeAll()[17]).toEqual({ locked: true, value: new Uint8Array(48) })
})

test('arguments and results are copied', async () => {
  const value = new Uint8Array(48).fill(7)
  const bank = new PcrBank(new Map([[3, value]]))
  value.fill(0)
  const seven = new Uint8Array(48).fill(7)
  expect(bank.describe(3).value).toEqual(seven)
  bank.describe(3).value.fill(0)
  bank.lockedValues().get(3)!.fill(0)
  expect(bank.lockedValues().get(3)).toEqual(seven)
  const extended = await bank.extend(31, Uint8Array.of(1))
  extended.fill(0)
  expect(bank.describe(31).value).not.toEqual(new Uint8Array(48))
})

describe('locking', () => {
  test.each([
    [0, []],
    [16, []],
    [17, [16]],
    [18, [16, 17]],
    [31, SYSTEM.slice(0, 15).map((index) => index + 16)],
    [32, SYSTEM.map((index) => index + 16)],
  ])('locks the PCRs below %s', (count, more) => {
    const bank = new PcrBank(new Map())
    bank.lockBelow(count)
    expect(bank.locked).toEqual([...SYSTEM, ...more])
    expect([...bank.lockedValues().keys()]).toEqual(bank.locked)
  })

  test('below 33 is refused and locks nothing', () => {
    const bank = new PcrBank(new Map())
    expect(() => bank.lockBelow(33)).toThrow(failsWith('InvalidIndex'))
    expect(bank.locked).toEqual(SYSTEM)
  })

  test('is possible for 16 to 31, and once for each', async () => {
    const bank = new PcrBank(new Map())
    for (const index of [16, 31]) {
      await bank.extend(index, Uint8Array.of(1))
      bank.lock([index])
      expect(() => bank.lock([index])).toThrow(failsWith('ReadOnlyIndex'))
      await expect(bank.extend(index, Uint8Array.of(1))).rejects.toEqual(failsWith('ReadOnlyIndex'))
    }
    expect(bank.locked).toEqual([...SYSTEM, 16, 31])
    expect(() => bank.lock([15])).toThrow(failsWith('ReadOnlyIndex'))
    expect(() => bank.lock([32])).toThrow(failsWith('InvalidIndex'))
    await expect(bank.extend(32, Uint8Array.of(1))).rejects.toEqual(failsWith('InvalidIndex'))
  })
})
