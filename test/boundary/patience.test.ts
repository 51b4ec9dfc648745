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

/** Reports so many spins that found something in time. */
function goodSpins(patience: Patience, count: number): void {
  for (let each = 0; each < count; each++) patience.found(SPIN / 2)
}

describe('Patience', () => {
  test('spins briefly before every sleep while messages arrive', () => {
    const patience = new Patience()
    for (let each = 0; each < 1000; each++) {
      expect(patience.span).toBe(SPIN)
      patience.found(0.3)
    }
  })

  test('spins six times before long sleeps, then not for 64, and never long', () => {
    const round = [...Array(6).fill(SPIN), ...Array(64).fill(0)]
    expect(vainSpins(new Patience(), 210, LONG_SLEEP)).toEqual([...round, ...round, ...round])
  })

  test('spins briefly six times, then long once, then not for 64 sleeps, later for 256 and so on up to 16384', () => {
    const spins = vainSpins(new Patience(), 60_000, BRIEF_SLEEP)
    const expected = [64, 256, 1024, 4096, 16_384, 16_384, 16_384].flatMap((pause) => [
      ...Array<number>(6).fill(SPIN),
      5,
      ...Array<number>(pause).fill(0),
    ])
    expect(spins.slice(0, 50_000)).toEqual(expected.slice(0, 50_000))
  })

  test('counts a spin in which this thread was interrupted as one in vain, although something came', () => {
    const spins = (time: number) => {
      const patience = new Patience()
      return Array.from({ length: 8 }, () => {
        const { span } = patience
        if (span > 0) patience.found(time)
        return span
      })
    }
    expect(spins(0.3)).toEqual(Array(8).fill(SPIN))
    expect(spins(0.31)).toEqual([...Array(6).fill(SPIN), 5, 0])
  })

  test('starts over once a long spin has helped', () => {
    const patience = new Patience()
    vainSpins(patience, 6, BRIEF_SLEEP)
    expect(patience.span).toBe(5)
    patience.found(SPIN)
    expect(vainSpins(patience, 7, BRIEF_SLEEP)).toEqual([...Array(6).fill(SPIN), 5])
  })

  test('counts a sleep below 0.3 ms as brief; one longer among six means that there is nothing to come', () => {
    const patience = new Patience()
    for (const sleep of [0.3, 0.3, 0.31, 0.3, 0.3, 0.3]) patience.slept(sleep)
    expect(patience.span).toBe(0)
    const other = new Patience()
    for (let each = 0; each < 6; each++) other.slept(0.3)
    expect(other.span).toBe(5)
  })

  test('has the shortest pause again after sixteen spins in a row that helped, and not after fifteen', () => {
    const pauseOf = (patience: Patience) => {
      while (patience.span < 5) patience.slept(BRIEF_SLEEP)
      patience.slept(BRIEF_SLEEP)
      let sleeps = 0
      while (patience.span === 0) sleeps += 1
      return sleeps
    }
    const patience = new Patience()
    expect([pauseOf(patience), pauseOf(patience)]).toEqual([64, 256])
    goodSpins(patience, 15)
    expect(pauseOf(patience)).toBe(1024)
    goodSpins(patience, 16)
    expect(pauseOf(patience)).toBe(64)
  })
})
