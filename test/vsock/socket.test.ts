/** A socket creates its streams on first use, which may be after the connection has ended. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { acceptedSocket } from './accepted-socket.ts'

const BYTES = Uint8Array.of(1, 2, 3)

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a socket', () => {
  test('creates each stream only on first use, and once', () => {
    const created = { ReadableStream: 0, WritableStream: 0 }
    for (const name of ['ReadableStream', 'WritableStream'] as const) {
      const Original = globalThis[name] as new (...args: unknown[]) => object
      vi.stubGlobal(
        name,
        class extends Original {
          constructor(...args: unknown[]) {
            super(...args)
            created[name] += 1
          }
        },
      )
    }
    const { pair, peer } = acceptedSocket()
    pair.enclave.endpoint.closeConnection(peer)
    pair.settle()
    expect([peer.state, created]).toEqual(['closed', { ReadableStream: 0, WritableStream: 0 }])
    const { socket } = acceptedSocket()
    expect(socket.readable).toBe(socket.readable)
    expect(socket.writable).toBe(socket.writable)
    expect(socket.closed).toBe(socket.closed)
    expect(created).toEqual({ ReadableStream: 1, WritableStream: 1 })
  })

  test('that is first used after the end still delivers the received bytes, the end and the reason', async () => {
    const { pair, peer, socket } = acceptedSocket()
    peer.write(BYTES, BYTES.byteLength)
    pair.settle()
    pair.enclave.endpoint.closeConnection(peer)
    pair.settle()
    expect(await new Response(socket.readable).bytes()).toEqual(BYTES)
    await expect(socket.writable.getWriter().write(BYTES)).rejects.toMatchObject({ code: 'E_VSOCK_CLOSED' })
    expect(await socket.closed).toBe('closed')
  })

  test('that was reset before its first use fails in both directions', async () => {
    const { pair, peer, socket } = acceptedSocket()
    peer.abort('reset', true)
    pair.settle()
    const code = 'E_VSOCK_RESET'
    await expect(socket.readable.getReader().read()).rejects.toMatchObject({ code })
    await expect(socket.writable.getWriter().write(BYTES)).rejects.toMatchObject({ code })
    expect(await socket.closed).toBe('reset')
  })

  test('resolves a promise `closed` that was requested before the end', async () => {
    const { pair, peer, socket } = acceptedSocket()
    const { closed } = socket
    expect(await Promise.race([closed, 'open'])).toBe('open')
    peer.abort('reset', true)
    pair.settle()
    expect(await closed).toBe('reset')
  })
})
