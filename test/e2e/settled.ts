/** Values of a page that are still changing when they are first read. */

/** Milliseconds after which a value that has not changed counts as settled. */
const QUIET = 500

/** What `read` gives as soon as it is the same twice. */
export async function settled<Value>(read: () => Promise<Value>): Promise<Value> {
  for (let last = await read(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, QUIET))
    const now = await read()
    if (Object.is(now, last)) return now
    last = now
  }
}
