/** Many starts and stops leave nothing behind: the short form of `npm run endurance`. */
import { describe, expect, test } from 'vitest'
import { endure, judge } from '../support/endurance.ts'

/** Of so few lives the first weigh more: the whole run holds the tenth. */
const GROWTH = 0.25

describe.each([
  ['worker', 24],
  ['process', 6],
] as const)('in a %s', (isolation, count) => {
  test(`${count} starts and stops leave nothing behind`, async () => {
    const report = await endure({ count, isolation })
    expect(judge(report, { growth: GROWTH })).toEqual([])
  })
})

test('what is left behind is told (the control)', () => {
  const held = { resident: 100, heap: 10 }
  const report = { first: held, last: { resident: 126, heap: 10 }, elapsed: 1, left: ['Worker'] }
  expect(judge(report, { growth: GROWTH })).toEqual(['resident memory grew by 26.0 %', 'left behind: Worker'])
})
