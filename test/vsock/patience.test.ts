/** Looking before sleeping goes on while it helps, and nearly stops where it does not. */
import { describe, expect, test } from 'vitest'
import { Patience } from '../../src/vsock/patience.ts'

/** How many of `sleeps` begin with a look, where every look has the outcome `came`. */
function looks(patience: Patience, sleeps: number, came: boolean): number {
  let count = 0
  for (let each = 0; each < sleeps; each++) {
    if (patience.span === 0) continue
    count += 1
    patience.looked(came)
  }
  return count
}

describe('Patience', () => {
  test('looks before every sleep while something comes', () => {
    expect(looks(new Patience(), 1000, true)).toBe(1000)
  })

  test('looks before few of many sleeps where nothing comes', () => {
    const count = looks(new Patience(), 100_000, false)
    expect(count).toBeLessThan(120)
    expect(count).toBeGreaterThan(3)
  })

  test('looks before every sleep again as soon as a look has helped', () => {
    const patience = new Patience()
    looks(patience, 10_000, false)
    let sleeps = 0
    while (patience.span === 0) sleeps += 1
    expect(sleeps).toBeLessThan(1024)
    patience.looked(true)
    expect(looks(patience, 100, true)).toBe(100)
  })
})
