/** The limits of one enclave at a KMS: at the limit, one beyond, and that other enclaves are not affected. */
import { describe, expect, test, vi } from 'vitest'
import { serveKms } from '../../../src/kms/index.ts'
import type { VsockSocket } from '../../../src/parent/index.ts'
import { utf8 } from '../support.ts'

const BODY = 512 * 1024
const CONNECTIONS = 64
/** Bodies of this size that the KMS buffers for one enclave. */
const BODIES = 16

/** A KMS that answers when `answerAll` is called, and connections to it. */
function laboratory() {
  let accept: (socket: VsockSocket) => void | Promise<void> = () => {}
  const parent = {
    listen(port: number, handler: typeof accept) {
      accept = handler
      return { port, close() {}, [Symbol.dispose]() {} }
    },
  }
  const waiting: (() => void)[] = []
  const app = {
    fetch: () => new Promise<Response>((resolve) => waiting.push(() => resolve(new Response('answered')))),
  }
  const connect = (cid: number) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const connection = {
      received: '',
      close: vi.fn(),
      send: (text: string) => void writer.write(utf8(text)).catch(() => {}),
      end: () => void writer.close().catch(() => {}),
    }
    const output = new WritableStream<Uint8Array>({
      write(bytes) {
        connection.received += new TextDecoder().decode(bytes)
      },
    })
    const { close, end } = connection
    void accept({
      readable,
      writable: output,
      remote: { cid, port: 1 },
      close,
      reset: end,
    } as unknown as VsockSocket)
    return connection
  }
  return {
    serving: serveKms(parent, app),
    connect,
    waiting,
    answerAll: () => waiting.splice(0).map((one) => one()),
  }
}

/** Sends the head and the whole body of a request. */
const sendWhole = ({ send }: { send(text: string): void }) => {
  send(head(BODY))
  send('x'.repeat(BODY))
}
const head = (length: number) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`

describe('one enclave', () => {
  test('has at most 64 connections; further ones are closed until one of them ends', async () => {
    const { serving, connect, waiting, answerAll } = laboratory()
    await using _ = serving
    const sockets = Array.from({ length: CONNECTIONS + 1 }, () => connect(5))
    const closed = () => sockets.map(({ close }) => close.mock.calls.length)
    expect(closed()).toEqual([...Array(CONNECTIONS).fill(0), 1])
    const other = connect(6)
    other.send(head(0))
    await expect.poll(() => waiting.length).toBe(1)
    answerAll()
    sockets[0]!.end()
    await expect.poll(() => connect(5).close.mock.calls.length).toBe(0)
    sockets.map(({ end }) => end())
    expect(connect(6).close).not.toHaveBeenCalled()
  })

  test('has at most 8 MiB of buffered requests; another enclave has its own 8 MiB; released bytes can be used again', async () => {
    const { serving, connect, waiting, answerAll } = laboratory()
    await using _ = serving
    const sockets = Array.from({ length: BODIES }, () => connect(5))
    for (const socket of sockets) sendWhole(socket)
    await expect.poll(() => waiting.length).toBe(BODIES)
    const late = connect(5)
    late.send('P')
    await expect.poll(() => late.received).toContain('HTTP/1.1 503 Service Unavailable')
    const other = connect(6)
    sendWhole(other)
    await expect.poll(() => waiting.length).toBe(BODIES + 1)
    answerAll()
    await expect.poll(() => sockets.every(({ received }) => received.endsWith('answered'))).toBe(true)
    const again = connect(5)
    sendWhole(again)
    await expect.poll(() => waiting.length).toBe(1)
    answerAll()
    await expect.poll(() => again.received).toContain('HTTP/1.1 200 OK')
    for (const { end } of [...sockets, other, again]) end()
  })
})
