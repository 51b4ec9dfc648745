/** Certificates that are accepted, and those that are not, each with its own error. */
import { createServer, type TlsOptions } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { TlsSocket } from '../../src/network/tls.ts'
import { type CertificateOptions, type Issued, issue } from '../support/certificates.ts'
import { codeOf, MemorySocket } from './memory-socket.ts'
import { authority, listen, localhost, openSession, readAll, tlsHost } from './tls-rig.ts'

const host = tlsHost()
const unknown = issue({ subject: 'unknown authority', isAuthority: true, kind: 'P-384' })
const rsaAuthority = issue({ subject: 'RSA authority', isAuthority: true, kind: 'RSA 2048' })
const ed25519 = issue({ subject: 'Ed25519 authority', isAuthority: true, kind: 'Ed25519' })
const middle = issue({
  subject: 'intermediate',
  isAuthority: true,
  issuer: authority,
  kind: 'P-384',
  hash: 'sha384',
})

interface Server extends Partial<CertificateOptions> {
  /** Certificates that are sent after the server's. */
  readonly chain?: readonly Issued[]
  readonly tls?: TlsOptions
}

/** What comes of a session with a server of this certificate, as `name`: its text, or the code of the error. */
async function outcomeOf({ chain = [], tls = {}, ...options }: Server, name = 'localhost', from = host) {
  const { keyPem, pem } = issue({ subject: 'server', issuer: authority, names: ['localhost'], ...options })
  const cert = [pem, ...chain.map((one) => one.pem)].join('')
  const server = createServer({ key: keyPem, cert, ciphers: 'DEFAULT@SECLEVEL=0', ...tls }, (socket) =>
    socket.on('error', () => {}).end('hi'),
  )
  const port = await listen(server)
  const open = async () => {
    const { session } = await openSession(from, port, { name })
    const text = (await readAll(session)).toString()
    session.close()
    return text
  }
  try {
    const outcome = await codeOf(open())
    return typeof outcome === 'string' ? outcome : (outcome as { given: string }).given
  } finally {
    server.close()
  }
}

const VERSIONS = [{ minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }] as const
describe.each(VERSIONS)('%o', (tls) => {
  test.each<[string, Server, string?]>([
    ['a name', {}],
    ['a name in capitals', {}, 'LocalHost'],
    ['the second name', { names: ['other', 'b.example.com'] }, 'b.example.com'],
    ['a wildcard', { names: ['*.example.com'] }, 'a.example.com'],
    ['an address', { addresses: ['127.0.0.1'] }, '127.0.0.1'],
    ['RSA', { kind: 'RSA 2048' }],
    ['P-384 and SHA-384', { kind: 'P-384', hash: 'sha384' }],
    ['an intermediate authority', { issuer: middle, chain: [middle] }],
    ['an intermediate authority among others', { issuer: middle, chain: [unknown, middle, authority] }],
  ])('%s is accepted', async (_, server, name) => {
    expect(await outcomeOf({ tls, ...server }, name)).toBe('hi')
  })

  test.each<[string, string, Server, string?]>([
    ['that has expired', 'E_TLS_EXPIRED', { days: [-10, -1] }],
    ['that is not valid yet', 'E_TLS_EXPIRED', { days: [1, 10] }],
    ['of another name', 'E_TLS_NAME', { names: ['example.com'] }],
    ['of a longer name', 'E_TLS_NAME', { names: ['localhost.example.com'] }],
    ['of a name that ends within', 'E_TLS_NAME', { names: ['localhost\0.example.com'] }],
    ['with the name as common name only', 'E_TLS_NAME', { names: [], subject: 'localhost' }],
    ['with the name as common name, and another', 'E_TLS_NAME', { names: ['a'], subject: 'localhost' }],
    ['of a wildcard for two labels', 'E_TLS_NAME', { names: ['*.example.com'] }, 'a.b.example.com'],
    ['of a wildcard without the label', 'E_TLS_NAME', { names: ['*.example.com'] }, 'example.com'],
    ['of another address', 'E_TLS_NAME', { addresses: ['127.0.0.2'] }, '127.0.0.1'],
    ['with the address as a name', 'E_TLS_NAME', { names: ['127.0.0.1'] }, '127.0.0.1'],
    ['with the address as common name', 'E_TLS_NAME', { subject: '127.0.0.1' }, '127.0.0.1'],
    ['with the name’s bytes as an address', 'E_TLS_NAME', { names: [], addresses: ['97.98.99.100'] }, 'abcd'],
    ['of an unknown authority', 'E_TLS_ROOT', { issuer: unknown }],
    ['of an unknown authority that is sent', 'E_TLS_ROOT', { issuer: unknown, chain: [unknown] }],
    ['that signs itself', 'E_TLS_ROOT', { issuer: undefined as never }],
    [
      'of an authority with the known one’s name',
      'E_TLS_ROOT',
      { issuer: { ...unknown, subject: authority.subject } },
    ],
    ['without the intermediate one', 'E_TLS_ROOT', { issuer: middle }],
    ['of a server’s certificate', 'E_TLS_ROOT', { issuer: localhost, chain: [localhost] }],
    ['with RSA 1024', 'E_TLS_WEAK', { kind: 'RSA 1024' }],
    ['with SHA-1', 'E_TLS_WEAK', { hash: 'sha1' }],
    ['for clients', 'E_TLS_CERTIFICATE', { usage: 'client' }],
    ['with P-521', 'E_TLS_AGREEMENT', { kind: 'P-521' }],
    ['signed by an unknown algorithm', 'E_TLS_WEAK', { issuer: ed25519 }],
  ])('a certificate %s is refused: %s', async (_, code, server, name) => {
    expect(await outcomeOf({ tls, ...server }, name)).toBe(code)
  })

  test('an authority’s certificate with RSA and SHA-1 is refused where it is not a root', async () => {
    const rsa = tlsHost(rsaAuthority.pem)
    expect(await outcomeOf({ tls, issuer: rsaAuthority }, 'localhost', rsa)).toBe('hi')
    expect(await outcomeOf({ tls, issuer: rsaAuthority, hash: 'sha1' }, 'localhost', rsa)).toBe('E_TLS_WEAK')
    const old = issue({
      subject: 'old',
      isAuthority: true,
      issuer: authority,
      days: [-10, -1],
      kind: 'P-384',
    })
    expect(await outcomeOf({ tls, issuer: old, chain: [old] })).toBe('E_TLS_EXPIRED')
  })
})

test('the errors say what to do, and name the server', async () => {
  const server = createServer({ key: localhost.keyPem, cert: localhost.pem })
  const port = await listen(server)
  const stranger = tlsHost(unknown.pem)
  await expect(openSession(stranger, port)).rejects.toThrow(
    /^E_TLS_ROOT: no secure connection to localhost: .*got error -0x2700 of mbedTLS; .*root certificate/,
  )
  server.close()
})

test('roots that cannot be read are an error each time', async () => {
  const garbage = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  const host = tlsHost(garbage)
  const open = () => codeOf(TlsSocket.open(host, new MemorySocket(), { name: 'localhost' }))
  expect([await open(), await open()]).toEqual(['E_TLS_ROOTS', 'E_TLS_ROOTS'])
})

test('each root of the image is trusted', async () => {
  const several = tlsHost([unknown, rsaAuthority, authority].map(({ pem }) => pem).join('\ntext between\n'))
  for (const issuer of [unknown, rsaAuthority, authority])
    expect(await outcomeOf({ issuer }, 'localhost', several)).toBe('hi')
})
