/** What a relay asks of the operating system. */
import { once } from 'node:events'
import { type AddressInfo, createServer, Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { FakeGuest, proxyFor } from './fake-guest.ts'

afterEach(() => void vi.restoreAllMocks())

test('small parts are sent without waiting for the acknowledgement of those before', async () => {
  const noDelay = vi.spyOn(Socket.prototype, 'setNoDelay')
  const server = createServer((socket) => void socket.on('error', () => {}).resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { proxy, accept } = proxyFor(port)
  const guest = new FakeGuest()
  const ended = accept(guest)
  await expect
    .poll(() => noDelay.mock.contexts.map((socket) => (socket as Socket).remotePort))
    .toContain(port)
  expect(noDelay.mock.calls).toEqual([[true]])
  await proxy.close()
  await ended
  server.close()
  await once(server, 'close')
})
