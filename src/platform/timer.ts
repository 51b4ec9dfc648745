/** Timers of any length. `setTimeout` fires at once if the delay exceeds 31 bits of milliseconds, some 24 days. */

const LONGEST = 0x7fffffff

/** Lets a Node process exit while `timer` is pending. No effect in a browser. */
export function unref(timer: unknown): void {
  ;(timer as { unref?(): void } | undefined)?.unref?.()
}

/**
 * Calls `action` after `time` milliseconds, or never if `time` is Infinity. The returned function cancels the timer. A
 * pending timer does not keep a Node process alive.
 */
export function callAfter(time: number, action: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = (left: number) => {
    timer = setTimeout(() => (left > LONGEST ? wait(left - LONGEST) : action()), Math.min(left, LONGEST))
    unref(timer)
  }
  if (time !== Number.POSITIVE_INFINITY) wait(time)
  return () => clearTimeout(timer)
}
