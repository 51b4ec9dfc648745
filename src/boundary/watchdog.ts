/**
 * Tells an enclave that spins from one that waits: looks again and again whether its kernel sleeps, adds up the time in
 * which it did not, and says so when that is more than it was given.
 */

/** Milliseconds between two looks: the error of the sum. */
const PERIOD = 10

/** The signal with which an enclave's process ends for having spent its time: what an operating system sends for that. */
export const SPENT = 'SIGXCPU'

/** What is said of an enclave that was ended so. */
export const CPU_TIME_SPENT = 'it has used the CPU time that it was given'

/**
 * Calls `onSpent` once `isBusy` held for more than `limit` milliseconds in all, unless `stop` is called. Its `timer` keeps the
 * thread or process from ending meanwhile.
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
