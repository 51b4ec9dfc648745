/** Public points as keys, imported into WebCrypto once. */
import { expect, test } from 'vitest'
import { verificationKey } from '../../../src/attestation/verify/keys.ts'
import { type Certificate, readCertificate } from '../../../src/encoding/x509/certificate.ts'
import { forgePath } from '../forge.ts'

const [root] = (await forgePath('nitro')).path.map(readCertificate) as [Certificate]

test('a point on P-384 is a key, imported once, for verification only', async () => {
  const key = await verificationKey(root)
  expect(key).toMatchObject({ algorithm: { name: 'ECDSA', namedCurve: 'P-384' }, usages: ['verify'] })
  expect(key?.extractable).toBe(false)
  expect(await verificationKey({ ...root, publicPoint: root.publicPoint.slice() })).toBe(key)
})

test.each(['P-256', 'P-521'] as const)('a point on %s is rejected', async (curve) => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, false, [
    'sign',
    'verify',
  ])
  const publicPoint = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  expect(await verificationKey({ ...root, curve, publicPoint })).toBeUndefined()
})

test('a point that is not on the curve is rejected', async () => {
  const publicPoint = root.publicPoint.slice()
  publicPoint[96]! ^= 1
  expect(await verificationKey({ ...root, publicPoint })).toBeUndefined()
})
