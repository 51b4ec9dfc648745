/**
 * A Worker of Node's that begins before it is known what it will run: half of a start is the beginning of a thread. Its
 * script comes as text and becomes a module that can import nothing, from the code that V8 made of the same text before
 * where there is some. Node only.
 */
import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import type { Bytes } from '../base/bytes.ts'
import { permissions, type ScriptWorker, workerScript } from './worker.ts'

/** See above. */
export interface WaitingWorker extends ScriptWorker {
  /** Has it run the kernel script and the component's glue, and gives those `message`. Once. */
  run(kernel: string, glue: string, code: Bytes | undefined, message: unknown): void
}

/** Modules that are made of text: Node calls them experimental. */
const MODULES = '--experimental-vm-modules'

/** Code of another V8, or of one with other flags, is refused; the text has all that is needed. */
const COMPILE = `
  let module
  try { module = new SourceTextModule(script, { cachedData: code }) } catch { module = new SourceTextModule(script) }`

const WAIT = `
import { parentPort } from 'node:worker_threads'
import { SourceTextModule } from 'node:vm'
process.permission?.drop?.('fs.read')
parentPort.once('message', async ({ script, code, message }) => {${COMPILE}
  await module.link(() => { throw new Error('nothing can be imported here') })
  await module.evaluate()
  module.namespace.run(message)
})`

const MAKE = `
import { text } from 'node:stream/consumers'
import { SourceTextModule } from 'node:vm'
process.stdout.write(new SourceTextModule(await text(process.stdin)).createCachedData())`

/** Begins a Worker. */
export function beginWorker(): WaitingWorker {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(WAIT)}`), {
    env: {},
    execArgv: [...permissions(), MODULES, '--no-warnings'],
    stdin: false,
    // Nothing that is printed in there reaches this process's own output.
    stdout: true,
    stderr: true,
  })
  let failure: Error | undefined
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  return {
    ended: new Promise((resolve) => worker.once('exit', () => resolve(failure))),
    run: (kernel, glue, code, message) =>
      worker.postMessage({ script: workerScript(kernel, glue), code, message }),
    async terminate() {
      await worker.terminate()
    },
  }
}

/**
 * What V8 makes of the script, for a process that runs with `flags`; undefined where that fails. It is made apart from
 * every guest: whoever could change it would change what others run.
 */
export async function makeCode(
  kernel: string,
  glue: string,
  flags: readonly string[],
): Promise<Uint8Array | undefined> {
  const words = [...flags, MODULES, '--no-warnings', '--input-type=module', '-e', MAKE]
  const child = spawn(process.execPath, words, { env: {}, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => {})
  child.stdin.end(workerScript(kernel, glue))
  const status = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', resolve)
  })
  const code = await buffer(child.stdout)
  return (await status) === 0 ? new Uint8Array(code) : undefined
}
