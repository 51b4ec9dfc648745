/** Letting other tasks of this thread have their turn. */

const port = new MessageChannel()
const waiting: (() => void)[] = []
port.port1.onmessage = () => waiting.shift()?.()
// An idle channel must not keep a Node process alive.
;(port.port1 as { unref?: () => void }).unref?.()

/** Resolves in a task of its own, after those that are due already. */
export function yieldToTasks(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    port.port2.postMessage(0)
  })
}
