/** An enclave's last words made into a reason: each kind that there is, and no other. */
import { describe, expect, test } from 'vitest'
import { End, Phase } from '../../src/boundary/shared-memory.ts'
import { isOver, readClaimedEnd } from '../../src/hypervisor/claimed-end.ts'

const claim = (end: number, message = 'why', status = 3) => ({
  end,
  status,
  message: new Uint8Array(new TextEncoder().encode(message)),
})

test('an enclave is over where it has ended or failed', () => {
  expect([Phase.BOOTING, Phase.RUNNING, Phase.FAILED, Phase.ENDED, 4].map(isOver)).toEqual([
    false,
    false,
    true,
    true,
    false,
  ])
})

describe('an end that is claimed', () => {
  test('is the program’s own, with its status and no words', () => {
    expect(readClaimedEnd(claim(End.EXITED))).toEqual({ kind: 'exited', status: 3 })
    expect(readClaimedEnd(claim(End.EXITED, '', -1))).toEqual({ kind: 'exited', status: -1 })
  })

  test.each([
    [End.TRAPPED, 'trapped'],
    [End.OUT_OF_MEMORY, 'out-of-memory'],
    [End.STACK_OVERFLOW, 'stack-overflow'],
  ] as const)('%i is %s, with its words', (end, kind) => {
    expect(readClaimedEnd(claim(end))).toEqual({ kind, message: 'why' })
  })

  test('is the end of its CPU time in our words, whatever it says', () => {
    expect(readClaimedEnd(claim(End.CPU_LIMIT))).toEqual({
      kind: 'deadline',
      message: 'it exceeded its CPU time limit',
    })
  })

  test.each([0, 6, -1])('is refused as %i', (end) => {
    expect(() => readClaimedEnd(claim(end))).toThrow(
      expect.objectContaining({ code: 'E_ENCLAVE_END', got: String(end) }),
    )
  })

  test.each([
    [2047, 2047],
    [2048, 2048],
    [2049, 2048],
  ])('has of %i characters the first %i', (length, kept) => {
    const message = Array.from({ length }, (_, at) => at % 10).join('')
    expect(readClaimedEnd(claim(End.TRAPPED, message))).toEqual({
      kind: 'trapped',
      message: message.slice(0, kept),
    })
  })
})
