/** Timers of any length: one of the host's that is longer than 31 bits of milliseconds, some 24 days, ends at once. */

const LONGEST = 0x7fffffff

/** Has `timer` not keep a process of Node's from ending; in a browser nothing does. */
export function unref(timer: unknown): void {
  ;(timer as { unref?(): void } | undefined)?.unref?.()
}

/**
 * Calls `action` in `time` milliseconds, unless the function that it gives is called before. Infinity is never. It keeps no
 * process from ending.
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
