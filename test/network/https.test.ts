/** HTTP over TLS: connections that are used again, and ends of them that are not the server's. */
import { createServer as createHttps } from 'node:https'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { HttpClient } from '../../src/network/index.ts'
import { answer, callOf, textOf } from './memory-server.ts'
import { codeOf } from './memory-socket.ts'
import { type Bridge, listen, localhost, reach, tlsHost } from './tls-rig.ts'

const identity = { key: localhost.keyPem, cert: localhost.pem }

/** A client whose proxy connects everything to `port`. */
function clientOf(port: number) {
  const opened: Bridge[] = []
  const open = async () => {
    const under = await reach(port)
    opened.push(under)
    const answers = [Uint8Array.from(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))]
    let isAsked = false
    return {
      ...under,
      read: async (length?: number) => answers.pop() ?? under.read(length),
      write: async (bytes: Uint8Array) => {
        if (isAsked) return under.write(bytes)
        isAsked = true
      },
    }
  }
  return { client: new HttpClient(tlsHost(undefined, open)), opened }
}
const SECURE = { isSecure: true, destination: { host: 'localhost', port: 443 } }

test('requests and responses with Node’s server, over one connection', async () => {
  const server = createHttps(identity, (request, response) => {
    request.setEncoding('utf8')
    let text = ''
    request.on('data', (data) => {
      text += data
    })
    request.on('end', () => response.end(`${request.method} ${request.headers.host} ${text}`))
  })
  const { client, opened } = clientOf(await listen(server))
  const body = 'x'.repeat(100_000)
  expect(await textOf(await client.send(callOf(SECURE)))).toBe('GET localhost ')
  const sent = await client.send(callOf({ ...SECURE, method: 'POST', body: Buffer.from(body) }))
  expect(await textOf(sent)).toBe(`POST localhost ${body}`)
  async function* stream() {
    for (let count = 0; count < 10; count++) yield Buffer.from('part ')
  }
  const streamed = await client.send(callOf({ ...SECURE, method: 'PUT', body: stream() }))
  expect(await textOf(streamed)).toBe(`PUT localhost ${'part '.repeat(10)}`)
  expect(await textOf(await client.send(callOf({ ...SECURE, method: 'HEAD' })))).toBe('')
  expect(opened).toHaveLength(1)
  opened[0]!.close()
  server.close()
})

/** A server that answers `text`; then the parent instance ends the connection without the end of the session. */
async function truncating(text: string, afterRequest: number) {
  let raw: Socket
  let requests = 0
  const server = createServer(identity, (socket) => {
    const own = raw
    socket.on('error', () => {})
    socket.on('data', () => {
      requests++
      if (requests === afterRequest) own.end()
      else socket.write(text, () => afterRequest === 0 && own.end())
    })
  })
  server.on('connection', (socket) => {
    raw = socket
  })
  return { server, port: await listen(server) }
}

test('a body that only the end of the connection ends is not whole without that of the session', async () => {
  const { server, port } = await truncating('HTTP/1.1 200 OK\r\n\r\nthe first half', 0)
  const { client } = clientOf(port)
  const response = await client.send(callOf(SECURE))
  expect(Buffer.from((await response.next())!).toString()).toBe('the first half')
  for (let count = 0; count < 2; count++) expect(await codeOf(response.next())).toBe('E_TLS_TRUNCATED')
  server.close()
})

test('on a kept connection that ends so, GET is sent again, and POST is not', async () => {
  for (const [method, outcome] of [
    ['GET', { given: 'a' }],
    ['POST', 'E_TLS_TRUNCATED'],
  ] as const) {
    const { server, port } = await truncating(answer('a'), 2)
    const { client, opened } = clientOf(port)
    expect(await textOf(await client.send(callOf(SECURE)))).toBe('a')
    expect(await codeOf(client.send(callOf({ ...SECURE, method })).then(textOf))).toEqual(outcome)
    expect(opened).toHaveLength(method === 'GET' ? 2 : 1)
    for (const { close } of opened) close()
    server.close()
  }
})

test('a new connection that ends so is not opened again', async () => {
  const { server, port } = await truncating(answer('a'), 1)
  const { client, opened } = clientOf(port)
  expect(await codeOf(client.send(callOf(SECURE)))).toBe('E_TLS_TRUNCATED')
  expect(opened).toHaveLength(1)
  server.close()
})
