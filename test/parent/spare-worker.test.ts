/** The Worker that waits for the next enclave of a prepared image. */
import { expect, test } from 'vitest'
import { SpareWorker } from '../../src/parent/spare-worker.ts'

/** A kernel that fails with its message, so that a test sees it. */
const KERNEL = `const webclaveKernel = { emptyScope() {}, async boot(message) { throw new Error(message.text) } }\n`
const script = { kernel: KERNEL, glue: 'const instantiate = undefined\n', memoryMiB: 16 }

test('is taken once, runs with the message that it is given, and is replaced later', async () => {
  const spare = new SpareWorker(script)
  const first = await spare.take()
  expect(await spare.take()).toBeUndefined()
  first!.post({ text: 'its message' })
  expect((await first!.ended)?.message).toBe('Error: its message')
  const next = await expect.poll(() => spare.take()).toBeDefined()
  expect(next).not.toBe(first)
  await spare.close()
})

test('ends when it is closed, and is not replaced', async () => {
  const spare = new SpareWorker(script)
  await spare.close()
  expect(await spare.take()).toBeUndefined()
  const other = new SpareWorker(script)
  const taken = await other.take()
  await other.close()
  expect(await other.take()).toBeUndefined()
  await taken!.terminate()
})

test('that is being closed is not taken any more', async () => {
  const spare = new SpareWorker(script)
  const closing = spare.close()
  expect(await spare.take()).toBeUndefined()
  await closing
})

test('that cannot be compiled leaves the start to do it all', async () => {
  const spare = new SpareWorker({ ...script, glue: 'not a program(' })
  const worker = await spare.take()
  expect((await worker!.ended)?.message).toContain('SyntaxError')
  await spare.close()
})
