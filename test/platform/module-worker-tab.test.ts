/** A Worker with webclave's own code, started by a page, with a simulated browser Worker. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const ADDRESS = new URL('https://tab.example/dist/preparer.js')

class FakeWorker {
  static last: FakeWorker
  onmessage!: (event: { data: unknown }) => void
  onmessageerror!: () => void
  onerror!: (event: { message: string; preventDefault(): void }) => void
  readonly calls: unknown[] = []

  constructor(...args: unknown[]) {
    this.calls.push(args)
    FakeWorker.last = this
  }
  postMessage(message: unknown): void {
    this.calls.push(message)
  }
  terminate(): void {
    this.calls.push('terminate')
  }
}

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker)
  vi.doMock('../../src/platform/environment.ts', () => ({ isNode: false }))
  vi.resetModules()
})
afterEach(() => {
  vi.doUnmock('../../src/platform/environment.ts')
  vi.unstubAllGlobals()
})

async function start() {
  const { startModuleWorker } = await import('../../src/platform/module-worker.ts')
  const messages: unknown[] = []
  const lost: string[] = []
  const worker = await startModuleWorker(ADDRESS, {
    onMessage: (message) => messages.push(message),
    onLost: ({ message }) => lost.push(message),
  })
  return { worker, messages, lost, fake: FakeWorker.last }
}

test('a Worker is a module, gets posted messages, and its messages are passed on', async () => {
  const { worker, messages, lost, fake } = await start()
  worker.post('a question')
  fake.onmessage({ data: 'an answer' })
  worker.hold(true)
  worker.terminate()
  expect(fake.calls).toEqual([[ADDRESS, { type: 'module' }], 'a question', 'terminate'])
  expect([messages, lost]).toEqual([['an answer'], []])
})

test('the loss of a Worker is reported with its error message, or a default one', async () => {
  const { lost, fake } = await start()
  let prevented = 0
  for (const message of ['its message', '']) fake.onerror({ message, preventDefault: () => void prevented++ })
  fake.onmessageerror()
  expect([lost, prevented]).toEqual([
    ['its message', expect.stringContaining('E_ARTEFACT'), 'a message of the Worker cannot be deserialized'],
    2,
  ])
})
