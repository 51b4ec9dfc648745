/** An application of hono in a real enclave, through the front, and through a server of Node to its clients. */
import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Agent, request as nodeRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EnclaveFetch, enclaveFetch } from '../../../src/http/index.ts'
import { buildImage } from '../../../src/image/index.ts'
import { createParent, type Enclave, type Parent } from '../../../src/parent/index.ts'
import { codeOf } from '../../http/target.ts'
import { connectWhenReady, guestPath } from '../../support/laboratory.ts'

const MIB = 1 << 20

let parent: Parent
let enclave: Enclave
let front: EnclaveFetch
let server: ServerType
let base: string

async function startEnclave(memoryMiB = 64): Promise<Enclave> {
  const { eif } = await buildImage({ app: { path: guestPath('web-application.ts') } })
  const started = await parent.start(eif, { vcpus: 1, memoryMiB })
  ;(await connectWhenReady(started, 8080)).close()
  return started
}

beforeAll(async () => {
  parent = await createParent({ vcpus: 4, memoryMiB: 512 })
  enclave = await startEnclave()
  front = enclaveFetch(enclave)
  const app = new Hono()
  app.use(cors({ origin: 'https://app.example', exposeHeaders: ['Ehbp-Response-Nonce'] }))
  app.all('*', (context) => front(context.req.raw))
  server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  front.close()
  server.close()
  await parent.close()
})

const url = (path: string) => `http://enclave.example${path}`
const text = async (path: string, init?: RequestInit) => (await front(url(path), init)).text()
/** How many requests the enclave believes to be under way. */
const open = () => expect.poll(() => text('/open'))

describe('hono in an enclave', () => {
  test.each<[string, string, RequestInit, number, unknown]>([
    ['routes and queries', '/hello/eve?q=%20a', {}, 200, '{"hello":"eve","q":" a"}'],
    ['JSON', '/json', { method: 'POST', body: '{"a":["é"]}' }, 201, '{"a":["é"]}'],
    ['forms', '/form', { method: 'POST', body: new URLSearchParams({ a: 'b c' }) }, 200, '{"a":"b c"}'],
    ['an echo', '/echo', { method: 'PUT', body: 'hello' }, 200, 'hello'],
    ['an echo of nothing', '/echo', {}, 200, ''],
    ['a status without a body', '/cookies', {}, 204, ''],
    ['an error of hono', '/fails', {}, 418, 'short and stout'],
    ['an error', '/throws', {}, 500, 'Internal Server Error'],
    ['no route', '/none', {}, 404, '404 Not Found'],
  ])('has %s', async (_, path, init, status, body) => {
    const response = await front(url(path), init)
    expect([response.status, await response.text()]).toEqual([status, body])
    if (status < 400) expect(response.headers.get('x-served')).toBe('enclave')
  })

  test('has multipart forms, cookies, and the host of the URL', async () => {
    const form = new FormData()
    form.append('file', new File(['hello'], 'a.txt'))
    form.append('name', 'é')
    expect(JSON.parse(await text('/form', { method: 'POST', body: form }))).toMatchObject({ name: 'é' })
    expect((await front(url('/cookies'))).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(JSON.parse(await text('/headers'))).toEqual({ host: 'enclave.example' })
  })

  test.each([
    ['5', 200, 'hello'],
    ['4', 500, '500 Internal Server Error\n'],
    ['6', 500, '500 Internal Server Error\n'],
  ])('takes the length %s that a program announces, if its body has it', async (length, status, body) => {
    const response = await front(url(`/announced/${length}`))
    expect([response.status, await response.text()]).toEqual([status, body])
  })

  test('sends a body that is there as it is, also to HEAD, with an empty body, and one that was read not at all', async () => {
    const whole = await front(url('/hello/eve'))
    expect(whole.headers.get('content-length')).toBe(`${(await whole.text()).length}`)
    const head = await front(url('/hello/eve'), { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const empty = await front(url('/empty'))
    expect([empty.headers.get('content-length'), await empty.text()]).toEqual(['0', ''])
    expect((await front(url('/was-read'))).status).toBe(500)
  })

  test('serves 1000 requests over one connection', async () => {
    using one = enclaveFetch(enclave, { maxConnections: 1 })
    for (let count = 0; count < 1000; count++) {
      const response = await one(url(`/hello/${count}`))
      if (((await response.json()) as { hello: string }).hello !== `${count}`) expect(count).toBe('mixed up')
    }
    expect(one.counts).toEqual({ busy: 0, idle: 1, waiting: 0 })
  })

  test('serves 64 at once', async () => {
    const bodies = Array.from({ length: 64 }, (_, at) => randomBytes(at * 1000))
    const given = await Promise.all(
      bodies.map(async (body) => (await front(url('/whole'), { method: 'POST', body })).arrayBuffer()),
    )
    expect(given.map((each) => Buffer.from(each).toString('hex'))).toEqual(
      bodies.map((each) => each.toString('hex')),
    )
  })
})

describe('streams', () => {
  test('16 MiB each way and back do not need their memory in the enclave', async () => {
    expect(await text('/length', { method: 'POST', body: randomBytes(16 * MIB) })).toBe(`${16 * MIB}`)
    expect((await (await front(url(`/bytes/${16 * MIB}`))).arrayBuffer()).byteLength).toBe(16 * MIB)
    // More than the enclave has.
    const piece = randomBytes(MIB)
    let left = 100
    const pieces = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
    })
    const response = await front(url('/echo'), { method: 'POST', body: pieces })
    let length = 0
    for await (const each of response.body!) length += each.byteLength
    expect(length).toBe(100 * MIB)
  })

  test('stop at a reader that does not read', async () => {
    const response = await front(url(`/bytes/${2 ** 40}`))
    const reader = response.body!.getReader()
    await reader.read()
    // The enclave serves others meanwhile.
    expect(await text('/hello/a')).toContain('a')
    await reader.cancel()
    expect(await text('/hello/b')).toContain('b')
  })

  test('that break in the enclave break for the client', async () => {
    const response = await front(url('/breaks'))
    expect(response.status).toBe(200)
    expect(await codeOf(response.arrayBuffer())).toBe('E_HTTP_RESPONSE')
  })

  test('that break at the client break in the enclave', async () => {
    const failing = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(100_000)),
      pull: (controller) => controller.error(new Error('the disk')),
    })
    await expect(text('/length', { method: 'POST', body: failing })).rejects.toThrow('the disk')
    expect(await text('/hello/c')).toContain('c')
  })
})

