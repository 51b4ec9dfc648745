/** The only place of a server in a real enclave, whose handler never settles, after each way in which a client leaves. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enclaveFetch } from '../../../src/http/index.ts'
import { buildImage } from '../../../src/image/index.ts'
import { createParent, type Enclave, type Parent, type VsockSocket } from '../../../src/parent/index.ts'
import { connectWhenReady } from '../../support/laboratory.ts'

const source = `
import { serveHttp } from 'webclave/sdk'
let asked = 0
const handler = ({ url }) => {
  asked += 1
  return url.endsWith('/never') ? new Promise(() => {}) : new Response(String(asked))
}
const limits = { maxConnections: 1, idleTimeout: 400 }
export default () => {
  void serveHttp(handler, { ...limits, port: 8080 })
  void serveHttp(handler, { ...limits, port: 8081, handlerTimeout: 100 })
  // Tells how many were asked, also while the places are taken.
  return serveHttp(() => new Response(String(asked)), { port: 8082 })
}
`

let [parent, enclave] = [] as unknown as [Parent, Enclave]
beforeAll(async () => {
  const { eif } = await buildImage({ app: { source } })
  parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  ;(await connectWhenReady(enclave, 8082)).close()
})
afterAll(() => parent.close())

async function asked(): Promise<number> {
  using front = enclaveFetch(enclave, { port: 8082, keepAlive: 0 })
  return Number(await (await front('http://enclave/')).text())
}

/** The status of a request to the place. */
async function status(port: number): Promise<number> {
  using front = enclaveFetch(enclave, { port, keepAlive: 0 })
  return (await front('http://enclave/')).status
}

/** A client that waits for a handler. */
async function waiting(more = ''): Promise<VsockSocket> {
  await expect.poll(() => status(8080)).toBe(200)
  const before = await asked()
  const socket = await enclave.connect(8080)
  const request = 'GET /never HTTP/1.1\r\nhost: a\r\n\r\n'
  await socket.writable.getWriter().write(new TextEncoder().encode(request + more))
  await expect.poll(asked).toBe(before + 1)
  // The control: it has the place.
  expect(await status(8080)).toBe(503)
  return socket
}

test.each<[string, string, (socket: VsockSocket) => unknown]>([
  ['closes', '', (socket) => socket.close()],
  ['has sent more, and closes', 'GET / HTTP/1.1\r\n', (socket) => socket.close()],
  ['resets', '', (socket) => socket.readable.cancel().then(() => socket.close())],
])('a client that %s leaves its place to the next', async (_, more, leave) => {
  leave(await waiting(more))
  await expect.poll(() => status(8080)).toBe(200)
})

test('a handler that takes too long leaves its place, and its client gets 504', async () => {
  using front = enclaveFetch(enclave, { port: 8081 })
  const late = await front('http://enclave/never')
  expect([late.status, await late.text()]).toEqual([504, expect.stringContaining('took too long')])
  expect(await (await front('http://enclave/')).text()).toMatch(/^\d+$/)
})
