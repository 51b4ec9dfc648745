/** How many handlers may go on although their clients have left. */
import { expect, test } from 'vitest'
import { httpSettings } from '../../../src/sdk/http/options.ts'
import { HttpSessions } from '../../../src/sdk/http/sessions.ts'
import { MemorySocket } from '../../network/memory-socket.ts'

const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

test('eight for each connection that may be there; more requests get 503 until one of them ends', async () => {
  const ends: (() => void)[] = []
  const handler = () => new Promise<Response>((resolve) => ends.push(() => resolve(new Response('done'))))
  const sessions = new HttpSessions(handler, httpSettings({ maxConnections: 2 }).settings)
  /** A client that asks, and leaves when `until` holds. */
  const ask = async (until: (text: string) => boolean) => {
    const socket = new MemorySocket().send(GET)
    sessions.begin(socket)
    await expect.poll(() => until(socket.text)).toBe(true)
    socket.fail()
    await expect.poll(() => sessions.size).toBe(0)
    return socket.text
  }
  for (let count = 1; count <= 16; count++) await ask(() => ends.length === count)
  expect(await ask((text) => text !== '')).toMatch(/^HTTP\/1\.1 503 /)
  expect(ends).toHaveLength(16)
  ends[0]!()
  await ask(() => ends.length === 17)
  for (const end of ends) end()
  const answer = ask((text) => text.includes('done'))
  await expect.poll(() => ends.length).toBe(18)
  ends[17]!()
  expect(await answer).toMatch(/^HTTP\/1\.1 200 /)
})
