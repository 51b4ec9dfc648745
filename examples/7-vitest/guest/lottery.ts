/** Draws winners. Who buys the tickets cannot know them, and who runs the enclave cannot choose them. */
import { randomBytes } from 'webclave/sdk'

/** Numbers of two bytes. */
const NUMBERS = 65_536

/** `count` different numbers from 1 to `tickets`. */
export function draw(tickets: number, count: number): number[] {
  if (!(Number.isInteger(tickets) && tickets >= 1 && tickets <= NUMBERS && count <= tickets))
    throw Object.assign(new RangeError('invalid number of tickets'), { code: 'E_TICKETS' })
  const winners = new Set<number>()
  while (winners.size < count) {
    const [low, high] = randomBytes(2) as unknown as [number, number]
    const number = low + 256 * high
    // The last numbers are drawn again: they would prefer the first tickets.
    if (number < NUMBERS - (NUMBERS % tickets)) winners.add((number % tickets) + 1)
  }
  return [...winners]
}
