/** Yields to other tasks of this thread. */

type Task = () => void

/** In a browser: a message to itself is delivered after the tasks that are already queued. */
function byMessage(): (task: Task) => void {
  const { port1, port2 } = new MessageChannel()
  const waiting: Task[] = []
  port1.onmessage = () => waiting.shift()?.()
  return (task) => {
    waiting.push(task)
    port2.postMessage(0)
  }
}

/** Node's `setImmediate` costs a tenth of a message. */
const theWay = (): ((task: Task) => void) =>
  typeof setImmediate === 'function' ? (task) => void setImmediate(task) : byMessage()

let soon: ((task: Task) => void) | undefined

/** Resolves in a new task, after those that are already queued. */
export function yieldToTasks(): Promise<void> {
  soon ??= theWay()
  return new Promise((resolve) => soon?.(resolve))
}

/** Number of steps of a loop before other tasks are let in. */
const TURN = 256

/** For a loop of many short steps: lets other tasks in now and then. */
export class Turns {
  #count = 0

  async next(): Promise<void> {
    if (++this.#count % TURN === 0) await yieldToTasks()
  }
}

/** Milliseconds of work in promises after which other tasks are let in. */
const LONG = 10
/** When the first work of this task asked; undefined once another task has run. */
let since: number | undefined

/**
 * For work that a peer can keep going: promises that are there at once follow one another for as long as it likes, and timers and
 * other connections would wait. All work of this thread shares its turn.
 */
export async function shareTurn(): Promise<void> {
  if (since === undefined) {
    since = performance.now()
    void yieldToTasks().then(() => {
      since = undefined
    })
  } else if (performance.now() - since > LONG) await yieldToTasks()
}
