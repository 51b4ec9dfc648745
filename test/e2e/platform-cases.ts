/**
 * Cases for the Workers of `src/platform`, as plain functions. The test calls them in Node, and in a page that loads
 * a bundle of this file, and compares the results.
 */
import { EnclaveError } from '../../src/base/error.ts'
import { Phase, Word } from '../../src/boundary/shared-memory.ts'
import type { RunnableComponent } from '../../src/hypervisor/components.ts'
import { EnclaveProcess, type EnclaveProcessOptions } from '../../src/hypervisor/enclave-process.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { startWorker } from '../../src/platform/worker.ts'
import { yieldToTasks } from '../../src/platform/yield.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'

export { isolateTab } from '../../src/platform/isolate-tab.ts'

/** Stands for a component's glue. */
const GLUE = 'const instantiate = undefined'

/** Keeps a kernel from finishing, without blocking its Worker. */
const STAY = 'await new Promise(() => setInterval(() => {}, 1e6))'

/** A kernel with only a `boot` function, which does not empty the scope. */
const kernel = (boot: string) => `globalThis.webclaveKernel = { emptyScope() {}, boot: ${boot} }`

/** A kernel that reports RUNNING and then runs the code `then`. */
const runningKernel = (then: string) =>
  kernel(`async ({ shared }) => {
    const words = new Int32Array(shared)
    Atomics.store(words, ${Word.PHASE}, ${Phase.RUNNING})
    Atomics.add(words, ${Word.HYPERVISOR_BELL}, 1)
    Atomics.notify(words, ${Word.HYPERVISOR_BELL})
    ${then}
  }`)

/** How a Worker with that script ended by itself: the error message, or null. */
async function endOf(script: string, glue: string = GLUE): Promise<string | null> {
  const worker = await startWorker(script, glue, {})
  const error = await worker.ended
  await worker.terminate()
  return error?.message ?? null
}

function startProcess(script: string, more: Partial<EnclaveProcessOptions> = {}): Promise<EnclaveProcess> {
  return EnclaveProcess.start({
    kernel: script,
    // The real preparer would not fit into a page that is bundled into one file.
    component: { prepared: { glue: GLUE }, modules: async () => new Map() } as unknown as RunnableComponent,
    boot: {
      cid: 4,
      bufferPool: 1 << 20,
      debug: false,
      args: [],
      env: [],
      files: new Map(),
      source: undefined,
    },
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'instance.enc-0',
      pcrs: new PcrBank(new Map()),
      attest: async () => new Uint8Array(),
    }),
    acceptorOf: () => undefined,
    ...more,
  })
}

/** The code and message of the error with which the start fails. */
async function failureOf(script: string, more: Partial<EnclaveProcessOptions> = {}): Promise<string> {
  try {
    const process = await startProcess(script, more)
    await process.end({ kind: 'killed', message: 'it should not have started' })
    return 'started'
  } catch (error) {
    return error instanceof EnclaveError ? error.message : `not ours: ${error}`
  }
}

/** The end reason of an enclave whose Worker sends messages to its owner endlessly. */
export async function endOfPoster(): Promise<EndReason> {
  const post = `
    const post = globalThis.postMessage
      ?? ((message) => process.getBuiltinModule('node:worker_threads').parentPort.postMessage(message))
    for (;;) post(['for', 'nobody'])`
  return (await startProcess(runningKernel(post), { runTimeout: 1000 })).ended
}

/** The cases by name. Each returns a value that a page can pass to the test. */
export const CASES: Readonly<Record<string, () => Promise<unknown>>> = {
  'a script with a syntax error': () => endOf('this is not a script'),
  'a script that throws at once': () => endOf("throw new Error('thrown at once')"),
  'a boot that throws': () => endOf(kernel("() => { throw new Error('thrown in boot') }")),
  'a boot that rejects': () => endOf(kernel("async () => { throw new Error('rejected in boot') }")),

  /** A Worker that counts until it is terminated: returns its error message, once the counter has stopped. */
  'terminating a Worker that spins': async () => {
    const counter = new Int32Array(new SharedArrayBuffer(4))
    const spin = 'async ({ counter }) => { for (;;) Atomics.add(counter, 0, 1) }'
    const worker = await startWorker(kernel(spin), GLUE, { counter })
    while (Atomics.load(counter, 0) === 0) await yieldToTasks()
    await worker.terminate()
    const error = await worker.ended
    // A browser first asks a Worker to stop, and ends the thread some seconds later; the test's time limit applies.
    for (let last = -1; last !== Atomics.load(counter, 0); ) {
      last = Atomics.load(counter, 0)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return error?.message ?? null
  },

  'an enclave whose Worker does not start': () => failureOf('this is not a script'),
  'an enclave that never runs': () => failureOf(kernel(`async () => { ${STAY} }`), { startTimeout: 50 }),

  /** The kind and message of the end reason. */
  'an enclave whose Worker fails while it runs': async () => {
    const process = await startProcess(
      runningKernel(`setTimeout(() => { throw new Error('broken') }); ${STAY}`),
    )
    const reason = await process.ended
    return [reason.kind, 'message' in reason ? reason.message : '']
  },

  'an enclave that spins and is killed': async () => {
    const process = await startProcess(runningKernel('for (;;);'))
    await process.end({ kind: 'killed', message: 'enough' })
    return process.ended
  },
}
