/** Certificates of documents, read in C with sanitizers: lengths that no honest signature has. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { DerReader, TAG } from '../../src/encoding/der/reader.ts'
import { element } from '../../src/encoding/der/writer.ts'
import { issue } from '../support/certificates.ts'
import { buildCertificates } from './kms/build.ts'

const path = await buildCertificates()

const framed = (bytes: Uint8Array) =>
  Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes])

describe.skipIf(!path)('a certificate', () => {
  const authority = issue({ subject: 'root', isAuthority: true, kind: 'P-384' })
  const honest = issue({ subject: 'leaf', issuer: authority, kind: 'P-384' })
  const parts = new DerReader(Uint8Array.from(honest.der)).enter('the certificate', TAG.sequence)
  const [content, algorithm] = [parts.read('its content'), parts.read('its algorithm')]
  const withSignature = (r: Uint8Array, s: Uint8Array) => {
    const signature = element(TAG.sequence, element(TAG.integer, r), element(TAG.integer, s))
    return element(TAG.sequence, content.bytes, algorithm.bytes, element(TAG.bitString, [0], signature))
  }
  const verdicts = (...certificates: Uint8Array[]) => {
    const input = Buffer.concat([authority.der, ...certificates].map(framed))
    const { stdout, stderr, status } = spawnSync(path!, { input, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    return stdout.trim().split('\n')
  }

  test('is verified', () => {
    expect(verdicts(honest.der, authority.der)).toEqual(['issued', 'issued'])
  })

  test('with numbers of any lengths in its signature is refused, within its memory', () => {
    const filled = (length: number) => new Uint8Array(length).fill(1)
    const lengths = [0, 1, 48, 66, 67, 126, 127, 128, 200]
    const all = lengths.flatMap((r) => lengths.map((s) => withSignature(filled(r), filled(s))))
    expect(new Set(verdicts(...all))).toEqual(new Set(['not issued']))
    expect(verdicts(honest.der)).toEqual(['issued'])
  })

  test('that is cut anywhere is unreadable', () => {
    const all = Array.from({ length: honest.der.length - 1 }, (_, length) =>
      honest.der.subarray(0, length + 1),
    )
    expect(new Set(verdicts(...all))).toEqual(new Set(['unreadable']))
  })
})
