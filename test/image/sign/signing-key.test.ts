/** Keys of image signers, as openssl writes them: both formats on each curve, and invalid input. */
import { describe, expect, it } from 'vitest'
import type { CurveName } from '../../../src/encoding/ecdsa.ts'
import { readSigningKey } from '../../../src/image/sign/signing-key.ts'
import { openssl } from '../../attestation/openssl.ts'
import { errorOf } from '../support.ts'

const NAMES = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' } as const
const CURVES = Object.keys(NAMES) as CurveName[]
const HASH = { 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' } as const

const sec1Of = (curve: CurveName) => openssl(['ecparam', '-genkey', '-noout', '-name', NAMES[curve]]).output
const pkcs8Of = (sec1: string) => openssl(['pkcs8', '-topk8', '-nocrypt'], sec1).output

/** The public key of `pem`, computed by openssl. */
async function publicKeyOf(pem: string, curve: CurveName): Promise<CryptoKey> {
  const text = openssl(['ec', '-pubout'], pem).output
  const base64 = /-----BEGIN PUBLIC KEY-----([^-]*)/.exec(text)![1]!
  const spki = Uint8Array.from(Buffer.from(base64, 'base64'))
  return crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: curve }, false, ['verify'])
}

describe.each(CURVES)('on %s', (curve) => {
  const sec1 = sec1Of(curve)

  it.each([
    ['SEC 1', sec1],
    ['PKCS #8', pkcs8Of(sec1)],
    ['SEC 1 after its parameters', openssl(['ecparam', '-name', NAMES[curve]]).output + sec1],
    ['SEC 1 without the public key', openssl(['ec', '-no_public'], sec1).output.replace(/^[^-]*/, '')],
  ])('a key in %s can sign', async (_, pem) => {
    const key = await readSigningKey(pem, curve)
    expect(key).toMatchObject({ extractable: false, usages: ['sign'], algorithm: { namedCurve: curve } })
    const algorithm = { name: 'ECDSA', hash: HASH[curve] }
    const signature = await crypto.subtle.sign(algorithm, key, new Uint8Array(3))
    const publicKey = await publicKeyOf(sec1, curve)
    expect(await crypto.subtle.verify(algorithm, publicKey, signature, new Uint8Array(3))).toBe(true)
  })

  it.each(CURVES.filter((other) => other !== curve))('a key is rejected for %s', async (other) => {
    for (const pem of [sec1, pkcs8Of(sec1)]) {
      expect(await errorOf(() => readSigningKey(pem, other))).toMatchObject({
        code: 'E_IMAGE_KEY',
        expected: `an unencrypted PEM "PRIVATE KEY" or "EC PRIVATE KEY" on ${other}`,
        got: 'another key type or curve',
      })
    }
  })
})

it.each([
  ['an empty text', '', 'no such PEM block'],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'no such PEM block'],
  [
    'a block with another end label',
    '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
    'no such PEM block',
  ],
  [
    'an encrypted key',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----',
    'no such PEM block',
  ],
  [
    'an invalid key',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
    'another key type or curve',
  ],
])('%s is rejected', async (_, pem, got) => {
  expect(await errorOf(() => readSigningKey(pem, 'P-384'))).toMatchObject({ code: 'E_IMAGE_KEY', got })
})
