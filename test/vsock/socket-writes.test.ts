/** Writing to a socket while its peer has no room, and the end that both halves make. */
import { expect, test } from 'vitest'
import type { Connection } from '../../src/vsock/connection.ts'
import { Shutdown } from '../../src/vsock/packet.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { WriteQueue } from '../../src/vsock/write-queue.ts'
import { Pair, readBytes } from './pair.ts'

const PORT = 8000

function accepted() {
  const pair = new Pair()
  const sockets: VsockSocket[] = []
  const ring = { room: 65_536 }
  const carrier = {
    room: () => ring.room,
    writers: new WriteQueue(),
    catchUp: () => {},
    closeConnection: (connection: Connection) => pair.parent.endpoint.closeConnection(connection),
  }
  pair.parent.listening.set(PORT, {
    hasRoom: () => true,
    accept: (connection) => sockets.push(new VsockSocket(connection, carrier)),
  })
  const peer = pair.enclave.endpoint.connect(PORT)
  pair.settle()
  return { pair, peer, ring, writers: carrier.writers, socket: sockets[0]! }
}
const turns = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

test.each([1, 2, 70_000])(
  'a write of %d bytes more than the peer has room for waits for that room',
  async (more) => {
    const { pair, peer, socket } = accepted()
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
    await turns()
    pair.settle()
    expect([isWritten, peer.readable]).toEqual([false, full])
    readBytes(peer, full)
    pair.settle()
    await turns()
    pair.settle()
    await written
    expect(readBytes(peer, 1 << 20)).toEqual(new Uint8Array(more).fill(7))
  },
)

test('a write for which the ring has no room waits until the writers are woken', async () => {
  const { pair, peer, ring, writers, socket } = accepted()
  ring.room = 0
  const written = socket.writable.getWriter().write(Uint8Array.of(1, 2, 3))
  await turns()
  pair.settle()
  expect(peer.readable).toBe(0)
  ring.room = 65_536
  writers.wake()
  await written
  pair.settle()
  expect(readBytes(peer, 9)).toEqual(Uint8Array.of(1, 2, 3))
})

test('a write that waits fails if the peer resets', async () => {
  const { pair, peer, ring, socket } = accepted()
  ring.room = 0
  const written = socket.writable.getWriter().write(Uint8Array.of(1))
  await turns()
  peer.abort('reset', true)
  pair.settle()
  await expect(written).rejects.toMatchObject({ code: 'E_VSOCK_RESET' })
})

test('a chunk that is not bytes is refused', async () => {
  const { socket } = accepted()
  const write = socket.writable.getWriter().write('text' as unknown as Uint8Array)
  await expect(write).rejects.toMatchObject({ code: 'E_VSOCK_CHUNK' })
})

test('a reader that waits gets what arrives, and the end of both directions closes the connection', async () => {
  const { pair, peer, socket } = accepted()
  const reader = socket.readable.getReader()
  const first = reader.read()
  await turns()
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
