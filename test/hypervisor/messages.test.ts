/**
 * The owner of a Worker accepts only shared memory from it, and at its end a short error text: no message and no
 * object.
 */
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EnclaveError } from '../../src/base/error.ts'
import { End, Phase, Word } from '../../src/boundary/shared-memory.ts'
import { startProbe } from '../support/probe.ts'

const GLUE = 'const instantiate = undefined'
const MESSAGES = 100
/** Maximum number of characters of a Worker's last error. */
const MAX_ERROR = 2048

/** A kernel written by an attacker, which does not empty its scope. */
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

describe('messages from a Worker', () => {
  test('are dropped, before and after it has handled its owner’s message', async () => {
    const process = await startProbe(
      GLUE,
      `${POST.replaceAll('parentPort', 'early').replace('{ early }', '{ parentPort: early }')}
      ${kernel(`tell(${Phase.RUNNING}); ${POST}; Atomics.store(words, ${Word.END}, ${End.EXITED}); tell(${Phase.ENDED})`)}`,
    )
    expect(await process.ended).toEqual({ kind: 'exited', status: 0 })
    expect(received).toBe(0)
  })

  test('arrive if its port was not closed (control)', async () => {
    const worker = new Worker(POST, { eval: true })
    await new Promise((resolve) => worker.once('exit', resolve))
    expect(received).toBe(MESSAGES)
  })
})

/** The error of a start whose kernel throws `thrown` in a later task. */
async function errorOf(thrown: string): Promise<string> {
  try {
    await startProbe(GLUE, kernel(`setTimeout(() => { throw ${thrown} }); await new Promise(() => {})`))
    return 'it runs'
  } catch (error) {
    return (error as EnclaveError).got ?? ''
  }
}

describe('an error that a Worker throws', () => {
  test.each([
    ['an error', "new Error('broken')", 'host-lost: Error: broken'],
    [
      'an object with a long text',
      "{ toString: () => 'x'.repeat(1e6) }",
      `host-lost: ${'x'.repeat(MAX_ERROR)}`,
    ],
    [
      'an object without a text',
      '{ toString() { throw this } }',
      'host-lost: an error that cannot be converted to text',
    ],
    [
      'an object without a name',
      'Object.create(null)',
      'host-lost: an error that cannot be converted to text',
    ],
    [
      'an error with a large property',
      "Object.assign(new Error('broken'), { burden: new Array(1e5).fill({}) })",
      'host-lost: Error: broken',
    ],
  ])('that is %s is reported as a short text', async (_, thrown, words) => {
    expect(await errorOf(thrown)).toBe(words)
  })
})
