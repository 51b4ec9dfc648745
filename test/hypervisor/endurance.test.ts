/** Starting and stopping many enclaves leaks nothing: the short form of `npm run endurance`. */
import { describe, expect, test } from 'vitest'
import { endure, judge } from '../support/endurance.ts'

/** With so few starts, the first ones weigh more; the full run allows a tenth. */
const GROWTH = 0.25

describe.each([
  ['worker', 24],
  ['process', 6],
] as const)('in a %s', (isolation, count) => {
  test(`${count} starts and stops leak nothing`, async () => {
    const report = await endure({ count, isolation })
    expect(judge(report, { growth: GROWTH })).toEqual([])
  })
})

test('a leak is reported (control)', () => {
  const held = { resident: 100, heap: 10 }
  const report = { first: held, last: { resident: 126, heap: 10 }, elapsed: 1, left: ['Worker'] }
  expect(judge(report, { growth: GROWTH })).toEqual(['resident memory grew by 26.0 %', 'left behind: Worker'])
})
