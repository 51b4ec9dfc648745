/** Requests to the security module: one after the other, as far as the budget allows, and when they are answered. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Budget, COSTLY } from '../../src/hypervisor/budget.ts'
import { type Hearing, Requests } from '../../src/hypervisor/requests.ts'
import type { SecurityModule } from '../../src/qtsm/security-module.ts'
import { FakeChannel } from './fake-channel.ts'
import { tasks } from './kernel-ends.ts'

const PER_TURN = 16

let channel: FakeChannel
let budget: Budget
/** The requests that the module received, and whether the enclave was launched. */
let received: [request: number, isLaunched: boolean][]
let later: ((response: Uint8Array<ArrayBuffer>) => void) | undefined
let requests: Requests

beforeEach(() => {
  vi.spyOn(performance, 'now').mockReturnValue(0)
  channel = new FakeChannel()
  budget = new Budget()
  received = []
  const security = {
    answer([request]: Uint8Array, isLaunched: boolean) {
      received.push([request!, isLaunched])
      if (request === 0)
        return new Promise<Uint8Array<ArrayBuffer>>((resolve) => {
          later = resolve
        })
      return Uint8Array.of(100 + request!)
    },
  }
  requests = new Requests(channel, security as unknown as SecurityModule, budget)
})
afterEach(() => {
  budget.close()
  vi.restoreAllMocks()
})

const ask = (...numbers: number[]) =>
  void channel.requests.push(...numbers.map((number) => Uint8Array.of(number)))
const answer = (hearing: Hearing) => requests.answer(() => hearing)

describe('a request', () => {
  test('is answered, and so is the next one if it has arrived', () => {
    ask(1, 2)
    answer('launched')
    expect(channel.responses).toEqual([Uint8Array.of(101), Uint8Array.of(102)])
    expect(channel.calls).toEqual([])
  })

  test('is marked as sent before or after the launch', () => {
    ask(1)
    answer('booting')
    ask(2)
    answer('launched')
    expect(received).toEqual([
      [1, false],
      [2, true],
    ])
  })

  test('between RUNNING and the launch waits, and is answered before the next one', () => {
    ask(1, 2)
    answer('waiting')
    answer('waiting')
    expect([received, channel.requests.length]).toEqual([[], 1])
    answer('launched')
    expect(received).toEqual([
      [1, true],
      [2, true],
    ])
    answer('launched')
    expect(received).toHaveLength(2)
  })

  test('with a slow answer blocks nothing, and the next one is taken after it', async () => {
    ask(0, 1)
    answer('launched')
    expect([channel.responses, channel.requests.length]).toEqual([[], 1])
    later!(Uint8Array.of(7))
    await tasks(1)
    expect(channel.responses).toEqual([Uint8Array.of(7)])
    answer('launched')
    expect(channel.responses).toEqual([Uint8Array.of(7), Uint8Array.of(101)])
  })
})

describe('a budget', () => {
  test.each([
    [PER_TURN - 1, PER_TURN - 1, []],
    [PER_TURN, PER_TURN, ['interrupt']],
    [PER_TURN + 1, PER_TURN, ['interrupt']],
  ])('of one turn, with %i requests, answers %i', (count, answered, calls) => {
    ask(...Array.from({ length: count }, () => 1))
    answer('launched')
    expect(channel.responses).toHaveLength(answered)
    expect(channel.calls).toEqual(calls)
  })

  test('is not spent by a waiting request until it is answered', () => {
    ask(1)
    answer('waiting')
    budget.take(15 * COSTLY)
    expect(budget.isLeft).toBe(true)
  })
})
