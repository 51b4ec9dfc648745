/** A socket's streams are made for whoever asks for them, and say the same however late that is. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Connection } from '../../src/vsock/connection.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { WriteQueue } from '../../src/vsock/write-queue.ts'
import { Pair } from './pair.ts'

const PORT = 8000
const BYTES = Uint8Array.of(1, 2, 3)

/** A socket at the parent that accepted it, and the connection at the other end. */
function accepted() {
  const pair = new Pair()
  const sockets: VsockSocket[] = []
  const carrier = {
    room: () => 65_536,
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
  return { pair, peer, socket: sockets[0]! }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a socket', () => {
  test('makes no stream for a connection that comes and goes, and one each for who asks twice', () => {
    const made = { ReadableStream: 0, WritableStream: 0 }
    for (const name of ['ReadableStream', 'WritableStream'] as const) {
      const Original = globalThis[name] as new (...args: unknown[]) => object
      vi.stubGlobal(
        name,
        class extends Original {
          constructor(...args: unknown[]) {
            super(...args)
            made[name] += 1
          }
        },
      )
    }
    const { pair, peer } = accepted()
    pair.enclave.endpoint.closeConnection(peer)
    pair.settle()
    expect([peer.state, made]).toEqual(['closed', { ReadableStream: 0, WritableStream: 0 }])
    const { socket } = accepted()
    expect(socket.readable).toBe(socket.readable)
    expect(socket.writable).toBe(socket.writable)
    expect(socket.closed).toBe(socket.closed)
    expect(made).toEqual({ ReadableStream: 1, WritableStream: 1 })
  })

  test('that is asked after the end still gives what had come, its end and why', async () => {
    const { pair, peer, socket } = accepted()
    peer.write(BYTES, BYTES.byteLength)
    pair.settle()
    pair.enclave.endpoint.closeConnection(peer)
    pair.settle()
    expect(await new Response(socket.readable).bytes()).toEqual(BYTES)
    await expect(socket.writable.getWriter().write(BYTES)).rejects.toMatchObject({ code: 'E_VSOCK_CLOSED' })
    expect(await socket.closed).toBe('closed')
  })

  test('that was reset before anybody asked fails both ways', async () => {
    const { pair, peer, socket } = accepted()
    peer.abort('reset', true)
    pair.settle()
    const code = 'E_VSOCK_RESET'
    await expect(socket.readable.getReader().read()).rejects.toMatchObject({ code })
    await expect(socket.writable.getWriter().write(BYTES)).rejects.toMatchObject({ code })
    expect(await socket.closed).toBe('reset')
  })

  test('tells who asked before the end', async () => {
    const { pair, peer, socket } = accepted()
    const { closed } = socket
    expect(await Promise.race([closed, 'open'])).toBe('open')
    peer.abort('reset', true)
    pair.settle()
    expect(await closed).toBe('reset')
  })
})
