/** mbedTLS's errors as those of webclave, and the alerts that say more. */
import { createServer as createPlainServer } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { alertIn, tlsError } from '../../src/network/tls-errors.ts'
import { codeOf } from './memory-socket.ts'
import { listen, localhost, openSession, readAll, tlsHost } from './tls-rig.ts'

const host = tlsHost()
const NONE = 0xffffffff

describe('a failure is explained', () => {
  test.each([
    ['E_TLS_TRUNCATED', 0x7280, NONE, undefined],
    ['E_TLS_TRUNCATED', 0x7280, 0, undefined],
    ['E_TLS_VERSION', 0x6e80, NONE, undefined],
    ['E_TLS_VERSION', 0x7780, NONE, 70],
    ['E_TLS_AGREEMENT', 0x6e00, NONE, undefined],
    ['E_TLS_AGREEMENT', 0x7780, NONE, 40],
    ['E_TLS_AGREEMENT', 0x7780, NONE, 71],
    ['E_TLS_AGREEMENT', 0x7780, NONE, 120],
    ['E_TLS_ALERT', 0x7780, NONE, 80],
    ['E_TLS_ALERT', 0x7780, 0, undefined],
    ['E_TLS_RECORD', 0x7180, 0, undefined],
    ['E_TLS_RECORD', 0x7200, NONE, 70],
    ['E_TLS_RECORD', 0x7700, NONE, undefined],
    ['E_TLS_MEMORY', 0x7f00, NONE, undefined],
    ['E_TLS_MEMORY', 0x2880, NONE, undefined],
    ['E_TLS_MEMORY', 0x3b00 + 0x10, NONE, undefined],
    ['E_TLS_MEMORY', 0x4d80, NONE, undefined],
    ['E_TLS_CERTIFICATE', 0x7a00, NONE, undefined],
    ['E_TLS_CERTIFICATE', 0x2180, NONE, undefined],
    ['E_TLS_WEAK', 0x262e, NONE, undefined],
    ['E_TLS_WEAK', 0x3c80, NONE, undefined],
    ['E_TLS_ROOT', 0x2700, 8, undefined],
    ['E_TLS_EXPIRED', 0x2700, 0x9, undefined],
    ['E_TLS_EXPIRED', 0x2700, 0x200, undefined],
    ['E_TLS_NAME', 0x2700, 0xc, undefined],
    ['E_TLS_WEAK', 0x2700, 0x1c00d, undefined],
    ['E_TLS_WEAK', 0x2700, 0x10000, undefined],
    ['E_TLS_CERTIFICATE', 0x2700, 0x1000, undefined],
    ['E_TLS_CERTIFICATE', 0x2700, 0x40000000, undefined],
  ])('%s: error %d, flags %d, alert %s', (code, number, flags, alert) => {
    const error = tlsError('server', { code: -number, flags, alert })
    expect(error.code).toBe(code)
    expect(error.message).toContain('no secure connection to server')
    expect(error.got).toContain(`-0x${number.toString(16)}`)
  })

  test('an alert is found only in a fatal one without encryption', () => {
    const alert = (...bytes: number[]) => alertIn(Uint8Array.from(bytes))
    expect(alert(21, 3, 3, 0, 2, 2, 70)).toBe(70)
    expect(alert(21, 3, 1, 0, 2, 2, 40)).toBe(40)
    expect(alert(21, 3, 3, 0, 2, 1, 70)).toBeUndefined()
    expect(alert(22, 3, 3, 0, 2, 2, 70)).toBeUndefined()
    expect(alert(21, 3, 3, 0, 26, 2, 70)).toBeUndefined()
    expect(alert(21, 3, 3)).toBeUndefined()
    expect(alert()).toBeUndefined()
  })
})

async function refused(options: TlsOptions, size?: number) {
  const server = createServer({ key: localhost.keyPem, cert: localhost.pem, ...options })
  try {
    return await codeOf(openSession(host, await listen(server), { ...(size && { size }) }))
  } finally {
    server.close()
  }
}

test.each<[string, string, TlsOptions]>([
  ['TLS 1.1', 'E_TLS_VERSION', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
  ['AES-CBC', 'E_TLS_AGREEMENT', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }],
  ['a fixed key exchange', 'E_TLS_AGREEMENT', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
  ['P-521', 'E_TLS_AGREEMENT', { ecdhCurve: 'P-521', minVersion: 'TLSv1.3' }],
  ['a server without a certificate', 'E_TLS_AGREEMENT', { cert: undefined, key: undefined } as never],
])('a server with %s only: %s, also byte by byte', async (_, code, options) => {
  expect(await refused(options)).toBe(code)
  expect(await refused(options, 1)).toBe(code)
})

test.each([
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n', 'E_TLS_RECORD'],
  ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n', 'E_TLS_RECORD'],
  ['nothing', '', 'E_TLS_TRUNCATED'],
  ['one byte', '\x16', 'E_TLS_TRUNCATED'],
  ['the head of a record', '\x16\x03\x03\x40\x00', 'E_TLS_TRUNCATED'],
  ['an alert without a reason', '\x15\x03\x03\x00\x02\x02\x50', 'E_TLS_ALERT'],
  ['the end of a session', '\x15\x03\x03\x00\x02\x01\x00', 'E_NETWORK_CLOSED'],
  ['data before the handshake', '\x17\x03\x03\x00\x05hello', 'E_TLS_RECORD'],
])('a server that says %s: %j, %s', async (_, text, code) => {
  const server = createPlainServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(text, 'latin1'))
  })
  const port = await listen(server)
  for (const size of [1, 1000]) expect(await codeOf(openSession(host, port, { size }))).toBe(code)
  server.close()
})

test.each(['TLSv1.3', 'TLSv1.2'] as const)(
  '%s: data before a lost end is given, then the error',
  async (version) => {
    const server = createServer(
      { key: localhost.keyPem, cert: localhost.pem, minVersion: version, maxVersion: version },
      (socket) => {
        socket.on('error', () => {})
        // The end of the TCP connection without that of the session.
        socket.write('the first half', () => raw.end())
      },
    )
    let raw = null as unknown as import('node:net').Socket
    server.on('connection', (socket) => {
      raw = socket
    })
    const { session } = await openSession(host, await listen(server))
    let text = ''
    const read = async () => {
      for (let piece = await session.read(); piece; piece = await session.read()) text += Buffer.from(piece)
    }
    for (let count = 0; count < 2; count++) expect(await codeOf(read())).toBe('E_TLS_TRUNCATED')
    expect(text).toBe('the first half')
    expect(await codeOf(session.write(Buffer.from('more')))).toBe('E_TLS_TRUNCATED')
    session.close()
    server.close()
  },
)

test('the positive control: a server with none of this is connected to', async () => {
  const server = createServer({ key: localhost.keyPem, cert: localhost.pem }, (socket) => socket.end('hi'))
  const { session } = await openSession(host, await listen(server), { size: 1 })
  expect((await readAll(session)).toString()).toBe('hi')
  session.close()
  server.close()
})
