/** Bad calls of the verifier: errors, not verdicts. */
import { describe, expect, test } from 'vitest'
import { readCall } from '../../src/attestation/call.ts'
import { AWS_NITRO_ROOT, type VerifyOptions, verifyAttestation } from '../../src/attestation/index.ts'

const GOOD = { profile: 'nitro', roots: AWS_NITRO_ROOT, nonce: '00' } as const
const BYTES = new Uint8Array(10)
const PEM_OF_NOTHING = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'

test('the good call is a verdict', async () => {
  expect(await verifyAttestation(BYTES, GOOD)).toMatchObject({ ok: false })
})

describe('refused', () => {
  test.each<[what: string, change: object, code: string]>([
    ['an unknown option', { pcr: {} }, 'E_VERIFY_OPTION'],
    ['no nonce', { nonce: undefined }, 'E_VERIFY_NONCE'],
    ['an empty nonce', { nonce: new Uint8Array(0) }, 'E_VERIFY_NONCE'],
    ['an empty nonce, freshness given up', { nonce: '', freshness: false }, 'E_VERIFY_NONCE'],
    ['a nonce of digits that are none', { nonce: 'xy' }, 'E_HEX'],
    ['a nonce that is a number', { nonce: 5 }, 'E_VERIFY_OPTION'],
    ['freshness asked for by name', { freshness: true }, 'E_VERIFY_OPTION'],
    ['a negative age', { maxAge: -1 }, 'E_VERIFY_OPTION'],
    ['an age in words', { maxAge: '5' }, 'E_VERIFY_OPTION'],
    ['an age that is none', { maxAge: Number.NaN }, 'E_VERIFY_OPTION'],
    ['a time in words', { at: 'yesterday' }, 'E_VERIFY_OPTION'],
    ['a time that is half a date', { at: '5' }, 'E_VERIFY_OPTION'],
    ['a day that is none', { at: '2026-13-01' }, 'E_VERIFY_OPTION'],
    ['a time that is true', { at: true }, 'E_VERIFY_OPTION'],
    ['an invalid date', { at: new Date(Number.NaN) }, 'E_VERIFY_OPTION'],
    ['a time that is null', { at: null }, 'E_VERIFY_OPTION'],
    ['allowDebug in words', { allowDebug: 'no' }, 'E_VERIFY_OPTION'],
    ['user data that is a list', { userData: [1] }, 'E_VERIFY_OPTION'],
    ['another profile', { profile: 'sgx' }, 'E_DOCUMENT_PROFILE'],
    ['no profile', { profile: undefined }, 'E_DOCUMENT_PROFILE'],
    ['no roots', { roots: undefined }, 'E_VERIFY_ROOTS'],
    ['an empty list of roots', { roots: [] }, 'E_VERIFY_ROOTS'],
    ['a root that is a word', { roots: 'aws' }, 'E_VERIFY_ROOTS'],
    ['a root that is a number', { roots: [5] }, 'E_VERIFY_ROOTS'],
    ['a PEM without a certificate', { roots: '-----BEGIN PRIVATE KEY-----' }, 'E_CERTIFICATE_PEM'],
    ['a PEM of something else', { roots: PEM_OF_NOTHING }, 'E_CERTIFICATE_DER'],
    ['bytes that are no certificate', { roots: BYTES }, 'E_CERTIFICATE_DER'],
    ['no PCR in a policy', { pcrs: {} }, 'E_POLICY_FORMAT'],
    ['PCRs in a list', { pcrs: [] }, 'E_POLICY_FORMAT'],
    ['PCR 32', { pcrs: { 32: '00'.repeat(48) } }, 'E_POLICY_PCR'],
    ['a short PCR', { pcrs: { 0: '00' } }, 'E_POLICY_PCR'],
    ['a PCR that is a number', { pcrs: { 0: 0 } }, 'E_POLICY_PCR'],
    [
      'reference values of another version',
      { referenceValues: { version: 2, allowed: [] } },
      'E_POLICY_FORMAT',
    ],
  ])('%s', async (_, change, code) => {
    const options = { ...GOOD, ...change } as unknown as VerifyOptions
    await expect(verifyAttestation(BYTES, options)).rejects.toMatchObject({ name: 'EnclaveError', code })
  })

  test('a document that is text', async () => {
    const text = 'hEShATgioFk' as unknown as Uint8Array
    await expect(verifyAttestation(text, GOOD)).rejects.toMatchObject({ code: 'E_VERIFY_DOCUMENT' })
  })

  test('no options', async () => {
    const none = undefined as unknown as VerifyOptions
    await expect(verifyAttestation(BYTES, none)).rejects.toMatchObject({ code: 'E_VERIFY_OPTION' })
  })
})

test.each<[NonNullable<VerifyOptions['at']>, number]>([
  ['2026-07-20', Date.UTC(2026, 6, 20)],
  ['2026-07-20T12:30', Date.UTC(2026, 6, 20, 12, 30)],
  ['2026-07-20 12:30:15', Date.UTC(2026, 6, 20, 12, 30, 15)],
  ['2026-07-20T12:30:15.250Z', Date.UTC(2026, 6, 20, 12, 30, 15, 250)],
  ['2026-07-20T12:30:15.250000+02:00', Date.UTC(2026, 6, 20, 10, 30, 15, 250)],
  [new Date(5), 5],
  [7, 7],
])('%s is a time, of UTC where it names no zone', (at, milliseconds) => {
  expect(readCall(BYTES, { ...GOOD, at }).at).toBe(milliseconds)
})
