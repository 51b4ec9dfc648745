/** The end that an enclave claims, converted to an end reason: each known kind, and no other. */
import { describe, expect, test } from 'vitest'
import { End, Phase } from '../../src/boundary/shared-memory.ts'
import { isOver, readClaimedEnd } from '../../src/hypervisor/claimed-end.ts'

const claim = (end: number, message = 'why', status = 3) => ({
  end,
  status,
  message: new Uint8Array(new TextEncoder().encode(message)),
})

test('an enclave is over in the phases ENDED and FAILED', () => {
  expect([Phase.BOOTING, Phase.RUNNING, Phase.FAILED, Phase.ENDED, 4].map(isOver)).toEqual([
    false,
    false,
    true,
    true,
    false,
  ])
})

describe('a claimed end', () => {
  test('that is EXITED has its status and no message', () => {
    expect(readClaimedEnd(claim(End.EXITED))).toEqual({ kind: 'exited', status: 3 })
    expect(readClaimedEnd(claim(End.EXITED, '', -1))).toEqual({ kind: 'exited', status: -1 })
  })

  test.each([
    [End.TRAPPED, 'trapped'],
    [End.OUT_OF_MEMORY, 'out-of-memory'],
    [End.STACK_OVERFLOW, 'stack-overflow'],
  ] as const)('%i is %s, with its message', (end, kind) => {
    expect(readClaimedEnd(claim(end))).toEqual({ kind, message: 'why' })
  })

  test('for an exceeded CPU limit has a fixed message, whatever the enclave sent', () => {
    expect(readClaimedEnd(claim(End.CPU_LIMIT))).toEqual({
      kind: 'deadline',
      message: 'it exceeded its CPU time limit',
    })
  })

  test.each([0, 6, -1])('of the unknown kind %i is rejected', (end) => {
    expect(() => readClaimedEnd(claim(end))).toThrow(
      expect.objectContaining({ code: 'E_ENCLAVE_END', got: String(end) }),
    )
  })

  test.each([
    [2047, 2047],
    [2048, 2048],
    [2049, 2048],
  ])('with a message of %i characters keeps the first %i', (length, kept) => {
    const message = Array.from({ length }, (_, at) => at % 10).join('')
    expect(readClaimedEnd(claim(End.TRAPPED, message))).toEqual({
      kind: 'trapped',
      message: message.slice(0, kept),
    })
  })
})
