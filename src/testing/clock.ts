/**
 * Timers of a test enclave: those of Node as they were when this module was loaded, because a test may replace them by
 * its own. None of them keeps the process alive for longer than a turn of its event loop.
 */
const { setImmediate, setTimeout, clearTimeout, performance } = globalThis

/** Milliseconds since an arbitrary time. */
export const now: () => number = () => performance.now()

/**
 * Calls `work` once, in a later turn of the event loop: after `milliseconds`, which may be infinite, or soon after the
 * returned function is called.
 */
export function later(work: () => void, milliseconds: number): () => void {
  let timer: NodeJS.Timeout | undefined
  let isDue = false
  const soon = () => {
    if (isDue) return
    isDue = true
    clearTimeout(timer)
    setImmediate(work)
  }
  if (milliseconds <= 0) soon()
  else if (milliseconds < Number.POSITIVE_INFINITY) timer = setTimeout(soon, milliseconds).unref()
  return soon
}
