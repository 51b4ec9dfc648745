/** The player of packets: one after the other, each in a lane of its own while it is on its way. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ShownPacket } from '../../../web/host/report.ts'
import { LANES, Player } from '../../../web/picture/player.ts'

const packets = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ number }) as unknown as ShownPacket)

let player: Player
beforeEach(() => {
  vi.useFakeTimers()
  player = new Player()
})
afterEach(() => {
  player.close()
  vi.useRealTimers()
})

const numbers = () => player.flights.value.map(({ packet }) => packet.number)
const lanes = () => player.flights.value.map(({ lane }) => lane)

describe('while packets are played', () => {
  test('each is on its way once, in their order, and arrives', () => {
    const seen = new Set<number>()
    player.flights.subscribe(() => {
      for (const number of numbers()) seen.add(number)
    })
    player.add(packets(20))
    // A report may repeat packets.
    player.add(packets(20))
    vi.runAllTimers()
    expect([...seen]).toEqual(packets(20).map(({ number }) => number))
    expect(numbers()).toEqual([])
  })

  test('no two share a lane', () => {
    let most = 0
    player.flights.subscribe(() => {
      expect(new Set(lanes()).size).toBe(lanes().length)
      most = Math.max(most, lanes().length)
    })
    player.add(packets(50))
    vi.runAllTimers()
    expect(most).toBe(LANES)
  })
})

test('a pause keeps what waits, and a step lets one packet pass', () => {
  player.pause(true)
  player.add(packets(3))
  vi.runAllTimers()
  expect([player.waiting.value, numbers()]).toEqual([3, []])
  player.step()
  expect([player.waiting.value, numbers()]).toEqual([2, [0]])
  player.pause(false)
  vi.runAllTimers()
  expect([player.waiting.value, numbers()]).toEqual([0, []])
})

test('steps that are faster than packets use the lanes again, the one of the oldest first', () => {
  player.pause(true)
  player.add(packets(LANES + 2))
  for (let step = 0; step < LANES + 2; step++) player.step()
  const all = Array.from({ length: LANES }, (_, lane) => lane)
  expect(lanes()).toEqual([...all, 0, 1])
})

test('of more packets than can wait, the oldest are skipped and counted', () => {
  player.pause(true)
  player.add(packets(70))
  expect([player.waiting.value, player.skipped.value]).toEqual([60, 10])
  player.step()
  expect(numbers()).toEqual([10])
})
