/** Counts the turns of this thread's event loop during some work. */

/** The number of turns of other tasks until `work` was done. */
export async function turnsDuring<T>(work: () => Promise<T>): Promise<{ turns: number; result: T }> {
  let turns = 0
  let isOver = false
  const turn = () => {
    turns += 1
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  try {
    const result = await work()
    return { result, turns }
  } finally {
    isOver = true
  }
}
