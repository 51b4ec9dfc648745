/** `process.exit` ends the enclave at once, from wherever it is called, with its status. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Parent } from '../../src/parent/index.ts'

const APP = fileURLToPath(new URL('exit.ts', import.meta.url))
let parent: Parent
beforeAll(async () => {
  parent = await createParent({ vcpus: 2, memoryMiB: 1024 })
})
afterAll(() => parent.close())

it.each([
  ['a timer', 0],
  ['a failing timer', 1],
  ['an immediate', 1],
  ['a microtask', 1],
  ['a tick', 0],
  ['a promise', 1],
  ['a finally', 0],
  ['a listener', 1],
  ['a try', 0],
  ['an exit code', 1],
  ['an abort', 1],
])('in %s with status %d', async (way, status) => {
  const { eif } = await buildImage({ app: { path: APP }, args: [way] })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 128, debug: true })
  expect(await enclave.exited).toEqual({ kind: 'exited', status })
  expect(enclave.console()).toBe(`${way}\n`)
})
