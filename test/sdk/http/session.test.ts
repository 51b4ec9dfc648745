/** What a session makes of requests, and of clients that leave. */
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

/** What `never` was asked. */
const asked: Request[] = []
const never: HttpHandler = (request) => {
  asked.push(request)
  return new Promise(() => {})
}

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

  test.each([
    ['resets', (socket: MemorySocket) => socket.fail()],
    ['closes the connection', (socket: MemorySocket) => socket.leave()],
    ['closes first its half', (socket: MemorySocket) => void socket.finish().leave()],
    ['has sent more before', (socket: MemorySocket) => void socket.send(GET).leave()],
  ])('and %s has its place free, also if the handler never settles', async (_, leave) => {
    const sessions = new HttpSessions(never, { ...settings, maxConnections: 1, idleTimeout: 20_000 })
    vi.useFakeTimers()
    const socket = new MemorySocket().send(GET)
    sessions.begin(socket)
    await vi.waitUntil(() => asked.length === 1)
    leave(socket)
    // Some is seen only when it is looked for.
    await vi.advanceTimersByTimeAsync(5001)
    vi.useRealTimers()
    expect([sessions.size, socket.isClosed]).toEqual([0, true])
    expect(asked.pop()!.signal.reason).toMatchObject({ code: 'E_HTTP_CLOSED' })
    const next = new MemorySocket().send(GET)
    sessions.begin(next)
    await vi.waitUntil(() => asked.length === 1)
    next.fail()
    asked.pop()
  })

  test('who closes only its half keeps its place, and gets its answer (the control)', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    const sessions = new HttpSessions(() => promise, { ...settings, idleTimeout: 20 })
    const socket = new MemorySocket().send(GET).finish()
    sessions.begin(socket)
    const idle = new MemorySocket()
    sessions.begin(idle)
    await expect.poll(() => idle.isClosed).toBe(true)
    expect(sessions.size).toBe(1)
    resolve(new Response('late'))
    await expect.poll(() => socket.text).toContain('late')
    await expect.poll(() => sessions.size).toBe(0)
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
