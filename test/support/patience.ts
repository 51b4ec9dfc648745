/**
 * How long a test waits for what must come, in the time of this machine as it is now: a slow one, or one that does much
 * else, is given longer. A test that waits for an outcome takes its limits from here; what must not take long is counted
 * (in turns, calls, bytes), or compared with something else of the same run.
 */

/** Steps of the work that is timed, and the milliseconds that an idle machine of 2026 takes for it. */
const STEPS = 3_000_000
const REFERENCE = 10
const SAMPLES = 3

/** Milliseconds that the fixed work takes now, the median of a few times. */
function sample(): number {
  const times = Array.from({ length: SAMPLES }, () => {
    const start = performance.now()
    let mixed = 1
    for (let step = 0; step < STEPS; step++) mixed = Math.imul(mixed ^ (mixed >>> 13), 0x5bd1e995) + step
    // What is not used need not be computed.
    return performance.now() - start + (mixed === 0.5 ? 1 : 0)
  })
  return times.toSorted((left, right) => left - right)[SAMPLES >> 1]!
}

/** `milliseconds` of an idle machine, in this one's: never fewer. */
export function patience(milliseconds: number): number {
  return Math.ceil(milliseconds * Math.max(1, sample() / REFERENCE))
}
