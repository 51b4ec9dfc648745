/** A Worker of our own code as a page starts it, with the browser's Worker in the test's hands. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const ADDRESS = new URL('https://tab.example/dist/preparer.js')

class FakeWorker {
  static last: FakeWorker
  onmessage!: (event: { data: unknown }) => void
  onmessageerror!: () => void
  onerror!: (event: { message: string; preventDefault(): void }) => void
  readonly calls: unknown[] = []

  constructor(...words: unknown[]) {
    this.calls.push(words)
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

test('it is a module, gets what is posted, and passes on its messages', async () => {
  const { worker, messages, lost, fake } = await start()
  worker.post('a question')
  fake.onmessage({ data: 'an answer' })
  worker.hold(true)
  worker.terminate()
  expect(fake.calls).toEqual([[ADDRESS, { type: 'module' }], 'a question', 'terminate'])
  expect([messages, lost]).toEqual([['an answer'], []])
})

test('it is lost with its own message, or a default one, and reported once', async () => {
  const { lost, fake } = await start()
  let prevented = 0
  for (const message of ['its words', '']) fake.onerror({ message, preventDefault: () => void prevented++ })
  fake.onmessageerror()
  expect([lost, prevented]).toEqual([
    ['its words', 'the Worker could not be started', 'a message of the Worker cannot be deserialized'],
    2,
  ])
})
