/** A connection as a Node Duplex stream, over two endpoints in one thread: both directions, normal end, reset. */
import { setImmediate as task } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type DuplexOptions, toDuplex } from '../../src/node/index.ts'
import { Shutdown } from '../../src/vsock/packet.ts'
import { acceptedSocket } from '../vsock/accepted-socket.ts'

/** The parent's stream, and the enclave's end of the same connection. */
function opened(options?: DuplexOptions) {
  const { pair, peer, socket } = acceptedSocket()
  const stream = toDuplex(socket, options)
  const errors: { code?: string }[] = []
  stream.on('error', (error: Error & { code?: string }) => errors.push(error))
  /** Delivers packets and lets streams run until `condition` holds. */
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      pair.settle()
      await task()
    }
  }
  return { pair, peer, stream, errors, until, socket }
}

describe('a stream', () => {
  test('delivers the enclave’s bytes and end, and sends its own', async () => {
    const { pair, peer, stream, errors, until } = opened()
    const read: number[] = []
    stream.on('data', (bytes: Uint8Array) => read.push(...bytes))
    let isEnded = false
    stream.on('end', () => {
      isEnded = true
    })
    peer.write(Uint8Array.of(1, 2, 3), 9)
    await until(() => read.length === 3)
    expect([read, isEnded]).toEqual([[1, 2, 3], false])
    stream.write(Uint8Array.of(4))
    await until(() => peer.readable === 1)
    peer.shutdown(Shutdown.SEND)
    await until(() => isEnded)
    // The stream can still be written to.
    expect(stream.writable).toBe(true)
    stream.end(Uint8Array.of(5))
    await until(() => stream.closed)
    pair.settle()
    expect([peer.readable, peer.closeReason, errors]).toEqual([2, 'closed', []])
  })

  test('ends with the enclave’s side if allowHalfOpen is false', async () => {
    const { peer, stream, errors, until } = opened({ allowHalfOpen: false })
    stream.resume()
    peer.shutdown(Shutdown.SEND)
    await until(() => stream.closed && peer.state === 'closed')
    expect([stream.writableFinished, peer.closeReason, errors]).toEqual([true, 'closed', []])
  })

  test.each(['neither side', 'this side', 'the enclave’s side'])(
    'that is destroyed when %s has ended resets the connection',
    async (ended) => {
      const { pair, peer, stream, until } = opened()
      stream.resume()
      if (ended === 'this side') {
        stream.end()
        await until(() => stream.writableFinished && peer.ended)
      }
      if (ended === 'the enclave’s side') {
        peer.shutdown(Shutdown.SEND)
        await until(() => stream.readableEnded)
      }
      expect(peer.state).toBe('established')
      stream.destroy()
      await until(() => stream.closed)
      pair.settle()
      expect(peer.closeReason).toBe('reset')
    },
  )

  test('that the enclave resets is destroyed with E_VSOCK_RESET', async () => {
    const { peer, stream, errors, until } = opened()
    peer.abort('reset', true)
    await until(() => stream.closed)
    expect(errors).toMatchObject([{ code: 'E_VSOCK_RESET' }])
    expect(stream.destroyed).toBe(true)
  })

  test('whose sides have both ended does not reset the connection', async () => {
    const { peer, stream, socket, errors, until } = opened()
    let resets = 0
    socket.reset = () => {
      resets += 1
    }
    stream.resume()
    peer.shutdown(Shutdown.SEND)
    stream.end()
    await until(() => stream.closed)
    expect([resets, errors]).toEqual([0, []])
    expect(stream.errored).toBeNull()
  })

  test('still delivers received bytes after the enclave closed the connection, without an error', async () => {
    const { pair, peer, stream, errors, until, socket } = opened()
    peer.write(Uint8Array.of(1, 2, 3), 9)
    pair.enclave.endpoint.closeConnection(peer)
    pair.settle()
    expect(await socket.closed).toBe('closed')
    await task()
    const read: number[] = []
    stream.on('data', (bytes: Uint8Array) => read.push(...bytes))
    await until(() => stream.readableEnded || stream.closed)
    expect([read, errors]).toEqual([[1, 2, 3], []])
  })

  test('that fails to write reports the error', async () => {
    const { pair, peer, stream, until, errors } = opened()
    peer.shutdown(Shutdown.RECEIVE)
    pair.settle()
    stream.write(Uint8Array.of(1))
    await until(() => stream.closed)
    expect(errors[0]?.code).toMatch(/^E_VSOCK_/)
  })
})