describe('a client that leaves', () => {
  test.each(['/waits', '/endless'])('aborts the signal of %s', async (path) => {
    const controller = new AbortController()
    const given = front(url(path), { signal: controller.signal })
    if (path === '/endless') await given
    await open().toBe('1')
    controller.abort(new Error('enough'))
    if (path === '/waits') await expect(given).rejects.toThrow('enough')
    await open().toBe('0')
  })
})

test('an enclave that ends in the middle of its answer is an error', async () => {
  const other = await startEnclave()
  using its = enclaveFetch(other)
  const response = await its(url(`/bytes/${2 ** 40}`))
  const waiting = codeOf(its(url('/waits')))
  await expect.poll(async () => (await its(url('/open'))).text()).toBe('1')
  await other.stop()
  expect(await codeOf(response.arrayBuffer())).toMatch(/^E_HTTP_(?:CLOSED|RESPONSE)$/)
  expect(await waiting).toBe('E_HTTP_CLOSED')
  expect(await codeOf(its(url('/hello/a')))).toMatch(/^E_/)
})

describe('through a server of Node', () => {
  test('fetch', async () => {
    const body = randomBytes(300_000)
    const response = await fetch(`${base}/echo`, { method: 'POST', body })
    expect(response.headers.get('content-type')).toBe('application/x-echo')
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
    expect((await fetch(`${base}/echo`, { method: 'HEAD' })).status).toBe(200)
    await expect(fetch(`${base}/breaks`).then((each) => each.arrayBuffer())).rejects.toThrow()
  })

  test('CORS', async () => {
    const origin = 'https://app.example'
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'ehbp-encapsulated-key',
    }
    const preflight = await fetch(`${base}/echo`, { method: 'OPTIONS', headers })
    expect(preflight.headers.get('access-control-allow-headers')).toBe('ehbp-encapsulated-key')
    const response = await fetch(`${base}/hello/a`, { headers: { origin } })
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(response.headers.get('access-control-expose-headers')).toBe('Ehbp-Response-Nonce')
  })

  test('a client of node:http with connections that are kept', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const send = (path: string, body: string) =>
      new Promise<string>((resolve, reject) => {
        const sent = nodeRequest(
          `${base}${path}`,
          { agent, method: 'POST', headers: { expect: '100-continue' } },
          (response) => buffer(response).then((bytes) => resolve(`${response.statusCode} ${bytes}`), reject),
        )
        sent.on('error', reject)
        sent.on('continue', () => sent.end(body))
      })
    for (let count = 0; count < 5; count++)
      expect(await send('/whole', `hello ${count}`)).toBe(`200 hello ${count}`)
    agent.destroy()
  })

  test.skipIf(!hasCurl())('curl', async () => {
    const curl = async (...words: string[]) => (await promisify(execFile)('curl', ['-sS', ...words])).stdout
    expect(await curl(`${base}/hello/a`)).toBe('{"hello":"a","q":""}')
    expect(await curl('-I', `${base}/hello/a`)).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(await curl('-d', 'x'.repeat(2000), '-H', 'expect: 100-continue', `${base}/whole`)).toBe(
      'x'.repeat(2000),
    )
    expect(await curl('-d', 'hello', '-H', 'transfer-encoding: chunked', `${base}/whole`)).toBe('hello')
    expect(await curl('-H', 'connection: x-secret', '-H', 'x-secret: 1', `${base}/headers`)).not.toContain(
      'secret',
    )
  })
})

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'])
    return true
  } catch {
    console.warn('LEFT OUT: curl is not installed')
    return false
  }
}
