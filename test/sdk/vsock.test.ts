/** The sockets of the SDK: where received bytes are put. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectWhenReady, Laboratory } from '../support/laboratory.ts'
import { runApplication } from './application.ts'

const PORT = 5901

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

test('readInto puts what has arrived into the place, no more than fits, and nothing beyond', async () => {
  const done = lab.run<number[][]>(`
    for await (const socket of sdk.vsock.listen(${PORT})) {
      const reads = []
      const whole = new Uint8Array(8).fill(9)
      for (let read = await socket.readInto(whole.subarray(2, 5)); read; read = await socket.readInto(whole.subarray(2, 5))) {
        reads.push([...read], [...whole])
        if (read.buffer !== whole.buffer) throw new Error('the bytes are somewhere else')
      }
      return reads
    }`)
  const socket = await connectWhenReady(lab.enclave, PORT)
  const writer = socket.writable.getWriter()
  await writer.write(Uint8Array.of(1, 2, 3, 4))
  await writer.close()
  expect(await done).toEqual([[1, 2, 3], [9, 9, 1, 2, 3, 9, 9, 9], [4], [9, 9, 4, 2, 3, 9, 9, 9]])
})

test('the engine reads into a Uint8Array alone, from a stream', async () => {
  const { console } = await runApplication(lab.parent, {
    source: `const { readInto } = require('webclave:engine')
      for (const words of [[], [{}, new Uint8Array(1)], [undefined, new Uint8Array(1)], [{}, new ArrayBuffer(1)]]) {
        try { console.log(readInto(...words)) } catch (error) { console.log(error.message) }
      }`,
  })
  expect(console.trim().split('\n')).toEqual([
    'the place is not a Uint8Array',
    'read: argument 0: expected InputStream',
    'read: argument 0: expected InputStream',
    'the place is not a Uint8Array',
  ])
})
