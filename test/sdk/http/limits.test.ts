/** The limits of a server's connections, handlers and responses. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { HttpHandler } from '../../../src/sdk/http/exchange.ts'
import { httpSettings } from '../../../src/sdk/http/options.ts'
import { HttpSessions } from '../../../src/sdk/http/sessions.ts'
import { MemorySocket } from '../../network/memory-socket.ts'
import { answersIn, chunkedPost, GET, post } from './served.ts'

const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => errors.mockClear())

const { settings } = httpSettings({})
const text = (request: Request) => request.text()
const echo: HttpHandler = async (request) => new Response(await text(request))

describe('the limits', () => {
  test('on connections', async () => {
    const sessions = new HttpSessions(echo, { ...settings, maxConnections: 2 })
    const sockets = [new MemorySocket(), new MemorySocket(), new MemorySocket()]
    for (const socket of sockets) sessions.begin(socket)
    expect(sessions.size).toBe(2)
    await expect.poll(() => sockets.map(({ isClosed }) => isClosed)).toEqual([false, false, true])
    expect(sockets[2]!.text).toMatch(/^HTTP\/1.1 503 /)
    for (const socket of sockets) socket.finish()
    await expect.poll(() => sessions.size).toBe(0)
  })

  test.each<[string, string, HttpHandler]>([
    ['a head that is not complete', GET.slice(0, -2), echo],
    ['a body that does not come', post('hello').slice(0, -1), echo],
    ['chunks that do not come', chunkedPost('hello').slice(0, -5), echo],
    ['no request', '', echo],
  ])('on the time of %s', async (_, sent, handler) => {
    const sessions = new HttpSessions(handler, { ...settings, idleTimeout: 20 })
    const socket = new MemorySocket().send(sent)
    sessions.begin(socket)
    await expect.poll(() => [socket.isClosed, sessions.size]).toEqual([true, 0])
  })

  test('on the time of a response that nobody takes, and not of the handler', async () => {
    const sessions = new HttpSessions(echo, { ...settings, idleTimeout: 20 })
    const socket = new MemorySocket().send(GET)
    socket.drained = new Promise(() => {})
    sessions.begin(socket)
    await expect.poll(() => socket.isClosed).toBe(true)
    const { promise, resolve } = Promise.withResolvers<void>()
    const patient = new HttpSessions(
      async () => {
        await promise
        return new Response('late')
      },
      { ...settings, idleTimeout: 20 },
    )
    const kept = new MemorySocket().send(GET)
    patient.begin(kept)
    // Another one has been idle for longer than it may meanwhile.
    const idle = new MemorySocket()
    patient.begin(idle)
    await expect.poll(() => idle.isClosed).toBe(true)
    expect(kept.isClosed).toBe(false)
    resolve()
    await expect.poll(() => kept.text).toContain('late')
    kept.finish()
    await expect.poll(() => patient.size).toBe(0)
  })

  test('on the time of a handler: 504, the signal aborts, and what still comes is cancelled', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    let signal: AbortSignal | undefined
    const handler: HttpHandler = (request) => {
      signal = request.signal
      return promise
    }
    const sessions = new HttpSessions(handler, { ...settings, handlerTimeout: 20 })
    const socket = new MemorySocket().send(GET + GET)
    sessions.begin(socket)
    await expect.poll(() => [socket.isClosed, sessions.size]).toEqual([true, 0])
    expect(await answersIn(socket.text)).toMatchObject([
      { status: 504, fields: { connection: 'close' }, body: expect.stringContaining('took too long') },
    ])
    expect(signal!.reason).toMatchObject({ code: 'E_HTTP_TIMEOUT' })
    const cancelled = Promise.withResolvers<void>()
    resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() })))
    await cancelled.promise
    expect(errors).not.toHaveBeenCalled()
  })

  test('on the time of a handler that gives something else than a promise to wait for', async () => {
    vi.useFakeTimers()
    // biome-ignore lint/suspicious/noThenProperty: this is the test
    const never = { then() {} } as unknown as Promise<Response>
    const sessions = new HttpSessions(() => never, { ...settings, handlerTimeout: 100 })
    const socket = new MemorySocket().send(GET)
    sessions.begin(socket)
    await vi.advanceTimersByTimeAsync(200)
    vi.useRealTimers()
    expect(await answersIn(socket.text)).toMatchObject([{ status: 504 }])
    expect(errors).not.toHaveBeenCalled()
  })

  test('on the time of a handler, but not while it reads what comes, nor of the body of its response', async () => {
    vi.useFakeTimers()
    const sessions = new HttpSessions(echo, { ...settings, idleTimeout: 1000, handlerTimeout: 100 })
    const socket = new MemorySocket().send('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n')
    sessions.begin(socket)
    for (let count = 0; count < 5; count++) {
      await vi.advanceTimersByTimeAsync(500)
      socket.send('1\r\na\r\n')
    }
    socket.send('0\r\n\r\n')
    await vi.advanceTimersByTimeAsync(10)
    expect(await answersIn(socket.text)).toMatchObject([{ status: 200, body: 'aaaaa' }])

    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => void setTimeout(() => controller.close(), 400),
    })
    const streaming = new HttpSessions(async () => new Response(slow), { ...settings, handlerTimeout: 100 })
    const patient = new MemorySocket().send(GET)
    streaming.begin(patient)
    await vi.advanceTimersByTimeAsync(500)
    vi.useRealTimers()
    expect(await answersIn(patient.text)).toMatchObject([{ status: 200, body: '' }])
    for (const each of [socket, patient]) each.leave()
  })

  test('are checked', () => {
    expect(() => httpSettings({ maxHead: 1 })).toThrow(
      'maxHead: expected an integer from 256 to 1048576, got 1',
    )
    expect(() => httpSettings({ limit: 1 } as object)).toThrow('"limit"')
    expect(httpSettings({ port: 1 })).toMatchObject({ port: 1, settings: { maxHead: 16_384 } })
  })
})
