/** The root certificates of an image, as the TLS module takes them. */
import { expect, test } from 'vitest'
import type { NetworkHost } from '../../src/network/index.ts'
import { rootsOf } from '../../src/network/roots.ts'
import { TlsSocket } from '../../src/network/tls.ts'
import { issue } from '../support/certificates.ts'
import { codeOf, hostOf, MemorySocket } from './memory-socket.ts'
import { tlsHost } from './tls-rig.ts'

const [one, two] = ['one', 'two'].map((subject) => issue({ subject, isAuthority: true }))

/** A host of an image with these files. */
function imageOf(files: Record<string, string>, roots?: string): NetworkHost {
  const { tls } = tlsHost()
  return {
    ...hostOf(() => Promise.reject()),
    tls,
    random: (length) => new Uint8Array(length),
    manifest: () => (roots === undefined ? {} : { roots }),
    file: (path) => (path in files ? new TextEncoder().encode(files[path]) : undefined),
  }
}

test('each certificate comes after its length in four bytes, the lowest first', () => {
  const text = `comments\n${one!.pem}\n# more\r\n${two!.pem.replaceAll('\n', '\r\n')}`
  const list = Buffer.from(rootsOf(imageOf({ 'a/roots.pem': text }, 'a/roots.pem')))
  const { byteLength } = one!.der
  expect(list.readUInt32LE(0)).toBe(byteLength)
  expect(list.subarray(4, 4 + byteLength).equals(one!.der)).toBe(true)
  expect(list.readUInt32LE(4 + byteLength)).toBe(two!.der.byteLength)
  expect(list.subarray(8 + byteLength).equals(two!.der)).toBe(true)
})

test.each<[string, Record<string, string>, string | undefined, string]>([
  ['no roots', { 'roots.pem': one!.pem }, undefined, 'E_TLS_ROOTS'],
  ['no such file', { 'roots.pem': one!.pem }, 'other.pem', 'E_TLS_ROOTS'],
  ['an empty file', { 'roots.pem': '' }, 'roots.pem', 'E_TLS_ROOTS'],
  ['a file of another kind', { 'roots.pem': 'hello' }, 'roots.pem', 'E_TLS_ROOTS'],
  [
    'no certificate within',
    { 'roots.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
    'roots.pem',
    'E_TLS_ROOTS',
  ],
  [
    'text that is not Base64',
    { 'roots.pem': '-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n' },
    'roots.pem',
    'E_TLS_ROOTS',
  ],
])('an image with %s trusts no server', async (_, files, roots, code) => {
  const under = new MemorySocket()
  expect(await codeOf(TlsSocket.open(imageOf(files, roots), under, { name: 'a' }))).toBe(code)
  expect(under.writes).toBe(0)
})
