/**
 * A receive buffer: a large payload is borrowed from the ring instead of copied, read in order, and copied when
 * recalled.
 */
import { describe, expect, test } from 'vitest'
import { ReceiveBuffer } from '../../src/vsock/receive-buffer.ts'

const CAPACITY = 65536
const LARGE = 16384

/** A payload that its lender recalls and overwrites in `takeBack`. */
function lent(length: number, byte: number) {
  const payload = new Uint8Array(length).fill(byte)
  let recall: (() => void) | undefined
  const lender = {
    place: payload,
    lend: (call: () => void) => {
      recall = call
    },
    get isLent() {
      return recall !== undefined
    },
  }
  const takeBack = () => {
    recall?.()
    payload.fill(0)
  }
  return { payload, lender, takeBack, isLent: () => recall !== undefined }
}

function read(buffer: ReceiveBuffer, length: number): number[] {
  const target = new Uint8Array(length)
  return [...target.subarray(0, buffer.moveInto(target))]
}

describe('ReceiveBuffer', () => {
  test('borrows a large payload if it is empty', () => {
    const buffer = new ReceiveBuffer(CAPACITY)
    const { payload, lender, isLent } = lent(LARGE, 1)
    buffer.add(payload, lender)
    expect([isLent(), buffer.length, buffer.room]).toEqual([true, LARGE, CAPACITY - LARGE])
    payload.fill(9)
    expect(read(buffer, 2)).toEqual([9, 9])
    expect(buffer.length).toBe(LARGE - 2)
  })

  test.each([
    ['a small payload', 0, LARGE - 1, true],
    ['a payload after others', 1, LARGE, true],
    ['a payload without a lender', 0, LARGE, false],
  ])('copies %s immediately', (_, before, length, isLendable) => {
    const buffer = new ReceiveBuffer(CAPACITY)
    buffer.add(new Uint8Array(before), undefined)
    const { payload, lender, isLent } = lent(length, 1)
    buffer.add(payload, isLendable ? lender : undefined)
    payload.fill(9)
    expect(isLent()).toBe(false)
    expect(read(buffer, before + 1).at(-1)).toBe(1)
  })

  test('copies the unread rest of a borrowed payload when its lender recalls it', () => {
    const buffer = new ReceiveBuffer(CAPACITY)
    const { payload, lender, takeBack } = lent(LARGE, 1)
    buffer.add(payload, lender)
    read(buffer, 10)
    takeBack()
    buffer.add(Uint8Array.of(2), undefined)
    const rest = read(buffer, CAPACITY)
    expect(rest.length).toBe(LARGE - 10 + 1)
    expect([rest[0], rest.at(-2), rest.at(-1)]).toEqual([1, 1, 2])
  })

  test('discards a borrowed payload when cleared', () => {
    const buffer = new ReceiveBuffer(CAPACITY)
    const { payload, lender, takeBack } = lent(LARGE, 1)
    buffer.add(payload, lender)
    buffer.clear()
    takeBack()
    expect([buffer.length, buffer.room]).toEqual([0, CAPACITY])
  })
})
