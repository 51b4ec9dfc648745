/**
 * A Worker that runs one script, given as text, and receives one message. It sends no messages: its owner would have to
 * deserialize each of them on its own thread, whatever its size. Node and browsers differ in how they load the script
 * and report the end; this file hides the difference.
 */
import type { Bytes } from '../base/bytes.ts'
import { isNode, otherRuntime } from './environment.ts'
import type { ScriptWorker } from './script-worker.ts'
import { startWebWorker } from './web-worker.ts'

/** Node's flags for making modules from text, which is experimental. */
export const MODULE_FLAGS: readonly string[] = ['--experimental-vm-modules', '--no-warnings']

/**
 * The two globals that the glue uses, as variables of the script: `emptyScope` removes the global ones. The timer runs
 * only if a component waits for itself; console output is dropped.
 */
const PROLOGUE = `
const { setTimeout } = globalThis
const console = { error() {}, debug() {} }
`

/**
 * Captures what the kernel needs from the global scope, then empties it. The glue follows and runs in the empty scope.
 */
const boot = (stackLength: number) => `
  const clock = performance
  const date = Date
  const host = { now: () => clock.now(), wallClock: () => date.now(), stackLength: ${stackLength} }
  webclaveKernel.emptyScope(globalThis)
  const run = (message, channel) => {
    const wallClock = message.wallClock === undefined ? host.wallClock : () => message.wallClock
    return webclaveKernel.boot(message, instantiate, { ...host, wallClock, channel })
  }`

/**
 * Bytes of its stack in linear memory that the JavaScript engine may use before it throws a RangeError. V8's frames of
 * the same calls are up to nine times as long, and V8's own stack must not overflow first, because that ends the enclave.
 */
const STACK_LENGTH = { node: 3584 * 1024, tab: 288 * 1024 }

/** MiB of V8's stack in a Worker of Node. A Worker of a browser has about one. */
const NODE_STACK = 32

/** MiB of V8's heap that a Worker has in addition to its enclave's memory; beyond that, only the Worker ends. Node only. */
const OWN_HEAP = 64

/** Maximum length of a Worker's error message that its owner gets. */
const MAX_FAILURE_LENGTH = 2048

/**
 * Runs before any code of an enclave, in a block, because in Bun and Deno there are variables of these names. Node lets
 * a Worker without a file read everything below the working directory, until that permission is dropped. The script is
 * compiled as a module that cannot import anything. The port to the owner is closed before any of it runs (Deno has
 * nothing that closes it). What it throws is passed on as a short text, not as an object.
 */
const NODE_START = `
{
  process.permission?.drop?.('fs.read')
  const { parentPort } = require('node:worker_threads')
  const { SourceTextModule } = require('node:vm')
  const text = String
  const cut = Function.prototype.call.bind(String.prototype.slice)
  process.setUncaughtExceptionCaptureCallback((thrown) => {
    let words = 'an error that cannot be converted to text'
    try {
      words = cut(text(thrown), 0, ${MAX_FAILURE_LENGTH})
    } catch {}
    throw words
  })
  let module
  parentPort.on('message', async ({ script, code, message }) => {
    if (script !== undefined) {
      try {
        module = new SourceTextModule(script, code ? { cachedData: code } : {})
      } catch (error) {
        if (!code) throw error
        module = new SourceTextModule(script)
      }
      return
    }
    parentPort.close?.()
    await module.link(() => { throw new Error('imports are not allowed here') })
    await module.evaluate()
    await module.namespace.run(message)
  })
}
`

// The start of the script as a module: it exports `run`, which its loader calls.
const MODULE_BOOT = `
export let run
{${boot(STACK_LENGTH.node).replace('const run =', 'run =')}
}
`

/** The script as a module: its loader calls the exported `run` with the message and a channel. */
export function workerScript(kernel: string, glue: string): string {
  return `${PROLOGUE}${kernel}${MODULE_BOOT}${glue}`
}

