/** The signatures of a certification path: each link invalid by itself, and an issuer without a key. */
import { describe, expect, test } from 'vitest'
import { verificationKey } from '../../../src/attestation/verify/keys.ts'
import { labelOf, signatureFault } from '../../../src/attestation/verify/path.ts'
import { type Bytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { type Certificate, readCertificate } from '../../../src/encoding/x509/certificate.ts'
import { forgePath } from '../forge.ts'

const PATH = (await forgePath('nitro')).path.map(readCertificate)

const changed = (at: number, change: Partial<Certificate>) =>
  PATH.map((certificate, index) => (index === at ? { ...certificate, ...change } : certificate))

describe('signatures', () => {
  const keysOf = (path: readonly Certificate[]) => Promise.all(path.map(verificationKey))
  const faultOf = async (path: readonly Certificate[]) => signatureFault(path, await keysOf(path))

  test('that are valid pass, the second time too', async () => {
    expect(await faultOf(PATH)).toBeUndefined()
    expect(await faultOf(PATH)).toBeUndefined()
    expect(await faultOf(PATH.slice(0, 1))).toBeUndefined()
  })

  test.each([1, 2, 3, 4])(
    'fail if certificate %s has a signature that is not DER, or other signed bytes',
    async (at) => {
      const reason = (path: readonly Certificate[]) =>
        `${labelOf(path, at)} is not signed by the key of ${labelOf(path, at - 1)}`
      // Other bytes, so that the cached result of the valid certificate is not used.
      const bytes = fromHex(`${toHex(PATH[at]!.bytes)}0${at}`)
      const broken = changed(at, { bytes, signature: PATH[at]!.signature.subarray(1) })
      expect(await faultOf(broken)).toEqual({ reason: reason(broken) })
      const other = changed(at, {
        bytes: fromHex(`${toHex(bytes)}00`),
        tbs: PATH[at]!.tbs.with(40, 1) as Bytes,
      })
      expect(await faultOf(other)).toEqual({ reason: reason(other) })
      // The control: the valid certificate, with new bytes as well.
      expect(await faultOf(changed(at, { bytes: fromHex(`${toHex(bytes)}0000`) }))).toBeUndefined()
    },
  )

  test('fail if the issuer has no valid key', async () => {
    const keys = await keysOf(PATH)
    const path = changed(2, { bytes: fromHex(`${toHex(PATH[2]!.bytes)}ff`) })
    expect(await signatureFault(path, keys.with(1, undefined))).toEqual({
      reason: `${labelOf(path, 2)} is not signed by the key of ${labelOf(path, 1)}`,
    })
  })
})
