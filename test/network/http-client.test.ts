/** HTTP over connections of the proxy: responses as they come, and connections that are used again. */
import { describe, expect, test } from 'vitest'
import { answer, callOf, createRig, settled, textOf } from './memory-server.ts'
import { codeOf, type MemorySocket } from './memory-socket.ts'

test('a request goes through the proxy to its host and port', async () => {
  const { client, sockets, asked } = createRig((_, socket) => socket.send(answer('hi', 'x-a: 1')))
  const response = await client.send(callOf({ target: '/a?b', fields: [['x', 'y']] }))
  expect(response).toMatchObject({ status: 200, reason: 'OK' })
  expect(response.fields).toEqual([
    ['x-a', '1'],
    ['content-length', '2'],
  ])
  expect(await textOf(response)).toBe('hi')
  await client.send(callOf({ destination: { host: 'server', port: 8080 } }))
  await client.send(callOf({ destination: { host: '::1', port: 80 } }))
  expect(asked).toEqual([
    'CONNECT server:80 HTTP/1.1',
    'CONNECT server:8080 HTTP/1.1',
    'CONNECT [::1]:80 HTTP/1.1',
  ])
  const hosts = sockets.map(({ text }) => /\r\n\r\n[A-Z]+ (?:.*)\r\nhost: (.*)\r\n/.exec(text)?.[1])
  expect(hosts).toEqual(['server', 'server:8080', '[::1]'])
  expect(sockets[0]!.text).toContain('\r\n\r\nGET /a?b HTTP/1.1\r\nhost: server\r\nx: y\r\n')
})

