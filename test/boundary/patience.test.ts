/** How long one end spins before it sleeps, and how it detects that both ends share one processor. */
import { describe, expect, test } from 'vitest'
import { Patience } from '../../src/boundary/patience.ts'

const SPIN = 0.1
const BRIEF_SLEEP = 0.05
const LONG_SLEEP = 10

/** The lengths of the spins before each of `count` sleeps, if nothing ever arrives during a spin. */
function vainSpins(patience: Patience, count: number, sleep: number): number[] {
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
      expect(patience.span).toBe(SPIN)
      patience.found()
    }
  })

  test('spins briefly before long sleeps, when the cost is small', () => {
    expect(new Set(vainSpins(new Patience(), 1000, LONG_SLEEP))).toEqual(new Set([SPIN]))
  })

  test('spins long once if the peer answers as soon as this end sleeps, then not at all for a while', () => {
    const spins = vainSpins(new Patience(), 20, BRIEF_SLEEP)
    const long = spins.findIndex((span) => span > SPIN)
    expect(spins.slice(0, long)).toEqual(Array(long).fill(SPIN))
    expect(spins[long]).toBeGreaterThanOrEqual(4)
    expect(spins.slice(long + 1)).toEqual(Array(19 - long).fill(0))
  })

  test('tries again less and less often if that never helps', () => {
    const spins = vainSpins(new Patience(), 100_000, BRIEF_SLEEP)
    const long = spins.flatMap((span, at) => (span > SPIN ? [at] : []))
    const pauses = long.slice(1).map((at, index) => at - long[index]!)
    expect(pauses.length).toBeGreaterThan(4)
    expect(pauses.length).toBeLessThan(15)
    expect(pauses).toEqual(pauses.toSorted((left, right) => left - right))
  })

  test('starts over once a long spin has succeeded', () => {
    const patience = new Patience()
    while (patience.span <= SPIN) patience.slept(BRIEF_SLEEP)
    patience.found()
    expect(vainSpins(patience, 5, BRIEF_SLEEP)).toEqual(Array(5).fill(SPIN))
  })

  test('counts a sleep below 0.3 ms as brief, and a longer one as a sign that spinning costs little', () => {
    const patience = new Patience()
    for (let each = 0; each < 5; each++) patience.slept(0.3)
    patience.slept(0.31)
    for (let each = 0; each < 5; each++) patience.slept(0.3)
    expect(patience.span).toBe(SPIN)
    patience.slept(0.3)
    expect(patience.span).toBe(5)
  })

  test('spins briefly six times, then long once, then not for 64 sleeps, later 256 and so on up to 16384', () => {
    const spins = vainSpins(new Patience(), 60_000, BRIEF_SLEEP)
    const expected = [64, 256, 1024, 4096, 16_384, 16_384, 16_384].flatMap((pause) => [
      5,
      ...Array<number>(pause).fill(0),
    ])
    expect(spins.slice(0, 6)).toEqual(Array(6).fill(SPIN))
    expect(spins.slice(6, 40_000)).toEqual(expected.slice(0, 40_000 - 6))
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
