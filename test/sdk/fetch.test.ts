/** `fetch` and `connect` of an enclave: through the proxy to servers of this machine, with TLS that ends in the enclave. */
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openProxy, type VsockProxy } from '../../src/proxy/index.ts'
import { issue } from '../support/certificates.ts'
import { Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
let proxy: VsockProxy
let secure: https.Server
let plain: http.Server
let url: string
let plainUrl: string
const connections = { secure: 0, plain: 0 }

const text = (response: ServerResponse, body: string) => {
  response.setHeader('content-type', 'text/plain')
  response.end(body)
}

const ROUTES: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
  '/hello': (_, response) => text(response, 'hello'),
  '/headers': (request, response) => text(response, JSON.stringify(request.headers)),
  '/echo': async (request, response) =>
    response.end(Buffer.concat([Buffer.from(`${request.method} `), await buffer(request)])),
  '/chunked': (_, response) => {
    for (const part of ['one ', 'two ', 'three']) response.write(part)
    response.end()
  },
  '/large': (_, response) => response.end(Buffer.alloc(3_000_000, 'abc')),
  '/cookies': (_, response) => response.setHeader('set-cookie', ['a=1', 'b=2']).end(),
  '/moved': (_, response) => response.writeHead(302, { location: '/echo' }).end(),
  '/kept': (_, response) => response.writeHead(307, { location: '/echo' }).end(),
  '/elsewhere': (_, response) => response.writeHead(302, { location: `${plainUrl}/headers` }).end(),
  '/round': (_, response) => response.writeHead(302, { location: '/round' }).end(),
  '/endless': (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    }
    response.on('drain', more)
    more()
  },
  '/zipped': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello')),
  '/nothing': (_, response) => response.writeHead(204).end(),
  '/missing': (_, response) => response.writeHead(404, 'Not Here').end('no'),
  '/silent': () => {},
  '/cut': (_, response) =>
    response.writeHead(200, { 'content-length': '100' }).write('only', () => response.destroy()),
}
const answer: RequestListener = (request, response) =>
  void ROUTES[request.url!.split('?')[0]!]!(request, response)

