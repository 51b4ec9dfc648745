/** Connections of an application's module to hosts, through a proxy that the test opens. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openProxy } from '../../src/proxy/index.ts'
import { issue } from '../support/certificates.ts'
import { sdk, testEnclave } from './modules.ts'

const root = issue({ subject: 'root', isAuthority: true })
let server: Server
let port: number

beforeAll(async () => {
  const { keyPem: key, pem: cert } = issue({ subject: 'server', names: ['localhost'], issuer: root })
  server = createServer({ key, cert }, (socket) => socket.on('error', () => {}).pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => void server.close())
afterEach(() => testEnclave.reset())

it('have TLS with the root certificates of its files', async () => {
  testEnclave.reset({ files: { 'roots.pem': new TextEncoder().encode(root.pem) }, roots: 'roots.pem' })
  await using _proxy = openProxy(testEnclave, { allowlist: ['localhost:*', '127.0.0.1:*'] })
  const socket = await sdk.connect('localhost', port, { tls: true })
  expect(socket.tlsVersion).toBe('TLSv1.3')
  await socket.write(new TextEncoder().encode('hello'))
  expect(new TextDecoder().decode(await socket.read())).toBe('hello')
  socket.close()
})

it('are refused by rule, and without root certificates', async () => {
  await using _proxy = openProxy(testEnclave, { allowlist: [`localhost:${port}`, '127.0.0.1:*'] })
  const codeOf = (host: string, to: number) =>
    sdk.connect(host, to, { tls: true }).catch((error: unknown) => {
      expect(error).toBeInstanceOf(sdk.EnclaveError)
      return (error as { code: string }).code
    })
  expect(await codeOf('localhost', port + 1)).toBe('E_NETWORK_REFUSED')
  expect(await codeOf('localhost', port)).toBe('E_TLS_ROOTS')
})