// A browser reports only exceptions to a Worker's owner, so other failures are turned into exceptions.
const WEB_BOOT = `
{
  const scope = self
  const { close, reportError } = scope
  let receive
  scope.onmessageerror = () => reportError(new Error('the message to the Worker cannot be deserialized'))
  scope.onmessage = ({ data }) => receive(data)${boot(STACK_LENGTH.tab)}
  receive = (message) => run(message).then(() => close.call(scope), (error) => reportError.call(scope, error))
}
`

/**
 * Starts a Worker that runs the kernel script and the component's glue for an enclave of `memoryMiB`, and posts `message`
 * to it.
 * @throws {EnclaveError} E_TAB_SERVICE_WORKER or E_WORKER_SCRIPT in a browser, if it cannot be sealed.
 */
export async function startWorker(
  kernel: string,
  glue: string,
  message: unknown,
  memoryMiB: number = 0,
): Promise<ScriptWorker> {
  if (isNode) {
    const worker = openNodeWorker(OWN_HEAP + memoryMiB).load(kernel, glue)
    worker.post(message)
    return worker
  }
  return startWebWorker(`${PROLOGUE}${kernel}${WEB_BOOT}${glue}`, message)
}

/** A Worker that has compiled its script, and waits for its only message. */
export interface WaitingWorker extends ScriptWorker {
  post(message: unknown): void
}

/**
 * Starts a Worker as `startWorker` does, whose message comes later. Node only.
 * @param code V8's code cache of the script, which must be trusted; V8 ignores one of another version.
 */
export async function openWorker(
  kernel: string,
  glue: string,
  memoryMiB: number,
  code?: Bytes,
): Promise<WaitingWorker> {
  // In this form bundlers for browsers see that Node's module is not reached.
  if (isNode) return openNodeWorker(OWN_HEAP + memoryMiB).load(kernel, glue, code)
  throw new Error('only in Node a Worker can wait for its message')
}

/**
 * A Worker does not inherit its process's permissions: it has its own. These flags give it none: no files, programs,
 * Workers, addons or (from Node 25 on) network.
 */
export const permissions = (): string[] =>
  globalThis.process.allowedNodeEnvironmentFlags.has('--permission') ? ['--permission'] : []

/** A Worker that waits for its script: starting its thread takes longer than all that follows. */
export interface BlankWorker {
  /** The Worker belongs to the caller. */
  load(kernel: string, glue: string, code?: Bytes): WaitingWorker
  terminate(): Promise<void>
}

/** Starts a Worker for an enclave of `memoryMiB` whose program is not known yet. Node only. */
export function openBlankWorker(memoryMiB: number): BlankWorker {
  // In this form bundlers for browsers see that Node's module is not reached.
  if (isNode) return openNodeWorker(OWN_HEAP + memoryMiB)
  throw new Error('only in Node a Worker can wait for its script')
}

let isTold = false

/** Says once that the Worker has the permissions of its process, where that is so. */
function tellOfPermissions(): void {
  if (otherRuntime === undefined || isTold) return
  isTold = true
  globalThis.process.emitWarning(
    `${otherRuntime} has no permissions for Workers: only its emptied global scope keeps an enclave from files and network`,
    { type: 'WebclaveWarning', code: 'WEBCLAVE_PERMISSIONS' },
  )
}

function openNodeWorker(heapMiB: number): BlankWorker {
  tellOfPermissions()
  const { Worker } = globalThis.process.getBuiltinModule('node:worker_threads')
  const worker = new Worker(NODE_START, {
    eval: true,
    env: {},
    execArgv: [...permissions(), ...MODULE_FLAGS],
    stdin: false,
    resourceLimits: { maxOldGenerationSizeMb: heapMiB, stackSizeMb: NODE_STACK },
    // Keeps the Worker's output out of this process's own output.
    stdout: true,
    stderr: true,
  })
  let failure: Error | undefined
  worker.on('error', (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  const ended = new Promise<Error | undefined>((resolve) => worker.once('exit', () => resolve(failure)))
  const terminate = async () => void (await worker.terminate())
  return {
    load(kernel, glue, code) {
      worker.postMessage({ script: workerScript(kernel, glue), code })
      return {
        ended,
        post: (message) => worker.postMessage({ message }),
        hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
        terminate,
      }
    },
    terminate,
  }
}
