/** What of hono works in an enclave, as docs/how-to/serve-http.md says it, and what does not. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EnclaveFetch, enclaveFetch } from '../../../src/http/index.ts'
import { buildImage } from '../../../src/image/index.ts'
import { createParent, type Enclave, type Parent } from '../../../src/parent/index.ts'
import { connectWhenReady, guestPath } from '../../support/laboratory.ts'

const GUEST = guestPath('hono-parts.ts')
const PAGE = new URL('../../../docs/how-to/serve-http.md', import.meta.url)

let [parent, enclave, front] = [] as unknown as [Parent, Enclave, EnclaveFetch]
beforeAll(async () => {
  const files = { 'a.txt': new TextEncoder().encode('a file') }
  const { eif } = await buildImage({ app: { path: GUEST }, files })
  parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64, debug: true })
  ;(await connectWhenReady(enclave, 8080)).close()
  front = enclaveFetch(enclave)
})
afterAll(() => parent.close())

const ask = (path: string, init?: RequestInit) => front(`http://enclave/${path}`, init)
const header = (name: string, value: string): RequestInit => ({ headers: { [name]: value } })

describe('hono in an enclave has', () => {
  test.each<[path: string, init: RequestInit, status: number, body: unknown]>([
    ['basic-auth', header('authorization', `Basic ${btoa('a:b')}`), 200, 'in'],
    ['basic-auth', {}, 401, 'Unauthorized'],
    ['bearer-auth', header('authorization', 'Bearer token'), 200, 'in'],
    ['body-limit', { method: 'POST', body: 'short' }, 200, 'short'],
    ['body-limit', { method: 'POST', body: 'longer than 10' }, 413, 'Payload Too Large'],
    ['context-storage', {}, 200, 'true'],
    ['cors', header('origin', 'https://a.example'), 200, 'in'],
    [
      'csrf',
      { method: 'POST', body: new URLSearchParams(), ...header('origin', 'https://b.example') },
      403,
      'Forbidden',
    ],
    [
      'csrf',
      { method: 'POST', body: new URLSearchParams(), ...header('origin', 'https://a.example') },
      200,
      'in',
    ],
    ['etag', {}, 200, 'in'],
    ['html', {}, 200, '<p>&lt;a&gt;</p>'],
    ['request-id', {}, 200, expect.stringMatching(/^[0-9a-f-]{36}$/)],
    ['secure-headers', {}, 200, 'in'],
    ['serve-static/a.txt', {}, 200, 'a file'],
    ['serve-static/b.txt', {}, 404, '404 Not Found'],
    ['sse', {}, 200, 'data: a\n\ndata: b\n\n'],
    ['streaming', {}, 200, 'ab'],
    ['timeout', {}, 504, 'Gateway Timeout'],
    ['timing', {}, 200, 'in'],
    [
      'validator',
      { method: 'POST', body: '{"a":1}', ...header('content-type', 'application/json') },
      200,
      '{"a":1}',
    ],
    ['validator', { method: 'POST', body: '{}', ...header('content-type', 'application/json') }, 400, 'bad'],
  ])('%s', async (path, init, status, body) => {
    const response = await ask(path, init)
    expect([response.status, await response.text()]).toEqual([status, body])
  })

  test('headers of its own', async () => {
    const value = async (path: string, name: string, init?: RequestInit) =>
      (await ask(path, init)).headers.get(name)
    expect(await value('cors', 'access-control-allow-origin', header('origin', 'https://a.example'))).toBe(
      'https://a.example',
    )
    const tag = (await value('etag', 'etag'))!
    expect((await ask('etag', header('if-none-match', tag))).status).toBe(304)
    expect(await value('secure-headers', 'x-content-type-options')).toBe('nosniff')
    expect(await value('timing', 'server-timing')).toMatch(/^total;dur=/)
  })

  test('signed cookies and tokens, and refuses forged ones', async () => {
    const [cookie] = (await ask('cookie')).headers.get('set-cookie')!.split(';')
    const read = async (given: string) => (await ask('cookie/read', header('cookie', given))).text()
    expect(await read(cookie!)).toBe('b')
    expect(await read(cookie!.replace('=b.', '=c.'))).toBe('false')
    const token = await (await ask('jwt/sign')).text()
    const bearer = (given: string) => ask('jwt', header('authorization', `Bearer ${given}`))
    expect(await (await bearer(token)).json()).toEqual({ sub: 'a' })
    expect((await bearer(`${token.slice(0, -2)}AA`)).status).toBe(401)
  })
})

describe('hono in an enclave has not', () => {
  test('compress: there is no CompressionStream', async () => {
    const response = await ask('compress', header('accept-encoding', 'gzip'))
    expect([response.status, await response.text()]).toEqual([
      500,
      'ReferenceError: CompressionStream is not defined',
    ])
    // A client that does not ask for it does not notice.
    expect((await ask('compress')).status).toBe(200)
  })

  test('cache: there is none, which is only said on the console', async () => {
    expect(await (await ask('cache')).text()).toBe('in')
    await expect.poll(() => enclave.console()).toContain('caches is not defined')
  })

  test('WebSockets: no connection is upgraded, neither by the front nor by the server', async () => {
    const upgrade = {
      upgrade: 'websocket',
      connection: 'upgrade',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    }
    expect((await ask('websocket', { headers: upgrade })).status).toBe(404)
    const socket = await enclave.connect(8080)
    const lines = Object.entries(upgrade).map(([name, value]) => `${name}: ${value}\r\n`)
    const request = `GET /websocket HTTP/1.1\r\nhost: a\r\n${lines.join('')}\r\n`
    await socket.writable.getWriter().write(new TextEncoder().encode(request))
    const { value } = await socket.readable.getReader().read()
    const answer = new TextDecoder().decode(value)
    expect(answer).toMatch(/^HTTP\/1.1 500 /)
    expect(answer).toContain('WebSocketPair is not defined')
    socket.close()
  })
})

test('the page names what is tested here, and the version', () => {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split('## What of hono works')
  const named = (text: string) => new Set([...text.matchAll(/hono\/([a-z-]+)/g)].map(([, name]) => name))
  const tested = named(readFileSync(GUEST, 'utf8'))
  tested.delete('cloudflare-workers')
  expect(named(section.split('\n## ')[0]!)).toEqual(tested)
  const { devDependencies } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  )
  expect(section).toContain(`hono ${devDependencies.hono}`)
})
