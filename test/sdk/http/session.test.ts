/** What a session makes of responses, of clients that leave, and of its limits. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { HttpHandler } from '../../../src/sdk/http/exchange.ts'
import { httpSettings } from '../../../src/sdk/http/options.ts'
import { HttpSession } from '../../../src/sdk/http/session.ts'
import { HttpSessions } from '../../../src/sdk/http/sessions.ts'
import { MemorySocket } from '../../network/memory-socket.ts'
import { answersIn, answersTo, chunkedPost, GET, post, written } from './served.ts'

const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => errors.mockClear())

const { settings } = httpSettings({})
const text = (request: Request) => request.text()
const echo: HttpHandler = async (request) => new Response(await text(request))
const streamOf = (...pieces: (string | Error)[]) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift()
      if (piece === undefined) controller.close()
      else if (piece instanceof Error) controller.error(piece)
      else controller.enqueue(new TextEncoder().encode(piece))
    },
  })

describe('a response', () => {
  test('has its status, its headers, and each cookie', async () => {
    const headers = new Headers({ 'x-a': 'é' })
    headers.append('set-cookie', 'a=1')
    headers.append('set-cookie', 'b=2')
    const all = await written(() => new Response('hi', { status: 201, statusText: 'Made', headers }), GET)
    expect(all).toBe(
      'HTTP/1.1 201 Made\r\ncontent-type: text/plain;charset=UTF-8\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nx-a: \xe9\r\ncontent-length: 2\r\n\r\nhi',
    )
  })

  test.each([
    [
      'of HEAD',
      'HEAD',
      () => new Response('hi', { headers: { 'content-length': '2' } }),
      'content-length: 2\r\n',
    ],
    ['with status 204', 'GET', () => new Response(null, { status: 204 }), ''],
    [
      'with status 304',
      'GET',
      () => new Response(null, { status: 304, headers: { etag: '"a"' } }),
      'etag: "a"\r\n',
    ],
    ['that is empty', 'GET', () => new Response(null), 'content-length: 0\r\n'],
  ])('%s has no body', async (_, method, handler, end) => {
    const all = await written(handler, GET.replace('GET', method) + GET.replace('GET', method))
    expect(all.split('HTTP/1.1 ').filter((each) => each.endsWith(`${end}\r\n`))).toHaveLength(2)
    expect(await answersIn(all, [method])).toHaveLength(2)
  })

  test('of a stream comes in chunks, or with the length that it announces', async () => {
    const [chunked] = await answersTo(() => new Response(streamOf('hel', '', 'lo')), GET)
    expect(chunked).toMatchObject({ body: 'hello' })
    const handler = () => new Response(streamOf('hel', 'lo'), { headers: { 'content-length': '5' } })
    const [announced] = await answersTo(handler, GET)
    expect(announced).toMatchObject({ body: 'hello', fields: { 'content-length': '5' } })
  })

  test('that is there at once has its length, and what comes later does not delay the head', async () => {
    expect(await written(() => new Response('hello'), GET)).toContain('content-length: 5')
    const socket = new MemorySocket().send(GET)
    const { promise, resolve } = Promise.withResolvers<void>()
    const stream = new ReadableStream({
      async pull(controller) {
        await promise
        controller.close()
      },
    })
    const head = new Promise<string>((resolveHead) => {
      socket.onWrite = resolveHead
    })
    const session = new HttpSession(socket, () => new Response(stream), settings)
    const over = session.run()
    expect(await head).toBe('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
    resolve()
    socket.finish()
    await over
    expect(socket.text).toMatch(/\r\n\r\n0\r\n\r\n$/)
  })

  test.each([
    ['fails after a part', () => new Response(streamOf('hello', new Error('secret')))],
    [
      'is shorter than announced',
      () => new Response(streamOf('hel'), { headers: { 'content-length': '5' } }),
    ],
    [
      'is longer than announced',
      () => new Response(streamOf('hel', 'lo!'), { headers: { 'content-length': '5' } }),
    ],
    ['has a chunk of text', () => new Response(new ReadableStream({ start: (one) => one.enqueue('text') }))],
  ])('whose body %s never looks whole', async (_, handler) => {
    const all = await written(handler, GET + GET)
    expect(all.split('HTTP/1.1').length).toBeLessThan(3)
    expect(all).not.toContain('secret')
    const outcome = await answersIn(all).catch((error: { code: string }) => error.code)
    if (outcome !== 'E_HTTP_RESPONSE') expect(outcome).toMatchObject([{ status: 500 }])
    expect(errors).toHaveBeenCalled()
  })

  test.each<[string, HttpHandler]>([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('secret')
      },
    ],
    ['returns no Response', () => ({ status: 200 }) as Response],
    ['returns an error', () => Response.error()],
    [
      'has read its response',
      async () => {
        const response = new Response('secret')
        await response.text()
        return response
      },
    ],
    ['returns a header with a control character', () => new Response('', { headers: { x: 'a\u0001b' } })],
    [
      'returns a Content-Length that is none',
      () => new Response('a', { headers: { 'content-length': 'x' } }),
    ],
    ['announces a body that it has not', () => new Response(null, { headers: { 'content-length': '5' } })],
  ])('of a handler that %s is 500 without details', async (_, handler) => {
    const answers = await answersTo(handler, GET + GET)
    expect(answers).toMatchObject([{ status: 500, body: '500 Internal Server Error\n' }, { status: 500 }])
    expect(errors).toHaveBeenCalledTimes(2)
  })

  test('loses what concerns one connection, and is the last if it says so', async () => {
    const headers = {
      connection: 'close',
      'keep-alive': 'timeout=5',
      'transfer-encoding': 'gzip',
      upgrade: 'x',
    }
    const answers = await answersTo(() => new Response('a', { headers }), GET + GET)
    expect(answers).toMatchObject([{ body: 'a', fields: { connection: 'close' } }])
    expect(Object.keys(answers[0]!.fields)).not.toContain('upgrade')
  })
})

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
