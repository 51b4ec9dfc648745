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
  test('looks briefly before every sleep while something comes', () => {
    const patience = new Patience()
    for (let each = 0; each < 1000; each++) {
      expect(patience.span).toBe(LOOK)
      patience.found()
    }
  })

  test('looks briefly before long sleeps: then that is little', () => {
    expect(new Set(looksInVain(new Patience(), 1000, LONG_SLEEP))).toEqual(new Set([LOOK]))
  })

  test('looks long once where the peer comes as soon as this end sleeps, then not at all for a while', () => {
    const looks = looksInVain(new Patience(), 20, BRIEF_SLEEP)
    const long = looks.findIndex((span) => span > LOOK)
    expect(looks.slice(0, long)).toEqual(Array(long).fill(LOOK))
    expect(looks[long]).toBeGreaterThanOrEqual(4)
    expect(looks.slice(long + 1)).toEqual(Array(19 - long).fill(0))
  })

  test('tries again rarely and more rarely where that never helps', () => {
    const looks = looksInVain(new Patience(), 100_000, BRIEF_SLEEP)
    const long = looks.flatMap((span, at) => (span > LOOK ? [at] : []))
    const pauses = long.slice(1).map((at, index) => at - long[index]!)
    expect(pauses.length).toBeGreaterThan(4)
    expect(pauses.length).toBeLessThan(15)
    expect(pauses).toEqual(pauses.toSorted((left, right) => left - right))
  })

  test('is as at first once a long look has found something', () => {
    const patience = new Patience()
    while (patience.span <= LOOK) patience.slept(BRIEF_SLEEP)
    patience.found()
    expect(looksInVain(patience, 5, BRIEF_SLEEP)).toEqual(Array(5).fill(LOOK))
  })

  test('takes a sleep of 0.3 ms for brief, and a longer one for a sign that looking costs little', () => {
    const patience = new Patience()
    for (let each = 0; each < 5; each++) patience.slept(0.3)
    patience.slept(0.31)
    for (let each = 0; each < 5; each++) patience.slept(0.3)
    expect(patience.span).toBe(LOOK)
    patience.slept(0.3)
    expect(patience.span).toBe(5)
  })

  test('has six brief looks, a long one, then 64 sleeps without, four times as many each time, 16384 at most', () => {
    const looks = looksInVain(new Patience(), 60_000, BRIEF_SLEEP)
    const expected = [64, 256, 1024, 4096, 16_384, 16_384, 16_384].flatMap((pause) => [
      5,
      ...Array<number>(pause).fill(0),
    ])
    expect(looks.slice(0, 6)).toEqual(Array(6).fill(LOOK))
    expect(looks.slice(6, 40_000)).toEqual(expected.slice(0, 40_000 - 6))
  })

  test('begins with the shortest pause again once something has come, and goes on where a sleep was long', () => {
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
