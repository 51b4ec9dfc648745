/** A module of the guest without an enclave: `webclave/sdk` is that of a test enclave. Fast, and a debugger works. */
import { expect, test } from 'vitest'
import { draw } from '../guest/lottery.ts'

test('the winners are different tickets', () => {
  const winners = draw(50, 10)
  expect(new Set(winners).size).toBe(10)
  for (const winner of winners) expect(winner).toSatisfy((number: number) => number >= 1 && number <= 50)
})

test('all tickets can win', () => {
  expect(draw(300, 300).toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 300 }, (_, at) => at + 1),
  )
})

test.each([0, 1.5, 65_537, Number.NaN])('%j tickets are refused', (tickets) => {
  expect(() => draw(tickets, 1)).toThrow(expect.objectContaining({ code: 'E_TICKETS' }))
})
