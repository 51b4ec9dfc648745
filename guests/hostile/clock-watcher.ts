/** Looks for threads, for shared memory, and for fractions of a millisecond in the clock. */
import { now } from 'wasi:clocks/monotonic-clock'

const MILLISECOND = 1_000_000
let fractions = 0
let steps = 0
let last = Number(now())
for (const end = last + 20 * MILLISECOND; last < end; ) {
  const time = Number(now())
  if (time % MILLISECOND !== 0) fractions += 1
  if (time !== last) steps += 1
  last = time
}
console.log(
  `Worker ${typeof (globalThis as { Worker?: unknown }).Worker} fractions ${fractions} steps ${steps}`,
)
