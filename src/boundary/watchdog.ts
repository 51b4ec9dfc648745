/**
 * Limits an enclave's CPU time: checks periodically whether its kernel sleeps, sums up the time in which it does not,
 * and reports when the sum exceeds the limit.
 */

/** Milliseconds between two checks, which is the precision of the sum. */
const PERIOD = 10

/** The signal that ends an enclave's process when it has used up its CPU time, as operating systems do. */
export const SPENT = 'SIGXCPU'

/** The message for an enclave that was ended for this reason. */
export const CPU_TIME_SPENT = 'it exceeded its CPU time limit'

/**
 * Calls `onSpent` once `isBusy` was true for more than `limit` milliseconds in total, unless `stop` is called first. Its
 * `timer` keeps the thread or process alive.
 */
export function watch(
  isBusy: () => boolean,
  limit: number,
  onSpent: () => void,
): { timer: ReturnType<typeof setInterval>; stop(): void } {
  let busy = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    if (isBusy()) busy += now - last
    last = now
    if (busy <= limit) return
    clearInterval(timer)
    onSpent()
  }, PERIOD)
  return { timer, stop: () => clearInterval(timer) }
}
