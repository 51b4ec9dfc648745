/** A Worker of our own code: it answers, is lost with a reason, and ends when it is told to. */
import { Worker } from 'node:worker_threads'
import { describe, expect, test, vi } from 'vitest'
import { startModuleWorker } from '../../src/platform/module-worker.ts'

const moduleOf = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`)
const ECHO = `
import { parentPort } from 'node:worker_threads'
parentPort.on('message', (message) => {
  if (message === 'throw') throw new Error('as it was told')
  if (message === 'throw words') throw 'only words'
  if (message === 'exit') process.exit(3)
  parentPort.postMessage(message)
})`

async function start(text: string) {
  const messages: unknown[] = []
  const lost = Promise.withResolvers<Error>()
  const worker = await startModuleWorker(moduleOf(text), {
    onMessage: (message) => messages.push(message),
    onLost: (error) => lost.resolve(error),
  })
  return { worker, messages, lost: lost.promise }
}

describe('a Worker of our own code', () => {
  test('gets what is posted and answers', async () => {
    const { worker, messages, lost } = await start(ECHO)
    worker.post({ bytes: Uint8Array.of(1, 2) })
    await expect.poll(() => messages).toEqual([{ bytes: Uint8Array.of(1, 2) }])
    worker.terminate()
    expect((await lost).message).toBe('the Worker ended unexpectedly')
  })

  test.each([
    ['throws', ECHO, 'throw', 'as it was told'],
    ['throws what is no error', ECHO, 'throw words', 'only words'],
    ['ends by itself', ECHO, 'exit', 'the Worker ended unexpectedly'],
    ['is no module', 'this is no JavaScript', 'anything', 'Unexpected identifier'],
  ])('that %s is lost', async (_, text, message, reason) => {
    const { worker, lost } = await start(text)
    worker.post(message)
    expect((await lost).message).toContain(reason)
  })

  test('that spins is stopped by terminate', async () => {
    const { worker, lost } = await start('for (;;) {}')
    worker.terminate()
    expect((await lost).message).toBe('the Worker ended unexpectedly')
  })

  test('keeps its process alive only while it is held', async () => {
    const calls: string[] = []
    for (const name of ['ref', 'unref'] as const)
      vi.spyOn(Worker.prototype, name).mockImplementation(() => void calls.push(name))
    try {
      const { worker } = await start(ECHO)
      calls.length = 0
      for (const isHeld of [false, true, false]) worker.hold(isHeld)
      expect(calls).toEqual(['unref', 'ref', 'unref'])
      worker.terminate()
    } finally {
      vi.restoreAllMocks()
    }
  })
})
