/** A root made by webclave: its fields, and what is refused as a root. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { encodeName, issueCertificate, keyIdentifier } from '../../../src/attestation/issue/certificate.ts'
import {
  createRoot,
  exportRoot,
  importRoot,
  ROOT_SUBJECT,
  requireRoot,
} from '../../../src/attestation/issue/root.ts'
import { type Bytes, toHex } from '../../../src/base/bytes.ts'
import { readCertificate } from '../../../src/encoding/x509/certificate.ts'
import { nameText } from '../../../src/encoding/x509/name.ts'
import { MOMENT } from '../forge.ts'

afterEach(() => void vi.restoreAllMocks())

const refused = (message: string) =>
  expect.objectContaining({ code: 'E_CERTIFICATE_ROOT', message: expect.stringContaining(message) })
const keysOn = (namedCurve: string) =>
  crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify'])
const KEYS = await keysOn('P-384')

/** A root as webclave makes it, with `change`. */
async function rootWith(change: object = {}, rootKey = KEYS) {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', rootKey.publicKey))
  const shape = {
    subject: ROOT_SUBJECT,
    issuer: ROOT_SUBJECT,
    notBefore: MOMENT,
    notAfter: MOMENT + 1000,
    ca: true,
    pathLength: undefined,
    keyUsage: ['keyCertSign'] as const,
    keyUsageCritical: true,
    subjectKeyId: undefined,
    authorityKeyId: undefined,
    publicKey,
    ...change,
  }
  return { rootKey, rootCertificate: await issueCertificate(shape, KEYS.privateKey) }
}

test('a new root has these fields', async () => {
  const { rootKey, rootCertificate } = await createRoot({ now: () => MOMENT })
  const root = readCertificate(rootCertificate)
  expect(nameText(root.subject)).toBe('O=webclave, OU=simulated, CN=webclave simulated enclaves root')
  expect(root.issuer).toEqual(root.subject)
  expect([root.notBefore, root.notAfter]).toEqual([MOMENT - 120_000, MOMENT - 120_000 + 946_728_000_000])
  const keyId = await keyIdentifier(new Uint8Array(await crypto.subtle.exportKey('spki', rootKey.publicKey)))
  expect(root.extensions).toEqual({
    basicConstraints: { critical: true, ca: true, pathLength: undefined },
    keyUsage: { critical: true, bits: new Set([0, 5, 6]) },
    subjectKeyId: keyId,
    authorityKeyId: keyId,
    unknownCritical: [],
  })
  expect(rootKey.privateKey.extractable).toBe(false)
  expect((await createRoot({ extractable: true })).rootKey.privateKey.extractable).toBe(true)
})

test('a root is exported and imported, with an extractable key if requested', async () => {
  const exported = await exportRoot(await createRoot({ extractable: true }))
  expect((await importRoot(exported)).rootKey.privateKey.extractable).toBe(false)
  const again = await importRoot(exported, { extractable: true })
  expect(toHex((await exportRoot(again)).privateKey)).toBe(toHex(exported.privateKey))
  await expect(exportRoot(await importRoot(exported))).rejects.toMatchObject({
    code: 'E_CERTIFICATE_ROOT_SEALED',
  })
})

describe('a root', () => {
  const NOT_OURS = 'the certificate is not a root made by webclave'
  const OTHER = encodeName('another', 'webclave', 'simulated')

  test('is checked once if it is valid', async () => {
    const sign = vi.spyOn(crypto.subtle, 'sign')
    const root = await rootWith()
    sign.mockClear()
    await requireRoot(root)
    await requireRoot(root)
    expect(sign).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['has another name', { subject: OTHER, issuer: OTHER }],
    ['has another issuer', { issuer: OTHER }],
    ['is not an authority', { ca: false }],
  ])('is refused if it %s', async (_, change) => {
    await expect(requireRoot(await rootWith(change))).rejects.toEqual(refused(NOT_OURS))
  })

  test('is refused if its key is on another curve', async () => {
    await expect(requireRoot(await rootWith({}, await keysOn('P-256')))).rejects.toEqual(refused(NOT_OURS))
  })

  test('is refused with another root’s key, the second time too', async () => {
    const { rootCertificate } = await rootWith()
    const root = { rootCertificate, rootKey: await keysOn('P-384') }
    for (let times = 0; times < 2; times++) {
      await expect(requireRoot(root)).rejects.toEqual(
        refused('the private key does not match the root certificate'),
      )
    }
  })

  test('is refused with an invalid private key', async () => {
    const { rootCertificate: certificate } = await rootWith()
    const privateKey: Bytes = new Uint8Array(48)
    await expect(importRoot({ certificate, privateKey })).rejects.toEqual(
      refused('the private key of the root is invalid'),
    )
  })
})
