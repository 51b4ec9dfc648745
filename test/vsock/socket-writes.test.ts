/** Writing to a socket while its peer has no room, and the close after both directions have ended. */
import { expect, test } from 'vitest'
import { Shutdown } from '../../src/vsock/packet.ts'
import { acceptedSocket } from './accepted-socket.ts'
import { readBytes } from './pair.ts'

const promiseJobs = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

test.each([1, 2, 70_000])(
  'a write of %d bytes more than the peer has room for waits for room',
  async (more) => {
    const { pair, peer, socket } = acceptedSocket()
    const writer = socket.writable.getWriter()
    const full = peer.bufferLength
    for (let at = 0; at < full; at += 65_536) {
      await writer.write(new Uint8Array(65_536))
      pair.settle()
    }
    let isWritten = false
    const written = writer.write(new Uint8Array(more).fill(7)).then(() => {
      isWritten = true
    })
    await promiseJobs()
    pair.settle()
    expect([isWritten, peer.readable]).toEqual([false, full])
    readBytes(peer, full)
    pair.settle()
    await promiseJobs()
    pair.settle()
    await written
    expect(readBytes(peer, 1 << 20)).toEqual(new Uint8Array(more).fill(7))
  },
)

test('a write for which the ring has no room waits until the writers are woken', async () => {
  const { pair, peer, ring, writers, socket } = acceptedSocket()
  ring.room = 0
  const written = socket.writable.getWriter().write(Uint8Array.of(1, 2, 3))
  await promiseJobs()
  pair.settle()
  expect(peer.readable).toBe(0)
  ring.room = 65_536
  writers.wake()
  await written
  pair.settle()
  expect(readBytes(peer, 9)).toEqual(Uint8Array.of(1, 2, 3))
})

test('a waiting write fails if the peer resets', async () => {
  const { pair, peer, ring, socket } = acceptedSocket()
  ring.room = 0
  const written = socket.writable.getWriter().write(Uint8Array.of(1))
  await promiseJobs()
  peer.abort('reset', true)
  pair.settle()
  await expect(written).rejects.toMatchObject({ code: 'E_VSOCK_RESET' })
})

test('a chunk that is not bytes is refused', async () => {
  const { socket } = acceptedSocket()
  const write = socket.writable.getWriter().write('text' as unknown as Uint8Array)
  await expect(write).rejects.toMatchObject({ code: 'E_VSOCK_CHUNK' })
})

test('a waiting reader gets arriving bytes, and the connection is closed after both directions have ended', async () => {
  const { pair, peer, socket } = acceptedSocket()
  const reader = socket.readable.getReader()
  const first = reader.read()
  await promiseJobs()
  peer.write(Uint8Array.of(1), 9)
  pair.settle()
  expect(await first).toEqual({ done: false, value: Uint8Array.of(1) })
  peer.shutdown(Shutdown.SEND)
  pair.settle()
  expect((await reader.read()).done).toBe(true)
  pair.settle()
  expect(peer.state).toBe('established')
  await socket.writable.getWriter().close()
  pair.settle()
  pair.settle()
  expect([peer.closeReason, await socket.closed]).toEqual(['closed', 'closed'])
})
