/** What a session makes of the responses of its handler. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { HttpHandler } from '../../../src/sdk/http/exchange.ts'
import { httpSettings } from '../../../src/sdk/http/options.ts'
import { HttpSession } from '../../../src/sdk/http/session.ts'
import { MemorySocket } from '../../network/memory-socket.ts'
import { answersIn, answersTo, GET, written } from './served.ts'

const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => errors.mockClear())

const { settings } = httpSettings({})
const streamOf = (...pieces: (string | Error)[]) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift()
      if (piece === undefined) controller.close()
      else if (piece instanceof Error) controller.error(piece)
      else controller.enqueue(new TextEncoder().encode(piece))
    },
  })

/** Gives a part, and fails when that has been sent. */
function failsLater(): ReadableStream {
  const pieces = ['hello']
  return new ReadableStream({
    async pull(controller) {
      const piece = pieces.shift()
      if (piece) return controller.enqueue(new TextEncoder().encode(piece))
      await new Promise((resolve) => setImmediate(resolve))
      controller.error(new Error('secret'))
    },
  })
}

/** As a program may extend it. */
class TwoLines extends Response {
  override get statusText(): string {
    return 'OK\r\nset-cookie: a'
  }
}

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
    ['fails after a part', () => new Response(failsLater())],
    [
      'fails after a part of what it announces',
      () => new Response(failsLater(), { headers: { 'content-length': '9' } }),
    ],
    ['fails at once', () => new Response(streamOf('hello', new Error('secret')))],
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
    ['returns a reason with a line of its own', () => new TwoLines('secret')],
    ['returns an invalid Content-Length', () => new Response('a', { headers: { 'content-length': 'x' } })],
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
