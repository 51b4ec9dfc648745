/** Letting other tasks of this thread have their turn. */

type Task = () => void

/** A page's way: a message to itself comes after the tasks that are due. */
function byMessage(): (task: Task) => void {
  const { port1, port2 } = new MessageChannel()
  const waiting: Task[] = []
  port1.onmessage = () => waiting.shift()?.()
  return (task) => {
    waiting.push(task)
    port2.postMessage(0)
  }
}

/** Node has a queue for it, which costs a tenth. */
const theWay = (): ((task: Task) => void) =>
  typeof setImmediate === 'function' ? (task) => void setImmediate(task) : byMessage()

let soon: ((task: Task) => void) | undefined

/** Resolves in a task of its own, after those that are due already. */
export function yieldToTasks(): Promise<void> {
  soon ??= theWay()
  return new Promise((resolve) => soon?.(resolve))
}
