/** Looking before sleeping: as long as it helps, or costs little; and what two ends on one processor are told by. */
import { describe, expect, test } from 'vitest'
import { Patience } from '../../src/boundary/patience.ts'

const LOOK = 0.1
const BRIEF_SLEEP = 0.05
const LONG_SLEEP = 10

/** The looks before each of `count` sleeps of that length, where none finds anything. */
function looksInVain(patience: Patience, count: number, sleep: number): number[] {
  return Array.from({ length: count }, () => {
    const { span } = patience
    if (span > 0) patience.slept(sleep)
    return span
  })
}

describe('Patience', () => {
  test('spins briefly before every sleep while messages arrive', () => {
    const patience = new Patience()
    for (let each = 0; each < 1000; each++) {
      expect(patience.span).toBe(LOOK)
      patience.found()
    }
  })

  test('spins briefly before long sleeps, when the cost is small', () => {
    expect(new Set(looksInVain(new Patience(), 1000, LONG_SLEEP))).toEqual(new Set([LOOK]))
  })

  test('spins long once if the peer answers as soon as this end sleeps, then not at all for a while', () => {
    const looks = looksInVain(new Patience(), 20, BRIEF_SLEEP)
    const long = looks.findIndex((span) => span > LOOK)
    expect(looks.slice(0, long)).toEqual(Array(long).fill(LOOK))
    expect(looks[long]).toBeGreaterThanOrEqual(4)
    expect(looks.slice(long + 1)).toEqual(Array(19 - long).fill(0))
  })

  test('tries again less and less often if that never helps', () => {
    const looks = looksInVain(new Patience(), 100_000, BRIEF_SLEEP)
    const long = looks.flatMap((span, at) => (span > LOOK ? [at] : []))
    const pauses = long.slice(1).map((at, index) => at - long[index]!)
    expect(pauses.length).toBeGreaterThan(4)
    expect(pauses.length).toBeLessThan(15)
    expect(pauses).toEqual(pauses.toSorted((left, right) => left - right))
  })

  test('starts over once a long spin has succeeded', () => {
    const patience = new Patience()
    while (patience.span <= LOOK) patience.slept(BRIEF_SLEEP)
    patience.found()
    expect(looksInVain(patience, 5, BRIEF_SLEEP)).toEqual(Array(5).fill(LOOK))
  })

  test('counts a sleep below 0.3 ms as brief, and a longer one as a sign that spinning costs little', () => {
    const patience = new Patience()
    for (let each = 0; each < 5; each++) patience.slept(0.3)
    patience.slept(0.31)
    for (let each = 0; each < 5; each++) patience.slept(0.3)
    expect(patience.span).toBe(LOOK)
    patience.slept(0.3)
    expect(patience.span).toBe(5)
  })

  test('has six brief spins, a long one, then 64 sleeps without, four times as many each time, at most 16384', () => {
    const looks = looksInVain(new Patience(), 60_000, BRIEF_SLEEP)
    const expected = [64, 256, 1024, 4096, 16_384, 16_384, 16_384].flatMap((pause) => [
      5,
      ...Array<number>(pause).fill(0),
    ])
    expect(looks.slice(0, 6)).toEqual(Array(6).fill(LOOK))
    expect(looks.slice(6, 40_000)).toEqual(expected.slice(0, 40_000 - 6))
  })

  test('starts with the shortest pause again after a success, and continues after a long sleep', () => {
    const patience = new Patience()
    const pause = () => {
      while (patience.span < 5) patience.slept(BRIEF_SLEEP)
      patience.slept(BRIEF_SLEEP)
      let sleeps = 0
      while (patience.span === 0) sleeps += 1
      return sleeps
    }
    expect([pause(), pause()]).toEqual([64, 256])
    patience.slept(LONG_SLEEP)
    expect(pause()).toBe(1024)
    patience.found()
    expect(pause()).toBe(64)
  })
})