const HEAD = 'HTTP/1.1 200 OK\r\n'
test.each([
  ['with a length', 'GET', answer('hello'), 'hello', true],
  [
    'in chunks',
    'GET',
    `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`,
    'hello',
    true,
  ],
  ['to the end of the connection', 'GET', `${HEAD}\r\nhello`, 'hello', false],
  ['of HEAD', 'HEAD', `${HEAD}content-length: 5\r\n\r\n`, '', true],
  ['of HEAD with chunks', 'HEAD', `${HEAD}transfer-encoding: chunked\r\n\r\n`, '', true],
  ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', '', true],
  ['304 with a length', 'GET', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', '', true],
  [
    'after interim ones',
    'GET',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\na: b\r\n\r\n${answer('hello')}`,
    'hello',
    true,
  ],
  ['that closes', 'GET', answer('hello', 'connection: close'), 'hello', false],
  ['with bytes after it', 'GET', `${answer('hello')}HTTP/1.1 200 OK\r\n`, 'hello', false],
])('a response %s, whole or byte by byte', async (_, method, response, text, isKept) => {
  for (const size of [1, 2, 3, 10, 10_000]) {
    const { client, sockets } = createRig((__, socket) => {
      socket.send(response, size)
      if (!response.includes('content-length') && !response.includes('chunked') && !response.includes('204'))
        socket.finish()
    })
    expect(await textOf(await client.send(callOf({ method }))), `pieces of ${size}`).toBe(text)
    await client.send(callOf())
    expect(sockets[0]!.isClosed).toBe(!isKept)
    expect(sockets).toHaveLength(isKept ? 1 : 2)
  }
})

test.each([
  answer('hello'),
  `${HEAD}transfer-encoding: chunked\r\n\r\n5;a\r\nhello\r\n0\r\nA: b\r\n\r\n`,
  `HTTP/1.1 100 Continue\r\n\r\n${answer('hello')}`,
])('%j: cut anywhere, it is an error, and never a wrong body', async (whole) => {
  for (let at = 0; at < whole.length; at++) {
    const { client, sockets } = createRig((_, socket) => socket.send(whole.slice(0, at), 3).finish())
    const outcome = await codeOf(client.send(callOf()).then(textOf))
    expect(['E_HTTP_RESPONSE', 'E_NETWORK_CLOSED'], `${at}`).toContain(outcome)
    expect(sockets.every(({ isClosed }) => isClosed)).toBe(true)
  }
})

test('any change of one byte gives an error or a response, and the connection ends', async () => {
  const whole = `${HEAD}transfer-encoding: chunked\r\n\r\n5;a\r\nhello\r\n0\r\nA: b\r\n\r\n`
  const outcomes = new Set<unknown>()
  for (let at = 0; at < whole.length; at++)
    for (const other of ['\0', '\n', '\r', ' ', ':', '0', '9', 'f', '\xff']) {
      const changed = whole.slice(0, at) + other + whole.slice(at + 1)
      const { client } = createRig((_, socket) => socket.send(changed).finish())
      const outcome = await codeOf(client.send(callOf()).then(textOf))
      outcomes.add(typeof outcome === 'string' ? outcome : 'a response')
    }
  expect([...outcomes].sort()).toEqual(['E_HTTP_RESPONSE', 'a response'])
})

describe('a connection', () => {
  const simple = () => createRig((request, socket) => socket.send(answer(request.split(' ')[1]!)))

  test('is used again for the same origin only', async () => {
    const { client, sockets } = simple()
    for (const target of ['/1', '/2', '/3'])
      expect(await textOf(await client.send(callOf({ target })))).toBe(target)
    expect(sockets).toHaveLength(1)
    await textOf(await client.send(callOf({ destination: { host: 'server', port: 81 } })))
    await textOf(await client.send(callOf({ destination: { host: 'server2', port: 80 } })))
    expect(sockets).toHaveLength(3)
  })

  test('is used for one request at a time', async () => {
    const { client, sockets } = simple()
    const responses = await Promise.all(['/1', '/2'].map((target) => client.send(callOf({ target }))))
    expect(await Promise.all(responses.map(textOf))).toEqual(['/1', '/2'])
    expect(sockets).toHaveLength(2)
  })

  test('is not used again while the body of its response is unread', async () => {
    const { client, sockets } = simple()
    const first = await client.send(callOf({ target: '/1' }))
    expect(await textOf(await client.send(callOf({ target: '/2' })))).toBe('/2')
    expect(sockets).toHaveLength(2)
    expect(Buffer.from(first.now()!).toString()).toBe('/1')
    await textOf(await client.send(callOf({ target: '/3' })))
    expect(sockets).toHaveLength(2)
  })

  test('is closed when the response is given up', async () => {
    const { client, sockets } = simple()
    const response = await client.send(callOf())
    response.cancel()
    expect(sockets[0]!.isClosed).toBe(true)
    expect(await response.next()).toBeUndefined()
    expect(response.now()).toBeUndefined()
  })

  test('is one of at most 16 that nobody uses: the oldest is closed', async () => {
    const { client, sockets } = simple()
    for (let port = 1; port <= 18; port++)
      await textOf(await client.send(callOf({ destination: { host: 'server', port } })))
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, true, ...Array(16).fill(false)])
  })

  test('is closed after an error', async () => {
    const { client, sockets } = createRig((_, socket) => socket.send('garbage\r\n'))
    expect(await codeOf(client.send(callOf()))).toBe('E_HTTP_RESPONSE')
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true])
  })
})

describe('a kept connection that the server has closed', () => {
  /** The first connection ends after its first response, in the way `end` says. */
  const stale = (
    end: (socket: { finish(): unknown; fail(): unknown; send(text: string): unknown }) => unknown,
  ) => {
    let requests = 0
    const rig = createRig((request, socket, connection) => {
      requests++
      if (connection === 0 && requests > 1) return end(socket)
      return socket.send(answer(`${request.split(' ')[0]} ${connection}`))
    })
    return { ...rig, requests: () => requests }
  }

  test.each([
    ['GET', undefined],
    ['HEAD', undefined],
    ['PUT', new Uint8Array(3)],
    ['DELETE', undefined],
  ])('%s is sent again, once', async (method, body) => {
    for (const end of [(socket) => socket.finish(), (socket) => socket.fail()] as Parameters<
      typeof stale
    >[0][]) {
      const { client, sockets, requests } = stale(end)
      await textOf(await client.send(callOf()))
      expect(await client.send(callOf({ method, body }))).toMatchObject({ status: 200 })
      expect(sockets).toHaveLength(2)
      expect(requests()).toBe(3)
    }
  })

  async function* stream() {
    yield new Uint8Array(3)
  }
  test.each([
    ['POST', new Uint8Array(3)],
    ['PATCH', undefined],
    ['PUT', stream()],
  ])('%s is not sent again: %j', async (method, body) => {
    const { client, sockets } = stale((socket) => socket.finish())
    await textOf(await client.send(callOf()))
    expect(await codeOf(client.send(callOf({ method, body })))).toBe('E_NETWORK_CLOSED')
    expect(sockets).toHaveLength(1)
  })

  test('nothing is sent again once a response has begun, or on a new connection', async () => {
    const begun = stale((socket) => {
      socket.send(HEAD)
      socket.finish()
    })
    await textOf(await begun.client.send(callOf()))
    expect(await codeOf(begun.client.send(callOf()))).toBe('E_HTTP_RESPONSE')
    expect(begun.sockets).toHaveLength(1)
    const { client, sockets } = createRig((_, socket) => socket.finish())
    expect(await codeOf(client.send(callOf()))).toBe('E_NETWORK_CLOSED')
    expect(sockets).toHaveLength(1)
  })
})

describe('a kept connection on which something has arrived', () => {
  test.each([
    ['the end', (socket: MemorySocket) => socket.finish()],
    ['an error', (socket: MemorySocket) => socket.fail()],
    ['a response without a request', (socket: MemorySocket) => socket.send(answer('forged'))],
    ['one byte', (socket: MemorySocket) => socket.send('H')],
  ])('is not used again: %s', async (_, speak) => {
    const { client, sockets } = createRig((request, socket) => socket.send(answer(request.split(' ')[0]!)))
    for (const method of ['GET', 'POST', 'PATCH']) {
      expect(await textOf(await client.send(callOf({ method })))).toBe(method)
      speak(sockets.at(-1)!)
    }
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, true, false])
  })
})

test('a body that ends with a lost connection is an error each time it is read', async () => {
  const { client, sockets } = createRig((_, socket) => socket.send(`${HEAD}\r\npart`).fail())
  const response = await client.send(callOf())
  expect(Buffer.from((await response.next())!).toString()).toBe('part')
  for (let count = 0; count < 2; count++) expect(await codeOf(response.next())).toBe('E_NETWORK_CLOSED')
  await settled()
  expect(sockets[0]!.isClosed).toBe(true)
})
