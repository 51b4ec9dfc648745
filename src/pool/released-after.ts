/** The result of a call that is a stream keeps the place of the call. */

/** The items of a result; its place is free when they end, or when the loop over them is left, even before its begin. */
export function releasedAfter(
  items: AsyncIterable<unknown>,
  release: () => void,
): AsyncIterableIterator<unknown> {
  const iterator = items[Symbol.asyncIterator]()
  let isReleased = false
  const end = () => {
    if (!isReleased) release()
    isReleased = true
  }
  return {
    async next() {
      try {
        const result = await iterator.next()
        if (result.done) end()
        return result
      } catch (error) {
        end()
        throw error
      }
    },
    async return() {
      try {
        await iterator.return?.()
      } finally {
        end()
      }
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
