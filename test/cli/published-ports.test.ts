/** Published ports: limits on connections, on new ones in a second, and on idle ones; each connection is logged. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { PublishedPorts, type PublishLimits } from '../../src/cli/core/published-ports.ts'
import type { AccessEntry } from '../../src/proxy/egress.ts'

let server: Server | undefined
afterEach(() => void server?.close())

/** Connections to an enclave that is not there, which are refused after the limits. */
async function publish(limits: Partial<PublishLimits>) {
  const entries: AccessEntry[] = []
  const ports = new PublishedPorts(
    { connections: 10, connectionRate: 0, idleTimeout: 0, ...limits },
    (entry) => void entries.push(entry),
  )
  const published = { host: '127.0.0.1', tcpPort: 0, enclave: 987_654, port: 5000 }
  server = createServer((socket) =>
    ports.accept(
      socket.on('error', () => {}),
      published,
    ),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const visit = () => text(connect({ host: '127.0.0.1', port }).on('error', () => {})).catch(() => 'reset')
  return { entries, ports, visit }
}

describe('a connection is refused, and logged', () => {
  test('if the enclave cannot be reached', async () => {
    const { entries, ports, visit } = await publish({})
    await visit()
    await ports.drained()
    expect(entries).toMatchObject([
      {
        ...{ port: 5000, protocol: 'publish', destination: 'enclave 987654', address: '127.0.0.1' },
        ...{ code: expect.stringMatching(/^E_/), end: 'refused', bytesIn: 0, bytesOut: 0 },
      },
    ])
  })

  test('if more come in a second than may', async () => {
    const { entries, visit } = await publish({ connectionRate: 3 })
    for (let count = 0; count < 6; count++) await visit()
    const busy = entries.filter(({ code }) => code === 'E_PROXY_BUSY')
    expect(busy.length).toBeGreaterThan(0)
    expect(busy[0]!.message).toBe('more than 3 connections in a second')
    expect(entries.slice(0, 3).map(({ code }) => code)).not.toContain('E_PROXY_BUSY')
  })
})
