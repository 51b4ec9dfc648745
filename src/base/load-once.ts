/** Values that are loaded on first use. */

/**
 * A function that calls `load` once, and gives its value to all callers. After a failure the next call tries again.
 *
 * @example
 * let calls = 0
 * const load = loadOnce(async () => ++calls)
 * await Promise.all([load(), load()]) // [1, 1]
 */
export function loadOnce<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
}
