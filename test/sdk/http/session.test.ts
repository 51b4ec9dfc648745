/** What a session makes of requests, of clients that leave, and of its limits. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { HttpHandler } from '../../../src/sdk/http/exchange.ts'
import { httpSettings } from '../../../src/sdk/http/options.ts'
import { HttpSession } from '../../../src/sdk/http/session.ts'
import { HttpSessions } from '../../../src/sdk/http/sessions.ts'
import { MemorySocket } from '../../network/memory-socket.ts'
import { answersTo, chunkedPost, GET, post, written } from './served.ts'

const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => errors.mockClear())

const { settings } = httpSettings({})
const text = (request: Request) => request.text()
const echo: HttpHandler = async (request) => new Response(await text(request))
describe('a request', () => {
  test('has a URL, a method, headers, and a body that is read as it is wanted', async () => {
    const handler: HttpHandler = async (request) =>
      Response.json([request.url, request.method, [...request.headers], await text(request)])
    const [answer] = await answersTo(
      handler,
      post('hello', 'x-a: 1\r\nX-A: 2\r\n').replace('/', '/a/../b?c=%20'),
    )
    expect(JSON.parse(answer!.body)).toEqual([
      'http://a/b?c=%20',
      'POST',
      [
        ['content-length', '5'],
        ['host', 'a'],
        ['x-a', '1, 2'],
      ],
      'hello',
    ])
  })

  test('that pipelines is answered in order', async () => {
    const sent = Array.from({ length: 200 }, (_, at) => post(`${at}`)).join('')
    const answers = await answersTo(echo, sent)
    expect(answers.map(({ body }) => Number(body))).toEqual(Array.from({ length: 200 }, (_, at) => at))
  })

  test('whose body nobody reads is followed by the next if little is left of it', async () => {
    const ignore = () => new Response('a')
    expect(await answersTo(ignore, chunkedPost('x'.repeat(1000)) + GET)).toHaveLength(2)
    expect(await answersTo(ignore, post('x'.repeat(70_000)) + GET)).toHaveLength(1)
  })

  test('that is not the last says so', async () => {
    const closing = GET.replace('host', 'Connection: x, Close\r\nhost')
    expect(await answersTo(echo, closing + GET)).toMatchObject([{ fields: { connection: 'close' } }])
    expect(await answersTo(echo, GET + GET + GET, { maxRequests: 2 })).toHaveLength(2)
  })

  test('that waits to send its body is told to when the handler wants it', async () => {
    const waiting = post('hello', 'expect: 100-continue\r\n')
    expect(await written(echo, waiting)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/)
    // Nobody knows whether the body follows.
    expect(await written(() => new Response('no', { status: 403 }), waiting + GET)).toMatch(
      /^HTTP\/1.1 403 .*no$/s,
    )
  })

  test('cannot be read when its response is complete', async () => {
    let kept: Request | undefined
    const handler: HttpHandler = (request) => {
      kept ??= request
      return new Response('a')
    }
    expect(await answersTo(handler, chunkedPost('x') + post('secret'))).toHaveLength(2)
    await expect(kept!.text()).rejects.toMatchObject({ code: 'E_HTTP_REQUEST' })
  })
})

describe('a client that leaves', () => {
  test.each([
    ['resets', (socket: MemorySocket) => socket.fail()],
    ['closes its half', (socket: MemorySocket) => socket.finish()],
  ])('and %s aborts the signal', async (_, leave) => {
    const socket = new MemorySocket().send(GET)
    const { promise: reason, resolve } = Promise.withResolvers<unknown>()
    const handler: HttpHandler = async ({ signal }) => {
      signal.addEventListener('abort', () => resolve(signal.reason))
      leave(socket)
      await reason
      return new Response('late')
    }
    await new HttpSession(socket, handler, settings).run()
    expect(await reason).toMatchObject({ code: 'E_HTTP_CLOSED' })
  })

  test('cancels the stream of its response', async () => {
    const socket = new MemorySocket().send(GET)
    const { promise: cancelled, resolve } = Promise.withResolvers<unknown>()
    socket.onWrite = () => void socket.fail()
    const handler = () =>
      new Response(new ReadableStream({ pull: () => new Promise(() => {}), cancel: resolve }))
    await new HttpSession(socket, handler, settings).run()
    expect(await cancelled).toMatchObject({ code: 'E_HTTP_CLOSED' })
    expect(errors).not.toHaveBeenCalled()
  })

  test('is not told apart from one that stays, if it does (the control)', async () => {
    const signals: AbortSignal[] = []
    const handler: HttpHandler = async ({ signal }) => {
      signals.push(signal)
      return new Response('a')
    }
    const socket = new MemorySocket().send(GET + GET)
    const over = new HttpSession(socket, handler, settings).run()
    await expect.poll(() => socket.text.split('HTTP/1.1').length).toBe(3)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    socket.finish()
    await over
  })
})

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

  test('are checked', () => {
    expect(() => httpSettings({ maxHead: 1 })).toThrow(
      'maxHead: expected an integer from 256 to 1048576, got 1',
    )
    expect(() => httpSettings({ limit: 1 } as object)).toThrow('"limit"')
    expect(httpSettings({ port: 1 })).toMatchObject({ port: 1, settings: { maxHead: 16_384 } })
  })
})