async function listening(server: http.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

beforeAll(async () => {
  const root = issue({ subject: 'root', isAuthority: true, kind: 'P-384' })
  const { keyPem: key, pem: cert } = issue({
    subject: 'server',
    names: ['localhost', 'relay.example'],
    issuer: root,
  })
  secure = https.createServer({ key, cert }, answer).on('secureConnection', () => connections.secure++)
  plain = http.createServer(answer).on('connection', () => connections.plain++)
  const ports = [await listening(secure), await listening(plain)]
  url = `https://localhost:${ports[0]}`
  plainUrl = `http://127.0.0.1:${ports[1]}`
  lab = await Laboratory.open({
    parts: {
      files: { 'roots.pem': new TextEncoder().encode(root.pem) },
      manifest: {
        roots: 'roots.pem',
        destinations: ['localhost:*', '127.0.0.1:*'],
        proxyPort: 8123,
        relays: { 'relay.example:443': 8124 },
      },
    },
    memoryMiB: 128,
  })
  proxy = openProxy(lab.parent, { port: 8123, allowlist: ['localhost:*', '127.0.0.1:*'] })
})
afterAll(async () => {
  await proxy.close()
  await lab[Symbol.asyncDispose]()
  for (const server of [secure, plain]) server.close().closeAllConnections()
})

/** What an expression that fetches `path` gives in the enclave. */
const fetched = <Result = unknown>(path: string, init = '{}', give = 'await response.text()') =>
  lab.run<Result>(`const response = await fetch(${JSON.stringify(`${url}${path}`)}, ${init}); return ${give}`)

const failing = (path: string, init = '{}', base = url) =>
  lab.run<
    [string, string, string?]
  >(`try { const response = await fetch(${JSON.stringify(`${base}${path}`)}, ${init}); await response.text() } catch (error) {
    return [error.name, error.message, error.cause?.code] }`)

describe('fetch', () => {
  test('gives status, headers and body', async () => {
    const give = `[response.status, response.ok, response.statusText, response.type, response.url, response.redirected,
      response.headers.get('Content-Type'), await response.text(), response.bodyUsed]`
    expect(await fetched('/hello?a=b#c', '{}', give)).toEqual([
      ...[200, true, 'OK', 'basic', `${url}/hello?a=b`, false, 'text/plain', 'hello', true],
    ])
    expect(await fetched('/missing', '{}', '[response.status, response.ok, response.statusText]')).toEqual([
      ...[404, false, 'Not Here'],
    ])
    expect(await fetched('/nothing', '{}', '[response.status, response.body]')).toEqual([204, null])
    expect(await fetched('/cookies', '{}', 'response.headers.getSetCookie()')).toEqual(['a=1', 'b=2'])
  })

  test('sends the headers that were given, and those of HTTP itself', async () => {
    const sent = JSON.parse(
      await fetched<string>('/headers', `{ headers: { 'X-One': 'ä', host: 'other', connection: 'close' } }`),
    )
    const { host } = new URL(url)
    expect(sent).toMatchObject({ 'x-one': 'ä', host, accept: '*/*', 'accept-encoding': 'identity' })
    expect(sent).not.toHaveProperty('content-length')
  })

  test.each([
    ['text', `'höllo'`, 'POST höllo'],
    ['bytes', 'Uint8Array.of(104, 105)', 'POST hi'],
    ['a form', 'new URLSearchParams({ a: "b c" })', 'POST a=b+c'],
    ['a Blob', 'new Blob(["a", "b"])', 'POST ab'],
    ['a stream', 'new Blob(["stre", "am"]).stream(), duplex: "half"', 'POST stream'],
    ['nothing', 'null', 'POST '],
  ])('sends a body of %s', async (_, body, expected) => {
    expect(await fetched('/echo', `{ method: 'POST', body: ${body} }`)).toBe(expected)
  })

  test('gives a body as a stream, in pieces, as large as it is', async () => {
    const give = `await (async () => { let [length, pieces] = [0, 0]
      for (const reader = response.body.getReader(); ; pieces++) {
        const { value, done } = await reader.read()
        if (done) return [length, pieces > 10]
        length += value.length
      } })()`
    expect(await fetched('/large', '{}', give)).toEqual([3_000_000, true])
    expect(await fetched('/large', '{}', '(await response.arrayBuffer()).byteLength')).toBe(3_000_000)
    expect(await fetched('/chunked')).toBe('one two three')
    expect(
      await fetched('/chunked', '{}', 'await Promise.all([response.clone().text(), response.text()])'),
    ).toEqual([...['one two three', 'one two three']])
  })

  test('uses a connection again', async () => {
    await fetched('/hello')
    const before = connections.secure
    await lab.run(`for (let count = 0; count < 10; count++) await (await fetch('${url}/hello')).text()`)
    expect(connections.secure - before).toBeLessThanOrEqual(1)
  })

  test('waits for a place if there are more requests than connections', async () => {
    const all = await lab.run<string[]>(`const one = async () => (await fetch('${url}/hello')).text()
      return Promise.all(Array.from({ length: 120 }, one))`)
    expect(new Set(all)).toEqual(new Set(['hello']))
    expect(all).toHaveLength(120)
  })

  test('fails for a body that is larger than the memory, and the enclave goes on', async () => {
    expect(await failing('/endless')).toMatchObject({
      ...['TypeError', 'the body is too large for the memory that is left'],
    })
    expect(await fetched('/hello')).toBe('hello')
  })

  test('reaches a host through a relay that leads to it alone', async () => {
    const { port } = new URL(url)
    const destination = { address: 'localhost', port: Number(port) }
    await using _relay = openProxy(lab.parent, {
      port: 8124,
      destination,
      allowlist: [destination, '127.0.0.1:*'],
    })
    expect(await lab.run(`return (await fetch('https://relay.example/hello')).text()`)).toBe('hello')
  })

  test('refuses a compressed body, unless the program requests it', async () => {
    expect((await failing('/zipped'))[1]).toContain('sends the body as gzip, which was refused')
    const init = `{ headers: { 'accept-encoding': 'gzip' } }`
    expect(await fetched<number>('/zipped', init, '(await response.bytes())[0]')).toBe(0x1f)
  })

  test('refuses integrity, which it would not check', async () => {
    expect((await failing('/hello', `{ integrity: 'sha256-AAAA' }`))[1]).toContain('integrity is not checked')
  })

  test('gives up the connections of bodies that nobody reads', async () => {
    const statuses = await lab.run<number[]>(`const statuses = []
      for (let count = 0; count < 100; count++) statuses.push((await fetch('${url}/chunked')).status)
      return statuses`)
    // More than there can be sessions.
    expect(statuses).toEqual(Array.from({ length: 100 }, () => 200))
  })

  test('follows no redirect unless it is told to', async () => {
    const give = '[response.status, response.headers.get("location"), response.redirected]'
    expect(await fetched('/moved', '{}', give)).toEqual([302, '/echo', false])
    const followed = '[response.status, response.redirected, response.url, await response.text()]'
    const init = (method: string) =>
      `{ method: '${method}', redirect: 'follow', ${method === 'POST' ? 'body: "b"' : ''} }`
    expect(await fetched('/moved', init('GET'), followed)).toEqual([200, true, `${url}/echo`, 'GET '])
    expect(await fetched('/moved', init('POST'), followed)).toEqual([200, true, `${url}/echo`, 'GET '])
    expect(await fetched('/kept', init('POST'), followed)).toEqual([200, true, `${url}/echo`, 'POST b'])
    expect(await failing('/round', `{ redirect: 'follow' }`)).toMatchObject({
      ...['TypeError', 'fetch failed: more than 20 redirects'],
    })
    expect(await failing('/moved', `{ redirect: 'error' }`)).toMatchObject({ 0: 'TypeError' })
  })

  test('takes what proves an identity to no other origin', async () => {
    const headers = `headers: { authorization: 'secret', cookie: 'c', 'x-kept': 'k' }`
    const elsewhere = JSON.parse(await fetched<string>('/elsewhere', `{ redirect: 'follow', ${headers} }`))
    expect(elsewhere).toMatchObject({ 'x-kept': 'k' })
    expect(elsewhere).not.toHaveProperty('authorization')
    expect(elsewhere).not.toHaveProperty('cookie')
  })

  test('ends with its signal, before and within the response', async () => {
    const aborted = `{ signal: AbortSignal.timeout(100) }`
    expect(await failing('/silent', aborted)).toMatchObject({ 0: 'TimeoutError' })
    const within = `const controller = new AbortController()
      const response = await fetch('${url}/large', { signal: controller.signal })
      const reader = response.body.getReader()
      await reader.read()
      controller.abort()
      try { for (;;) if ((await reader.read()).done) return 'done' } catch (error) { return error.name }`
    expect(await lab.run(within)).toBe('AbortError')
  })

  test.each([
    ['a host that the proxy does not allow', 'https://a.example', 'E_NETWORK_REFUSED'],
    ['a port where nobody listens', 'https://localhost:1', 'E_NETWORK_CONNECT'],
  ])('says why it failed for %s', async (_, base, code) => {
    const [name, message, cause] = (await failing('/', '{}', base)) as string[]
    expect([name, cause]).toEqual(['TypeError', code])
    expect(message).toMatch(/^fetch failed: E_NETWORK_.*E_PROXY_/)
  })

  test('says that a body was cut', async () => {
    expect(await failing('/cut')).toEqual([
      'TypeError',
      expect.stringMatching(/^the body of the response was cut: E_TLS_TRUNCATED/),
      'E_TLS_TRUNCATED',
    ])
  })

  test('goes without TLS where the URL says so, which the proxy can read', async () => {
    const { host } = new URL(plainUrl)
    expect(await lab.run(`return (await fetch('${plainUrl}/hello')).text()`)).toBe('hello')
    expect(host).toContain('127.0.0.1')
  })
})

describe('connect', () => {
  const [tls, none] = ['{ tls: true }', '{}']

  test.each([
    ['with TLS', () => url, tls, 'TLSv1.3'],
    ['without', () => plainUrl, none, 'none'],
  ])('reads and writes bytes %s', async (_, base, options, version) => {
    const { hostname, port } = new URL(base())
    const [answered, spoken] = await lab.run<[string, string?]>(
      `
      using socket = await sdk.connect('${hostname}', ${port}, ${options})
      await socket.write(new TextEncoder().encode('GET /hello HTTP/1.1\\r\\nhost: a\\r\\nconnection: close\\r\\n\\r\\n'))
      let all = ''
      for await (const bytes of socket) all += new TextDecoder().decode(bytes)
      return [all, socket.tlsVersion ?? 'none']`.replace('using ', 'const '),
    )
    expect(answered).toMatch(/^HTTP\/1\.1 200 OK.*hello/s)
    expect(spoken).toBe(version)
  })

  test('says what is wrong with the certificate', async () => {
    const { port } = new URL(url)
    const code = (options: string) =>
      lab.run(
        `try { await sdk.connect('localhost', ${port}, ${options}) } catch (error) { return [error instanceof sdk.EnclaveError, error.code] }`,
      )
    expect(await code(`{ tls: { name: 'other.example' } }`)).toEqual([true, 'E_TLS_NAME'])
    expect(await lab.attempt(`await sdk.connect(1, 2)`)).toMatchObject({ error: { code: 'E_ARGUMENT' } })
  })
})
