/** Invalid arguments of the verifier: errors, not verdicts. */
import { describe, expect, test } from 'vitest'
import { AWS_NITRO_ROOT, type VerifyOptions, verifyAttestation } from '../../../src/attestation/index.ts'
import { PROFILES } from '../../../src/attestation/profile.ts'
import { readCall } from '../../../src/attestation/verify/call.ts'

const GOOD = { profile: 'nitro', roots: AWS_NITRO_ROOT, nonce: '00' } as const
const BYTES = new Uint8Array(10)
const INVALID_PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'

test('valid options lead to a verdict', async () => {
  expect(await verifyAttestation(BYTES, GOOD)).toMatchObject({ ok: false })
})

describe('the verifier refuses', () => {
  test.each<[what: string, change: object, code: string]>([
    ['an unknown option', { pcr: {} }, 'E_VERIFY_OPTION'],
    ['no nonce', { nonce: undefined }, 'E_VERIFY_NONCE'],
    ['an empty nonce', { nonce: new Uint8Array(0) }, 'E_VERIFY_NONCE'],
    ['an empty nonce with freshness: false', { nonce: '', freshness: false }, 'E_VERIFY_NONCE'],
    ['a nonce that is not hexadecimal', { nonce: 'xy' }, 'E_HEX'],
    ['a nonce that is a number', { nonce: 5 }, 'E_VERIFY_OPTION'],
    ['freshness: true', { freshness: true }, 'E_VERIFY_OPTION'],
    ['a negative maxAge', { maxAge: -1 }, 'E_VERIFY_OPTION'],
    ['a maxAge that is a string', { maxAge: '5' }, 'E_VERIFY_OPTION'],
    ['a maxAge that is NaN', { maxAge: Number.NaN }, 'E_VERIFY_OPTION'],
    ['a word as a time', { at: 'yesterday' }, 'E_VERIFY_OPTION'],
    ['a digit as a time', { at: '5' }, 'E_VERIFY_OPTION'],
    ['a month that does not exist', { at: '2026-13-01' }, 'E_VERIFY_OPTION'],
    ['a boolean as a time', { at: true }, 'E_VERIFY_OPTION'],
    ['an invalid Date', { at: new Date(Number.NaN) }, 'E_VERIFY_OPTION'],
    ['null as a time', { at: null }, 'E_VERIFY_OPTION'],
    ['a string as allowDebug', { allowDebug: 'no' }, 'E_VERIFY_OPTION'],
    ['user data that is a list', { userData: [1] }, 'E_VERIFY_OPTION'],
    ['an unknown profile', { profile: 'sgx' }, 'E_DOCUMENT_PROFILE'],
    ['no profile', { profile: undefined }, 'E_DOCUMENT_PROFILE'],
    ['no roots', { roots: undefined }, 'E_VERIFY_ROOTS'],
    ['an empty list of roots', { roots: [] }, 'E_VERIFY_ROOTS'],
    ['a root that is a word', { roots: 'aws' }, 'E_VERIFY_ROOTS'],
    ['a root that is a number', { roots: [5] }, 'E_VERIFY_ROOTS'],
    ['a PEM without a certificate', { roots: '-----BEGIN PRIVATE KEY-----' }, 'E_CERTIFICATE_PEM'],
    ['a PEM with an invalid certificate', { roots: INVALID_PEM }, 'E_CERTIFICATE_DER'],
    ['bytes that are not a certificate', { roots: BYTES }, 'E_CERTIFICATE_DER'],
    ['a policy without PCRs', { pcrs: {} }, 'E_POLICY_FORMAT'],
    ['PCRs in a list', { pcrs: [] }, 'E_POLICY_FORMAT'],
    ['PCR 32', { pcrs: { 32: '00'.repeat(48) } }, 'E_POLICY_PCR'],
    ['a short PCR', { pcrs: { 0: '00' } }, 'E_POLICY_PCR'],
    ['a PCR that is a number', { pcrs: { 0: 0 } }, 'E_POLICY_PCR'],
    [
      'reference values of an unknown version',
      { referenceValues: { version: 2, allowed: [] } },
      'E_POLICY_FORMAT',
    ],
  ])('%s', async (_, change, code) => {
    const options = { ...GOOD, ...change } as unknown as VerifyOptions
    await expect(verifyAttestation(BYTES, options)).rejects.toMatchObject({ name: 'EnclaveError', code })
  })

  test('a document that is a string', async () => {
    const text = 'hEShATgioFk' as unknown as Uint8Array
    await expect(verifyAttestation(text, GOOD)).rejects.toMatchObject({ code: 'E_VERIFY_DOCUMENT' })
  })

  test('missing options', async () => {
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
])('%s is a time, in UTC unless it has a zone', (at, milliseconds) => {
  expect(readCall(BYTES, { ...GOOD, at }).at).toBe(milliseconds)
})

test('missing options get their defaults', async () => {
  const { roots, ...call } = readCall(BYTES, { ...GOOD, at: 5 })
  expect([...(await roots)]).toEqual([AWS_NITRO_ROOT])
  const defaults = {
    profile: PROFILES.nitro,
    bytes: BYTES,
    nonce: Uint8Array.of(0),
    maxAge: 900_000,
    at: 5,
    policies: [],
    publicKey: undefined,
    userData: undefined,
    allowDebug: false,
    allowTestRoot: false,
  }
  expect(call).toEqual(defaults)
  const { roots: _, ...bare } = readCall(BYTES, {
    profile: 'nitro',
    roots: AWS_NITRO_ROOT,
    freshness: false,
    at: 5,
  })
  expect(bare).toEqual({ ...defaults, nonce: undefined, maxAge: undefined })
})

test('given options are used', () => {
  expect(readCall(BYTES, { ...GOOD, maxAge: 0 }).maxAge).toBe(0)
  expect(readCall(BYTES, { ...GOOD, freshness: false, maxAge: 7 }).maxAge).toBe(7)
  expect(readCall(BYTES, { ...GOOD, maxAge: Number.POSITIVE_INFINITY }).maxAge).toBe(Number.POSITIVE_INFINITY)
  expect(readCall(BYTES, { ...GOOD, allowDebug: true }).allowDebug).toBe(true)
  expect(readCall(BYTES, { ...GOOD, at: 'document' }).at).toBe('document')
  expect(readCall(BYTES, { ...GOOD, at: 0 }).at).toBe(0)
  const before = Date.now()
  expect(readCall(BYTES, GOOD).at).toBeGreaterThanOrEqual(before)
  expect(readCall(BYTES, { ...GOOD, publicKey: '', userData: 'Ff' })).toMatchObject({
    publicKey: new Uint8Array(0),
    userData: Uint8Array.of(255),
  })
  const both = {
    pcrs: { 0: '11'.repeat(48) },
    referenceValues: { version: 1, allowed: [{ label: 'x', pcrs: { 1: '22'.repeat(48) } }] },
  } as const
  expect(
    readCall(BYTES, { ...GOOD, ...both }).policies.map((sets) => sets.map(({ label }) => label)),
  ).toEqual([['the expected PCRs'], ['x']])
})

test('the options are copied', () => {
  const nonce = new Uint8Array(3)
  const call = readCall(BYTES, { ...GOOD, nonce })
  nonce.fill(1)
  expect(call.nonce).toEqual(new Uint8Array(3))
})

test.each<[object, string]>([
  [
    { at: null },
    "invalid option: at; expected a Date, milliseconds since 1970, ISO 8601 or 'document'; got [object Null]",
  ],
  [{ at: true }, 'got true'],
  [{ at: Number.NaN }, 'got NaN'],
  [{ at: 'x'.repeat(81) }, `got ${'x'.repeat(80)}`],
  [{ userData: [1] }, 'got [object Array]'],
  [{ maxAge: -0.5 }, 'invalid option: maxAge; expected milliseconds, 0 or more; got -0.5'],
])('%o is refused: %s', (change, message) => {
  expect(() => readCall(BYTES, { ...GOOD, ...change } as VerifyOptions)).toThrow(message)
})
