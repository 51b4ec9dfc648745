/** A Worker with webclave's own code: messages, its loss with a reason, and termination. */
import { Worker } from 'node:worker_threads'
import { describe, expect, test, vi } from 'vitest'
import { startModuleWorker } from '../../src/platform/module-worker.ts'

const moduleOf = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`)
const ECHO = `
import { parentPort } from 'node:worker_threads'
parentPort.on('message', (message) => {
  if (message === 'throw') throw new Error('thrown on request')
  if (message === 'throw text') throw 'only text'
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

describe('a Worker with webclave’s own code', () => {
  test('gets posted messages and answers', async () => {
    const { worker, messages, lost } = await start(ECHO)
    worker.post({ bytes: Uint8Array.of(1, 2) })
    await expect.poll(() => messages).toEqual([{ bytes: Uint8Array.of(1, 2) }])
    worker.terminate()
    expect((await lost).message).toBe('the Worker ended unexpectedly')
  })

  test.each([
    ['throws', ECHO, 'throw', 'thrown on request'],
    ['throws a text', ECHO, 'throw text', 'only text'],
    ['ends by itself', ECHO, 'exit', 'the Worker ended unexpectedly'],
    ['is not a module', 'this is not JavaScript', 'anything', 'Unexpected identifier'],
  ])('is lost if it %s', async (_, text, message, reason) => {
    const { worker, lost } = await start(text)
    worker.post(message)
    expect((await lost).message).toContain(reason)
  })

  test('is stopped by terminate even in an endless loop', async () => {
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
