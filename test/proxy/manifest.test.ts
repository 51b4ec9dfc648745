/** What the measured manifest of an image lists, and what the proxy allows: an enclave reaches only what both do. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProxy, type ProxyOptions } from '../../src/proxy/index.ts'
import { Laboratory } from '../support/laboratory.ts'

let server: Server
let port: number

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => void server.close())

/** What an enclave of an image with these destinations reaches through a proxy. */
async function reached(
  destinations: readonly string[] | undefined,
  options: ProxyOptions,
  request: string | undefined = `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`,
): Promise<string> {
  await using lab = await Laboratory.open({ parts: { manifest: destinations ? { destinations } : {} } })
  await using _proxy = openProxy(lab.parent, { port: 8500, ...options })
  // Who is refused without a protocol finds the connection reset, sooner or later.
  return await lab.run<string>(`let answer = ''
    try {
      const socket = await sdk.vsock.connect(8500)
      await socket.write(new TextEncoder().encode(${JSON.stringify(request)}))
      for await (const bytes of socket) {
        answer += new TextDecoder().decode(bytes)
        if (!answer.startsWith('HTTP/1.1 403')) break
      }
      socket.close()
    } catch {}
    return answer`)
}

const allowAll = () => ({ allowlist: ['127.0.0.1:*'] })

test.each([
  ['the same host and port', () => [`127.0.0.1:${port}`]],
  ['a range', () => ['127.0.0.0/8:*']],
])('a destination that the manifest lists as %s is reached', async (_, destinations) => {
  expect(await reached(destinations(), allowAll())).toBe('HTTP/1.1 200 Connection established\r\n\r\n')
})

test.each([
  ['another port', () => [`127.0.0.1:${port === 1 ? 2 : port - 1}`], /which has 127\.0\.0\.1:\d+/],
  ['another host', () => ['a.example:443'], /which has a\.example:443/],
  ['all public addresses', () => ['0.0.0.0/0:*'], /which has 0\.0\.0\.0\/0:\*/],
  ['no destination', () => [], /which has none/],
])('one that the proxy allows is refused if the manifest lists %s', async (_, destinations, has) => {
  const answer = await reached(destinations(), allowAll())
  expect(answer).toMatch(/^HTTP\/1\.1 403 .*E_PROXY_NOT_ALLOWED.*the manifest of the enclave’s image/s)
  expect(answer).toMatch(has)
})

test('one is refused if the image has no manifest', async () => {
  expect(await reached(undefined, allowAll())).toMatch(/^HTTP\/1\.1 403 .*which has none/s)
})

test('one that the manifest lists is refused if the proxy does not allow it', async () => {
  expect(await reached([`127.0.0.1:${port}`], { allowlist: ['127.0.0.1:1'] })).toMatch(
    /^HTTP\/1\.1 403 .*no rule allows 127\.0\.0\.1:/s,
  )
})

test('the one destination of a proxy must be listed too', async () => {
  const destination = { address: '127.0.0.1', port }
  const options = { destination, allowlist: [destination] }
  expect(await reached([`127.0.0.1:${port}`], options, 'hello')).toBe('hello')
  expect(await reached(['a.example:443'], options, 'hello')).toBe('')
})
