/**
 * The page's side of the tests of sealed Workers: starts one whose glue is a text of the test's own, exactly as an
 * enclave's is started, or the same text in a Worker that nothing restrains; and brings back what it answers.
 */
import { sealScript } from '../../src/platform/web-worker.ts'
import { startWorker } from '../../src/platform/worker.ts'

export { isolateTab } from '../../src/platform/isolate-tab.ts'
export { sealScript }

/** What a text is run in. Open Workers have no policy; the others are served by our service worker. */
export type Surroundings = 'sealed' | 'sealed classic' | 'emptied' | 'open' | 'open classic' | 'page'

const REPORT_LENGTH = 1 << 20

/** A kernel's `boot` that answers through shared memory, as an emptied scope has no other means. */
const REPORT = `async ({ question, report }, instantiate) => {
  const answer = new TextEncoder().encode(JSON.stringify(await instantiate(question)))
  new Uint8Array(report, 4).set(answer)
  Atomics.store(new Int32Array(report, 0, 1), 0, answer.byteLength)
  Atomics.notify(new Int32Array(report, 0, 1), 0)
  await new Promise(() => {})
}`

/** A kernel that leaves the scope as it is, so that what is shut is shut by the policy alone. */
const IDLE_KERNEL = `var webclaveKernel = { emptyScope() {}, boot: ${REPORT} }\n`

/** The kernel's own `emptyScope`, and nothing else of it. */
const emptyingKernel = (kernel: string) =>
  `${kernel}\nwebclaveKernel = { emptyScope: webclaveKernel.emptyScope, boot: ${REPORT} }\n`

/** Runs the glue `text` in these surroundings, and gives what its `instantiate` answers to `question`. */
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

/** The same, called by a Worker of the page: `url`'s, or one of a blob. */
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

/** How many Workers were made while `action` ran, and what it threw. */
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
