/**
 * A Worker that runs one script, given as text, and takes one message. Node's and a browser's differ in how a
 * script is handed over and in how an end is told; nobody above this file sees the difference.
 */
import { isNode } from './environment.ts'

/** A running Worker. */
export interface ScriptWorker {
  /** Resolves once it is gone: with the error that ended it, if one did. Never rejects. */
  readonly ended: Promise<Error | undefined>
  /** Ends it now, whatever it is doing. */
  terminate(): Promise<void>
}

/** What the kernel is called with: the message, the glue's own function, and the two clocks of its host. */
const BOOT =
  'webclaveKernel.boot(message, instantiate, { now: () => performance.now(), wallClock: () => Date.now() })'

const NODE_EPILOGUE = `
const { parentPort } = await import('node:worker_threads')
parentPort.once('message', (message) => ${BOOT})`

// A browser tells a Worker's owner of exceptions only: what else can go wrong in there is made one.
const WEB_EPILOGUE = `
self.onmessageerror = () => reportError(new Error('its message cannot be read'))
self.onmessage = ({ data: message }) => ${BOOT}.then(() => self.close(), reportError)`

/** Starts a Worker of the kernel script and the component's glue, and gives it `message`. */
export async function startWorker(kernel: string, glue: string, message: unknown): Promise<ScriptWorker> {
  return isNode
    ? startNodeWorker(`${kernel}\n${glue}${NODE_EPILOGUE}`, message)
    : startWebWorker(`${kernel}\n${glue}${WEB_EPILOGUE}`, message)
}

async function startNodeWorker(script: string, message: unknown): Promise<ScriptWorker> {
  const { Worker } = await import('node:worker_threads')
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), {
    env: {},
    execArgv: [],
    stdin: false,
    // Nothing that is printed in there reaches this process's own output.
    stdout: true,
    stderr: true,
  })
  let failure: Error | undefined
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  const ended = new Promise<Error | undefined>((resolve) => worker.once('exit', () => resolve(failure)))
  worker.postMessage(message)
  return {
    ended,
    async terminate() {
      await worker.terminate()
    },
  }
}

function startWebWorker(script: string, message: unknown): ScriptWorker {
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(url, { type: 'module' })
  let settle: (error: Error | undefined) => void
  const ended = new Promise<Error | undefined>((resolve) => {
    settle = resolve
  })
  worker.onerror = (event) => {
    // It is told once, as the end's reason, and not on the page's console also.
    event.preventDefault()
    settle(new Error(event.message || 'the Worker could not be started'))
  }
  worker.postMessage(message)
  return {
    ended,
    async terminate() {
      worker.terminate()
      URL.revokeObjectURL(url)
      settle(undefined)
    },
  }
}
