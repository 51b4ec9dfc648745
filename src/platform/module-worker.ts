/**
 * A Worker of this release's own code, for work that would hold up its owner's thread: a module that was built once a
 * release. Nothing of a guest runs in it.
 */
import { isNode } from './environment.ts'

/** What its owner is told of. */
export interface ModuleWorkerEvents {
  onMessage(message: unknown): void
  /** It is gone, though nobody ended it: it could not be loaded, threw, or ran out of memory. */
  onLost(error: Error): void
}

/** A running Worker. */
export interface ModuleWorker {
  post(message: unknown): void
  /** Whether it keeps a process of Node from ending. */
  hold(isHeld: boolean): void
  /** Ends it now, whatever it is doing. */
  terminate(): void
}

/** MiB of JavaScript in it, at most, in Node; beyond that it alone ends. */
const HEAP_LIMIT = 1024

/** Starts the module at `url` in a Worker. It is told nothing until `post`. */
export async function startModuleWorker(url: URL, events: ModuleWorkerEvents): Promise<ModuleWorker> {
  return isNode ? startInNode(url, events) : startInBrowser(url, events)
}

async function startInNode(url: URL, { onMessage, onLost }: ModuleWorkerEvents): Promise<ModuleWorker> {
  const { Worker } = await import('node:worker_threads')
  const worker = new Worker(url, {
    env: {},
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT },
  })
  worker.on('message', onMessage)
  worker.on('messageerror', onLost)
  worker.on('error', (error) => onLost(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => onLost(new Error('its Worker is gone')))
  return {
    post: (message) => worker.postMessage(message),
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  }
}

function startInBrowser(url: URL, { onMessage, onLost }: ModuleWorkerEvents): ModuleWorker {
  const worker = new Worker(url, { type: 'module' })
  worker.onmessage = ({ data }) => onMessage(data)
  worker.onmessageerror = () => onLost(new Error('a message cannot be read'))
  worker.onerror = (event) => {
    event.preventDefault()
    onLost(new Error(event.message || 'the Worker could not be started'))
  }
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    terminate: () => worker.terminate(),
  }
}
