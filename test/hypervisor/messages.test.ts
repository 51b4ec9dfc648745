/** A Worker's owner takes in nothing of it but shared memory, and in the end a few words: no message, and no object. */
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EnclaveError } from '../../src/base/error.ts'
import { End, Phase, Word } from '../../src/boundary/shared-memory.ts'
import { startProbe } from '../support/probe.ts'

const GLUE = 'const instantiate = undefined'
const MESSAGES = 100
/** Characters of a Worker's last words. */
const MOST_WORDS = 2048

/** A kernel that is the attacker's, whose scope is not emptied. */
const kernel = (body: string) => `
globalThis.webclaveKernel = { emptyScope() {}, async boot({ shared }) {
  const words = new Int32Array(shared)
  const tell = (phase) => {
    Atomics.store(words, ${Word.PHASE}, phase)
    Atomics.add(words, ${Word.HYPERVISOR_BELL}, 1)
    Atomics.notify(words, ${Word.HYPERVISOR_BELL})
  }
  ${body}
} }`

const POST = `
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  for (let count = 0; count < ${MESSAGES}; count++) parentPort.postMessage({ count })`

let received = 0
const onWorker = (worker: Worker) => void worker.on('message', () => (received += 1))

beforeEach(() => {
  received = 0
  process.on('worker', onWorker)
})
afterEach(() => void process.off('worker', onWorker))

describe('a Worker that sends messages', () => {
  test('reaches nobody, before its owner’s message is handled or after', async () => {
    const process = await startProbe(
      GLUE,
      `${POST.replaceAll('parentPort', 'early').replace('{ early }', '{ parentPort: early }')}
      ${kernel(`tell(${Phase.RUNNING}); ${POST}; Atomics.store(words, ${Word.END}, ${End.EXITED}); tell(${Phase.ENDED})`)}`,
    )
    expect(await process.ended).toEqual({ kind: 'exited', status: 0 })
    expect(received).toBe(0)
  })

  test('is heard where nothing shuts its port (the control)', async () => {
    const worker = new Worker(POST, { eval: true })
    await new Promise((resolve) => worker.once('exit', resolve))
    expect(received).toBe(MESSAGES)
  })
})

/** What a start comes to whose kernel throws `thrown`, in a task of its own. */
async function lastWords(thrown: string): Promise<string> {
  try {
    await startProbe(GLUE, kernel(`setTimeout(() => { throw ${thrown} }); await new Promise(() => {})`))
    return 'it runs'
  } catch (error) {
    return (error as EnclaveError).got ?? ''
  }
}

describe('what a Worker throws', () => {
  test.each([
    ['an error', "new Error('broken')", 'host-lost: Error: broken'],
    [
      'an object that says too much',
      "{ toString: () => 'x'.repeat(1e6) }",
      `host-lost: ${'x'.repeat(MOST_WORDS)}`,
    ],
    [
      'an object that says nothing',
      '{ toString() { throw this } }',
      'host-lost: an error that cannot be converted to text',
    ],
    [
      'an object without a name',
      'Object.create(null)',
      'host-lost: an error that cannot be converted to text',
    ],
    [
      'an error with a burden',
      "Object.assign(new Error('broken'), { burden: new Array(1e5).fill({}) })",
      'host-lost: Error: broken',
    ],
  ])('%s is told in a few words', async (_, thrown, words) => {
    expect(await lastWords(thrown)).toBe(words)
  })
})
