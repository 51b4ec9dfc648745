/**
 * The page's part of the tests of sealed Workers: runs a glue written by the test in a Worker started exactly like an
 * enclave's, or in a Worker without restrictions, and returns its answer.
 */
import { sealScript } from '../../src/platform/web-worker.ts'
import { startWorker } from '../../src/platform/worker.ts'

export { isolateTab } from '../../src/platform/isolate-tab.ts'
export { sealScript }

/** Where a script runs. Open Workers have no policy; the others are served by the service worker. */
export type Surroundings = 'sealed' | 'sealed classic' | 'emptied' | 'open' | 'open classic' | 'page'

const REPORT_LENGTH = 1 << 20

/** A kernel's `boot` that answers through shared memory, because an emptied scope has no other means. */
const REPORT = `async ({ question, report }, instantiate) => {
  const answer = new TextEncoder().encode(JSON.stringify(await instantiate(question)))
  new Uint8Array(report, 4).set(answer)
  Atomics.store(new Int32Array(report, 0, 1), 0, answer.byteLength)
  Atomics.notify(new Int32Array(report, 0, 1), 0)
  await new Promise(() => {})
}`

/** A kernel that does not empty the scope, so that only the policy restricts the script. */
const IDLE_KERNEL = `var webclaveKernel = { emptyScope() {}, boot: ${REPORT} }\n`

/** A kernel that consists of the real kernel's `emptyScope`. */
const emptyingKernel = (kernel: string) =>
  `${kernel}\nwebclaveKernel = { emptyScope: webclaveKernel.emptyScope, boot: ${REPORT} }\n`

/** Runs the glue `text` in these surroundings, and returns the result of its `instantiate(question)`. */
export async function ask(
  surroundings: Surroundings,
  text: string,
  question: unknown,
  kernel = '',
): Promise<unknown> {
  if (surroundings === 'page')
    return new Function('question', `${text}; return instantiate(question)`)(question)
  const report = new SharedArrayBuffer(REPORT_LENGTH)
  const { ended } = await start(surroundings, text, kernel, { question, report })
  const answered = Atomics.waitAsync(new Int32Array(report, 0, 1), 0, 0)
  if (answered.async) await Promise.race([answered.value, ended.then((error) => Promise.reject(error))])
  const length = new Int32Array(report, 0, 1)[0]!
  return JSON.parse(new TextDecoder().decode(new Uint8Array(report, 4, length).slice()))
}

/** The same, called by a Worker of the page, from `url` or from a blob. */
export async function askFromWorker(url: string, ...words: unknown[]): Promise<unknown> {
  const blob = new Blob([`importScripts('${new URL(url, location.href)}')`], { type: 'text/javascript' })
  const worker = new Worker(url.includes('blob') ? URL.createObjectURL(blob) : url)
  worker.postMessage(['ask', ...words])
  const { data } = await new Promise<MessageEvent>((resolve, reject) => {
    worker.onmessage = resolve
    worker.onerror = ({ message }) => reject(new Error(message || 'the Worker was not loaded'))
  })
  if ('error' in data) throw new Error(data.error)
  return data.answer
}

async function start(
  surroundings: Surroundings,
  text: string,
  kernel: string,
  message: unknown,
): Promise<{ ended: Promise<unknown> }> {
  if (surroundings === 'sealed') return startWorker(IDLE_KERNEL, text, message)
  if (surroundings === 'emptied') return startWorker(emptyingKernel(kernel), text, message)
  const script = `${IDLE_KERNEL}${text}
    onmessage = ({ data }) => webclaveKernel.boot(data, instantiate)`
  const url =
    surroundings === 'sealed classic'
      ? await sealScript(script)
      : URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(url, { type: surroundings.endsWith('classic') ? 'classic' : 'module' })
  worker.postMessage(message)
  const ended = new Promise((resolve) => worker.addEventListener('error', resolve))
  return { ended: ended.then(() => new Error('the Worker failed')) }
}

/** Tries to start a Worker: the number of Workers that were created, and the error message. */
export async function refusal(): Promise<{ message: string; workers: number }> {
  const Original = globalThis.Worker
  let workers = 0
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      workers += 1
    }
  }
  const { message } = await startWorker(IDLE_KERNEL, 'const instantiate = undefined', {}).then(
    () => new Error('it was started'),
    (error: Error) => error,
  )
  globalThis.Worker = Original
  return { message, workers }
}
