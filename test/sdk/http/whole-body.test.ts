/** A response whose body is there as bytes, as the engine of an enclave tells. */
import { expect, test, vi } from 'vitest'
import { httpSettings } from '../../../src/sdk/http/options.ts'
import { HttpSession } from '../../../src/sdk/http/session.ts'
import { MemorySocket } from '../../network/memory-socket.ts'
import { answersIn, GET } from './served.ts'

const { bodies } = vi.hoisted(() => ({ bodies: new WeakMap<Response, Uint8Array>() }))
vi.mock(import('webclave:engine'), async (original) => ({
  ...(await original()),
  responseBytes: (response: Response) => bodies.get(response) as Uint8Array<ArrayBuffer> | undefined,
}))

/** What is written of an answer with `length` bytes, and whether each write is of the body's own memory. */
async function written(length: number): Promise<{ text: string; areOwn: boolean[] }> {
  const bytes = new Uint8Array(length).fill(97)
  const response = new Response(bytes)
  bodies.set(response, bytes)
  const socket = new MemorySocket().send(GET).finish()
  const write = socket.write.bind(socket)
  const areOwn: boolean[] = []
  socket.write = (part) => {
    areOwn.push(part.buffer === bytes.buffer)
    return write(part)
  }
  await new HttpSession(socket, () => response, httpSettings({}).settings).run()
  return { text: socket.text, areOwn }
}

test.each([0, 1, 65_536, 69_632])('of %i bytes goes with its head in one write', async (length) => {
  const { text, areOwn } = await written(length)
  expect(areOwn).toEqual([false])
  expect(await answersIn(text)).toMatchObject([{ status: 200, body: 'a'.repeat(length) }])
})

test('that is large is not copied: there may be no room for it twice', async () => {
  const { text, areOwn } = await written(300_000)
  expect(areOwn).toEqual([false, true, true, true])
  expect(await answersIn(text)).toMatchObject([{ status: 200, body: 'a'.repeat(300_000) }])
})
