/** Milliseconds between two looks at the clock. */
const INTERVAL = 10

/** The longest time for which this thread's timers did not run while `work` was done, in milliseconds. */
export async function longestGap(work: () => Promise<void>): Promise<number> {
  let last = performance.now()
  let longest = 0
  const look = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(look, INTERVAL)
  try {
    await work()
  } finally {
    look()
    clearInterval(timer)
  }
  return longest
}
