/** TLS with Node's server and OpenSSL's, in all versions, with all algorithms. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type TlsOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Issued, issue, type KeyKind } from '../support/certificates.ts'
import { hasProgram } from '../support/debian.ts'
import { authority, listen, localhost, openSession, readAll, tlsHost } from './tls-rig.ts'

const host = tlsHost()
const names = ['localhost']
const certificateOf = (kind: KeyKind) => issue({ subject: kind, issuer: authority, kind, names })

/** A server that echoes what it gets, and closes when the client has. */
async function echo(options: TlsOptions & { readonly certificate?: Issued }) {
  const { certificate = localhost } = options
  const facts: unknown[] = []
  const server = createServer({ key: certificate.keyPem, cert: certificate.pem, ...options }, (socket) => {
    socket.on('error', () => {}).pipe(socket)
    facts.push(socket.getCipher().standardName, socket.alpnProtocol)
  })
  return { port: await listen(server), server, facts }
}

async function exchange(port: number, protocol?: string) {
  const { session, under } = await openSession(host, port, { ...(protocol !== undefined && { protocol }) })
  await session.write(Buffer.from('hello'))
  session.end()
  const text = (await readAll(session)).toString()
  session.close()
  return { text, version: session.version, under }
}

describe('Node’s server', () => {
  test.each([
    ['TLS_AES_128_GCM_SHA256', {}],
    ['TLS_AES_256_GCM_SHA384', { ciphers: 'TLS_AES_256_GCM_SHA384' }],
    ['TLS_CHACHA20_POLY1305_SHA256', { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }],
    ['TLS_AES_128_GCM_SHA256', { ecdhCurve: 'X25519' }],
    ['TLS_AES_128_GCM_SHA256', { ecdhCurve: 'P-256' }],
    ['TLS_AES_128_GCM_SHA256', { ecdhCurve: 'P-384' }],
    ['TLS_AES_128_GCM_SHA256', { certificate: certificateOf('P-384') }],
    ['TLS_AES_128_GCM_SHA256', { certificate: certificateOf('RSA 2048') }],
  ])('TLS 1.3: %s, %o', async (cipher, options) => {
    const ciphers = 'TLS_AES_128_GCM_SHA256'
    const { port, server, facts } = await echo({ minVersion: 'TLSv1.3', ciphers, ...options })
    expect(await exchange(port)).toMatchObject({ text: 'hello', version: 'TLSv1.3' })
    expect(facts[0]).toBe(cipher)
    server.close()
  })

  const rsa = { certificate: certificateOf('RSA 2048') }
  test.each([
    ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256', {}],
    ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384', {}],
    ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305', {}],
    ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', rsa],
    ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', rsa],
    ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305', rsa],
    ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256', { ecdhCurve: 'X25519' }],
    ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256', { ecdhCurve: 'P-384' }],
  ])('TLS 1.2: %s, %s, %o', async (cipher, ciphers, options) => {
    const { port, server, facts } = await echo({ maxVersion: 'TLSv1.2', ciphers, ...options })
    expect(await exchange(port)).toMatchObject({ text: 'hello', version: 'TLSv1.2' })
    expect(facts[0]).toBe(cipher)
    server.close()
  })

  test('agrees on the requested protocol', async () => {
    const { port, server, facts } = await echo({ ALPNProtocols: ['h2', 'http/1.1'] })
    await exchange(port, 'http/1.1')
    await exchange(port)
    expect([facts[1], facts[3]]).toEqual(['http/1.1', false])
    await expect(exchange(port, 'other')).rejects.toMatchObject({ code: 'E_TLS_AGREEMENT' })
    server.close()
  })

  test('is told the name, but no address', async () => {
    const asked: unknown[] = []
    const server = createServer({ key: localhost.keyPem, cert: localhost.pem }, (socket) => {
      asked.push(socket.servername)
      socket.on('error', () => {}).end()
    })
    const port = await listen(server)
    for (const name of ['localhost', 'localhost.', '127.0.0.1']) {
      const { session } = await openSession(host, port, { name })
      await readAll(session)
      session.close()
    }
    expect(asked).toEqual(['localhost', 'localhost', false])
    server.close()
  })
})

const hasOpenssl = hasProgram('openssl', 'the tests with OpenSSL’s server', ['version'])
describe.runIf(hasOpenssl)('OpenSSL’s server', () => {
  let folder: string
  const running: ChildProcess[] = []
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'webclave-tls-'))
    for (const [name, { keyPem, pem }] of Object.entries({ ec: localhost, rsa: certificateOf('RSA 2048') }))
      writeFileSync(join(folder, `${name}.pem`), keyPem + pem)
  })
  afterAll(() => {
    for (const child of running) child.kill()
    rmSync(folder, { recursive: true })
  })

  /** Its port, and its input: a line that begins with a command does something. */
  async function start(name: 'ec' | 'rsa', ...words: string[]) {
    const child = spawn('openssl', [
      's_server',
      '-accept',
      '127.0.0.1:0',
      '-cert',
      join(folder, `${name}.pem`),
      ...words,
    ])
    running.push(child)
    let text = ''
    const port = await new Promise<number>((resolve, reject) => {
      child.stderr.resume()
      child.once('exit', () => reject(new Error(`openssl: ${text}`)))
      child.stdout.on('data', (data) => {
        text += data
        const [, found] = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(text) ?? []
        if (found !== undefined) resolve(Number(found))
      })
    })
    return { port, child }
  }

  test.each([
    ['ec', 'TLSv1.3', ['-tls1_3', '-groups', 'P-384']],
    ['rsa', 'TLSv1.3', ['-tls1_3', '-groups', 'X25519', '-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256']],
    ['ec', 'TLSv1.2', ['-tls1_2', '-groups', 'P-256']],
    ['rsa', 'TLSv1.2', ['-tls1_2', '-cipher', 'ECDHE+AESGCM']],
    ['ec', 'TLSv1.3', ['-max_send_frag', '512']],
  ] as const)('with a certificate %s: %s, %j', async (name, version, words) => {
    const { port, child } = await start(name, '-rev', ...words)
    const { session } = await openSession(host, port)
    expect(session.version).toBe(version)
    await session.write(Buffer.from('olleh\n'))
    let text = ''
    while (!text.endsWith('\n')) text += Buffer.from((await session.read())!).toString()
    expect(text).toBe('hello\n')
    session.close()
    child.kill()
  })

  test('that asks for a client certificate gets none, which it may allow or not', async () => {
    const allowing = await start('ec', '-rev', '-verify', '1')
    const { session } = await openSession(host, allowing.port)
    session.close()
    // TLS 1.2 has no alert for it.
    for (const [version, code] of [
      ['-tls1_3', 'E_TLS_ALERT'],
      ['-tls1_2', 'E_TLS_AGREEMENT'],
    ] as const) {
      const { port } = await start('ec', '-rev', version, '-Verify', '1')
      const read = async () => {
        const { session } = await openSession(host, port)
        return session.read()
      }
      await expect(read(), version).rejects.toMatchObject({ code })
    }
  })
})
