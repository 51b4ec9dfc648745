/** Requests that take time: limits, signals, and responses that come before the request is whole. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { answer, callOf, createRig, settled, textOf } from './memory-server.ts'
import { codeOf } from './memory-socket.ts'

const HEAD = 'HTTP/1.1 200 OK\r\n'
const PART = new Uint8Array(10)

describe('a limit', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test.each([
    ['nothing', ''],
    ['interim responses only', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['half a head', `${HEAD}a: `],
  ])('ends the wait for a server that sends %s', async (_, text) => {
    const { client, sockets } = createRig((__, socket) => socket.send(text))
    const outcome = codeOf(client.send(callOf()))
    await vi.advanceTimersByTimeAsync(299_999)
    expect(sockets[0]!.isClosed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome).toBe('E_NETWORK_TIMEOUT')
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends the wait for the rest of a body, and begins anew with each piece', async () => {
    const { client, sockets } = createRig((_, socket) => socket.send(`${HEAD}\r\n`))
    const response = await client.send(callOf())
    for (let count = 0; count < 3; count++) {
      const piece = response.next()
      await vi.advanceTimersByTimeAsync(299_000)
      sockets[0]!.send('abc')
      expect((await piece)?.byteLength).toBe(3)
    }
    const outcome = codeOf(response.next())
    await vi.advanceTimersByTimeAsync(300_000)
    expect(await outcome).toBe('E_NETWORK_TIMEOUT')
    expect(sockets[0]!.isClosed).toBe(true)
    expect(await codeOf(response.next())).toBe('E_NETWORK_TIMEOUT')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not end a body that is sent slowly, but one that the server does not take', async () => {
    const { client, sockets } = createRig(
      (request, socket) => request.endsWith('0\r\n\r\n') && socket.send(answer('ok')),
    )
    async function* slow() {
      for (let count = 0; count < 5; count++) {
        await new Promise((resolve) => setTimeout(resolve, 250_000))
        yield PART
      }
    }
    const sent = client.send(callOf({ method: 'POST', body: slow() }))
    for (let count = 0; count < 5; count++) await vi.advanceTimersByTimeAsync(250_000)
    const response = await sent
    expect(Buffer.from(response.now()!).toString()).toBe('ok')
    const blocked = codeOf(client.send(callOf({ method: 'POST', body: PART })))
    sockets[0]!.drained = new Promise(() => {})
    await vi.advanceTimersByTimeAsync(300_000)
    expect(await blocked).toBe('E_NETWORK_TIMEOUT')
  })

  test('closes a connection that nobody has used for four seconds', async () => {
    const { client, sockets } = createRig((_, socket) => socket.send(answer('a')))
    await textOf(await client.send(callOf()))
    await vi.advanceTimersByTimeAsync(3999)
    await textOf(await client.send(callOf()))
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(3999)
    expect(sockets[0]!.isClosed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets[0]!.isClosed).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    await textOf(await client.send(callOf()))
    expect(sockets).toHaveLength(2)
  })
})

describe('a signal', () => {
  test.each([
    ['nothing', ''],
    ['half a head', HEAD],
  ])('ends a request to a server that sends %s', async (_, text) => {
    const { client, sockets } = createRig((__, socket) => socket.send(text))
    const controller = new AbortController()
    const outcome = codeOf(client.send(callOf({ signal: controller.signal })))
    await settled()
    controller.abort('why')
    expect(await outcome).toBe('why')
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true])
  })

  test('that is aborted before prevents the request', async () => {
    const { client, sockets } = createRig((_, socket) => socket.send(answer('a')))
    await textOf(await client.send(callOf()))
    const signal = AbortSignal.abort('why')
    expect(await codeOf(client.send(callOf({ signal })))).toBe('why')
    expect(await codeOf(client.send(callOf({ signal, destination: { host: 'other', port: 1 } })))).toBe('why')
    expect(sockets.map(({ text }) => text.match(/GET/g)?.length)).toEqual([1])
  })

  test('ends a body, whether it is being read or not', async () => {
    for (const isRead of [true, false]) {
      const { client, sockets } = createRig((_, socket) => socket.send(`${HEAD}\r\n`))
      const controller = new AbortController()
      const response = await client.send(callOf({ signal: controller.signal }))
      const outcome = isRead ? codeOf(response.next()) : undefined
      await settled()
      controller.abort('why')
      expect(sockets[0]!.isClosed).toBe(true)
      expect(await (outcome ?? 'why')).toBe('why')
      expect(await codeOf(response.next())).toBe('why')
    }
  })

  test('that is aborted after the body concerns nobody', async () => {
    const { client, sockets } = createRig((_, socket) => socket.send(answer('a')))
    const controller = new AbortController()
    const response = await client.send(callOf({ signal: controller.signal }))
    expect(await textOf(response)).toBe('a')
    controller.abort('why')
    expect(sockets[0]!.isClosed).toBe(false)
    expect(await response.next()).toBeUndefined()
  })
})

describe('a response before the request is whole', () => {
  /** A stream that ends only when it is left. */
  function endless() {
    const state = { isLeft: false, made: 0 }
    async function* body() {
      try {
        for (; ; state.made++) {
          await settled()
          yield PART
        }
      } finally {
        state.isLeft = true
      }
    }
    return { state, body: body() }
  }

  test('is given; the rest is not sent, and the connection not used again', async () => {
    let isAnswered = false
    const { client, sockets } = createRig((_, socket) => {
      if (isAnswered) return false
      isAnswered = true
      return socket.send(answer('early'))
    })
    const { state, body } = endless()
    const response = await client.send(callOf({ method: 'POST', body }))
    expect(await textOf(response)).toBe('early')
    expect(sockets[0]!.isClosed).toBe(true)
    await vi.waitFor(() => expect(state.isLeft).toBe(true))
    const { text } = sockets[0]!
    await settled()
    expect(sockets[0]!.text).toBe(text)
    // Between chunks of this request, another would be part of its body.
    isAnswered = false
    await client.send(callOf())
    expect(sockets).toHaveLength(2)
  })

  test('is given also when the server no longer reads', async () => {
    const { client, sockets } = createRig((_, socket) =>
      socket.send('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'),
    )
    async function* body() {
      yield PART
      sockets[0]!.isEnded = true
      yield PART
    }
    expect(await client.send(callOf({ method: 'POST', body: body() }))).toMatchObject({ status: 413 })
    const large = new Uint8Array(300_000)
    const other = createRig((_, socket) => {
      socket.isEnded = true
      socket.send('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n')
    })
    expect(await other.client.send(callOf({ method: 'POST', body: large }))).toMatchObject({ status: 413 })
  })

  test('with the request whole later, the connection is used again', async () => {
    const { client, sockets } = createRig((request, socket) =>
      /^(POST|GET)/.test(request) ? socket.send(answer('a')) : undefined,
    )
    const part = Promise.withResolvers<void>()
    async function* body() {
      yield PART
      await part.promise
    }
    const response = await client.send(callOf({ method: 'POST', body: body() }))
    part.resolve()
    await settled()
    await textOf(response)
    await textOf(await client.send(callOf()))
    expect(sockets).toHaveLength(1)
  })
})

test('an error of the body that is sent is the error of the request, at once', async () => {
  const { client, sockets } = createRig(() => false)
  const own = new RangeError('own')
  async function* body() {
    yield PART
    throw own
  }
  expect(await codeOf(client.send(callOf({ method: 'POST', body: body() })))).toBe(own)
  expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true])
  const words = (async function* () {
    yield 'text' as unknown as Uint8Array
  })()
  expect(await codeOf(client.send(callOf({ method: 'POST', body: words })))).toBeInstanceOf(TypeError)
})
