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
})
