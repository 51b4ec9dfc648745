/**
 * A Worker that runs a module of webclave itself, for work that would block its owner's thread. The module is built
 * once per release. No guest code runs in it.
 */
import { missingArtefact } from './artefacts.ts'
import { isNode } from './environment.ts'

/** The events that the owner of a Worker receives. */
export interface ModuleWorkerEvents {
  onMessage(message: unknown): void
  /** The Worker ended although nobody called `terminate`: it could not be loaded, threw, or ran out of memory. */
  onLost(error: Error): void
}

/** A running Worker. */
export interface ModuleWorker {
  post(message: unknown): void
  /** Whether it keeps a Node process alive. */
  hold(isHeld: boolean): void
  /** Stops it at once, whatever it is doing. */
  terminate(): void
}

/** Maximum heap of the Worker in Node, in MiB. If it needs more, only the Worker ends. */
const HEAP_LIMIT = 1024

/** Starts the module at `url` in a Worker. It gets no message before `post`. */
export async function startModuleWorker(url: URL, events: ModuleWorkerEvents): Promise<ModuleWorker> {
  return isNode ? startInNode(url, events) : startInBrowser(url, events)
}

async function startInNode(url: URL, { onMessage, onLost }: ModuleWorkerEvents): Promise<ModuleWorker> {
  const { Worker } = globalThis.process.getBuiltinModule('node:worker_threads')
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
  worker.on('exit', () => onLost(new Error('the Worker ended unexpectedly')))
  return {
    post: (message) => worker.postMessage(message),
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  }
}

function startInBrowser(url: URL, { onMessage, onLost }: ModuleWorkerEvents): ModuleWorker {
  const worker = new Worker(url, { type: 'module' })
  worker.onmessage = ({ data }) => onMessage(data)
  worker.onmessageerror = () => onLost(new Error('a message of the Worker cannot be deserialized'))
  worker.onerror = (event) => {
    event.preventDefault()
    // Without a message, its file could not be loaded.
    onLost(event.message ? new Error(event.message) : missingArtefact(url.pathname.split('/').at(-1)!))
  }
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    terminate: () => worker.terminate(),
  }
}
