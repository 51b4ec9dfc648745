/**
 * A Worker that runs one script, given as text, and takes one message. It says nothing in return: whatever an owner takes
 * in of a Worker it must read whole, on its own thread, however much it is. Node's and a browser's differ in how a script
 * is handed over and in how an end is told; nobody above this file sees the difference.
 */
import { isNode } from './environment.ts'
import type { ScriptWorker } from './script-worker.ts'
import { startWebWorker } from './web-worker.ts'

/** What Node is told where modules are made of text, which it calls experimental. */
export const MODULE_FLAGS: readonly string[] = ['--experimental-vm-modules', '--no-warnings']

/**
 * The glue's two needs of its host, as names of the script's own: after `emptyScope` the global ones are gone. Its
 * timer runs only where a component waits for itself; what it would print goes nowhere.
 */
const PROLOGUE = `
const { setTimeout } = globalThis
const console = { error() {}, debug() {} }
`

/** The kernel's needs are captured, and the scope is emptied. The glue, which stands behind this, runs in that. */
const BOOT = `
  const clock = performance
  const date = Date
  const host = { now: () => clock.now(), wallClock: () => date.now() }
  webclaveKernel.emptyScope(globalThis)
  const run = (message, channel) => webclaveKernel.boot(message, instantiate, { ...host, channel })`

/** Characters of what ended a Worker that its owner is told. */
const MAX_FAILURE_LENGTH = 2048

/**
 * Stands before all that is an enclave's. Node lets a Worker without a file read whatever lies beneath the working
 * directory, until it is told not to. The way back to the owner is shut before the script is even looked at; that is a
 * module which can import nothing. What it throws is told in a few words, not as the object that it is.
 */
const NODE_START = `
process.permission?.drop?.('fs.read')
const { parentPort } = require('node:worker_threads')
const { SourceTextModule } = require('node:vm')
const text = String
const cut = Function.prototype.call.bind(String.prototype.slice)
process.setUncaughtExceptionCaptureCallback((thrown) => {
  let words = 'something that cannot be told'
  try {
    words = cut(text(thrown), 0, ${MAX_FAILURE_LENGTH})
  } catch {}
  throw words
})
parentPort.once('message', async ({ script, message }) => {
  parentPort.close()
  const module = new SourceTextModule(script)
  await module.link(() => { throw new Error('nothing can be imported here') })
  await module.evaluate()
  await module.namespace.run(message)
})
`

// A module's own beginning: whoever evaluates it takes `run` and calls it.
const MODULE_BOOT = `
export let run
{${BOOT.replace('const run =', 'run =')}
}
`

/** The script as a module: whoever loads it calls what it exports as `run` with the message and a channel. */
export function workerScript(kernel: string, glue: string): string {
  return `${PROLOGUE}${kernel}${MODULE_BOOT}${glue}`
}

// A browser tells a Worker's owner of exceptions only: what else can go wrong in there is made one.
const WEB_BOOT = `
{
  const scope = self
  const { close, reportError } = scope
  let receive
  scope.onmessageerror = () => reportError(new Error('its message cannot be read'))
  scope.onmessage = ({ data }) => receive(data)${BOOT}
  receive = (message) => run(message).then(() => close.call(scope), (error) => reportError.call(scope, error))
}
`

/**
 * Starts a Worker of the kernel script and the component's glue, and gives it `message`.
 * @throws {EnclaveError} E_TAB_SERVICE_WORKER, E_WORKER_SCRIPT in a browser where it cannot be sealed.
 */
export async function startWorker(kernel: string, glue: string, message: unknown): Promise<ScriptWorker> {
  return isNode
    ? startNodeWorker(workerScript(kernel, glue), message)
    : startWebWorker(`${PROLOGUE}${kernel}${WEB_BOOT}${glue}`, message)
}

/**
 * A Worker takes over nothing of its process's permissions: it has its own, and ours has none, for files, programs,
 * Workers, addons, and (from Node 25 on) the network.
 */
export const permissions = (): string[] =>
  process.allowedNodeEnvironmentFlags.has('--permission') ? ['--permission'] : []

async function startNodeWorker(script: string, message: unknown): Promise<ScriptWorker> {
  const { Worker } = await import('node:worker_threads')
  const worker = new Worker(NODE_START, {
    eval: true,
    env: {},
    execArgv: [...permissions(), ...MODULE_FLAGS],
    stdin: false,
    // Nothing that is printed in there reaches this process's own output.
    stdout: true,
    stderr: true,
  })
  let failure: Error | undefined
  worker.on('error', (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  const ended = new Promise<Error | undefined>((resolve) => worker.once('exit', () => resolve(failure)))
  worker.postMessage({ script, message })
  return {
    ended,
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    async terminate() {
      await worker.terminate()
    },
  }
}
