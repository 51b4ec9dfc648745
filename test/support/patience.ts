/**
 * Time limits that are scaled to the current speed of this machine, so that a slow or busy one gets more time. A test
 * that waits for an outcome takes its limits from here; a test of speed counts turns, calls or bytes, or compares two
 * measurements of the same run.
 */

/** Steps of the timed work, and the milliseconds that an idle machine of 2026 needs for it. */
const STEPS = 3_000_000
const REFERENCE = 10
const SAMPLES = 3

/** Milliseconds that the fixed work takes now: the median of several runs. */
function sample(): number {
  const times = Array.from({ length: SAMPLES }, () => {
    const start = performance.now()
    let mixed = 1
    for (let step = 0; step < STEPS; step++) mixed = Math.imul(mixed ^ (mixed >>> 13), 0x5bd1e995) + step
    // Uses the result, so that the work is not optimised away.
    return performance.now() - start + (mixed === 0.5 ? 1 : 0)
  })
  return times.toSorted((left, right) => left - right)[SAMPLES >> 1]!
}

/** Converts `milliseconds` of an idle reference machine to this machine; never fewer. */
export function patience(milliseconds: number): number {
  return Math.ceil(milliseconds * Math.max(1, sample() / REFERENCE))
}
