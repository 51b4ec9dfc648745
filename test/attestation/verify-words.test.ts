/** The texts of a verdict for each check, at its limits. */
import { describe, expect, test } from 'vitest'
import type { CheckName } from '../../src/attestation/index.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { HOUR, MOMENT, somePcrs } from './forge.ts'
import { checkOf, judgeFields, PATHS, reasons } from './judge.ts'

describe('a valid document gets these texts', () => {
  test('for QingTian, with all options', async () => {
    const fields = { publicKey: fromHex('01'), userData: fromHex('02') }
    const options = { publicKey: '01', userData: '02', pcrs: { 0: '01'.repeat(48), 8: '09'.repeat(48) } }
    expect(reasons(await judgeFields('qingtian', fields, options))).toEqual({
      CBOR: 'the envelope and the payload are one strict CBOR item each',
      'COSE header': 'COSE_Sign1 of qingtian with ES384 and an empty unprotected header',
      'payload schema': 'the fields are those of qingtian, with valid types and sizes',
      digest: 'SHA384, the digest of ES384',
      'PCR shape': '16 PCRs of 48 bytes',
      'chain links': '5 certificates, each signed by the one before',
      validity: 'every certificate is valid at 2026-07-20T12:00:00.000Z',
      basicConstraints: 'authorities are marked as CA, the leaf is not',
      'path length': 'every authority’s path length allows the authorities below it',
      'key usage': 'every key is used as its key usage allows',
      'root pinned': `the root is pinned, SHA-256 ${PATHS.qingtian.root}`,
      signature: 'signed by the leaf (i.m.r)',
      freshness: '0 ms old, at most 900000 ms allowed',
      nonce: 'the nonce is the expected one',
      'PCR policy': 'PCR0, PCR8 as in "the expected PCRs"',
      debug: 'PCR0 is not zero: not in debug mode',
      'public key': 'the public key is the expected one',
      'user data': 'the user data is the expected one',
    })
  })

  test('without options', async () => {
    const options = { nonce: undefined, freshness: false } as unknown as { freshness: false }
    const at = { ...options, at: MOMENT + HOUR / 2 }
    expect(reasons(await judgeFields('nitro', {}, at))).toMatchObject({
      freshness: 'not checked, as the caller requested: a replay would pass',
      nonce: 'not checked, as the caller requested',
      'PCR policy': 'the caller expects no PCR values',
    })
    expect(reasons(await judgeFields('nitro', {}, { at: 'document' }))).toMatchObject({
      freshness: "judged at the document's own time, which says nothing of its age",
    })
    const zeros = somePcrs().set(0, new Uint8Array(48))
    expect(reasons(await judgeFields('nitro', { pcrs: zeros }, { allowDebug: true }))).toMatchObject({
      debug: 'PCR0 is zero: in debug mode, which the caller allows',
    })
  })
})

describe('freshness', () => {
  test.each<[age: number, maxAge: number | undefined, reason: string, ok: boolean]>([
    [900_000, undefined, '900000 ms old, at most 900000 ms allowed', true],
    [900_001, undefined, 'the document is too old', false],
    [0, 0, '0 ms old, at most 0 ms allowed', true],
    [1, 0, 'the document is too old', false],
    [-60_000, undefined, '-60000 ms old, at most 900000 ms allowed', true],
    [-60_000, 0, '-60000 ms old, at most 0 ms allowed', true],
    [-60_001, undefined, 'the document is from the future', false],
  ])('is checked for a document %s ms old, with maxAge %s', async (age, maxAge, reason, ok) => {
    const options = { at: MOMENT + age, ...(maxAge === undefined ? {} : { maxAge }) }
    const finding = { expected: `-60000 to ${maxAge ?? 900_000} ms old`, found: `${age} ms old` }
    expect(checkOf(await judgeFields('nitro', {}, options), 'freshness')).toEqual({
      ok,
      reason,
      ...(ok ? {} : finding),
    })
  })
})

describe('nonce, public key and user data', () => {
  test.each<[CheckName, 'nonce' | 'publicKey' | 'userData']>([
    ['nonce', 'nonce'],
    ['public key', 'publicKey'],
    ['user data', 'userData'],
  ])('an absent %s is not the same as 00', async (check, field) => {
    for (const profile of ['qingtian', 'nitro'] as const) {
      const absent = await judgeFields(profile, { [field]: undefined }, { [field]: '00' })
      expect(checkOf(absent, check)).toEqual({
        ok: false,
        reason: `the ${check} is not the expected one`,
        expected: '00',
        found: 'absent',
      })
      expect(absent.ok).toBe(false)
      const longer = await judgeFields(profile, { [field]: fromHex('0000') }, { [field]: '00' })
      expect(checkOf(longer, check)).toMatchObject({ ok: false, found: '0000' })
      const right = await judgeFields(profile, { [field]: fromHex('00') }, { [field]: '00' })
      expect(right.ok).toBe(true)
    }
  })

  test.each(['publicKey', 'userData'] as const)(
    'an empty %s is expected: it may be absent or empty, but not 00',
    async (field) => {
      for (const profile of ['qingtian', 'nitro'] as const) {
        const options = { [field]: '' }
        expect((await judgeFields(profile, {}, options)).ok).toBe(true)
        expect((await judgeFields(profile, { [field]: new Uint8Array(0) }, options)).ok).toBe(true)
        expect((await judgeFields(profile, { [field]: fromHex('00') }, options)).ok).toBe(false)
      }
    },
  )
})

describe('PCRs', () => {
  test('that show debug mode or lack PCR0 are refused', async () => {
    const zeros = somePcrs().set(0, new Uint8Array(48))
    expect(checkOf(await judgeFields('nitro', { pcrs: zeros }), 'debug')).toEqual({
      ok: false,
      reason: 'PCR0 is zero: the enclave runs in debug mode, and its image is not measured',
      expected: 'a PCR0 that is not zero, or allowDebug',
      found: '00'.repeat(48),
    })
    const almost = somePcrs().set(0, new Uint8Array(48).with(47, 1))
    expect((await judgeFields('nitro', { pcrs: almost })).ok).toBe(true)
    const none = await judgeFields('nitro', { pcrs: new Map([[1, new Uint8Array(48).fill(1)]]) })
    expect(checkOf(none, 'debug')).toEqual({
      ok: false,
      reason: 'PCR0 is missing, so the image is unknown',
    })
  })

  test('must match both the expected values and the reference values', async () => {
    const set = (pcr: string) =>
      ({ version: 1, allowed: [{ label: 'one', pcrs: { 1: pcr.repeat(48) } }] }) as const
    const right = { pcrs: { 0: '01'.repeat(48) }, referenceValues: set('02') }
    expect((await judgeFields('nitro', {}, right)).ok).toBe(true)
    expect((await judgeFields('nitro', {}, { ...right, referenceValues: set('03') })).ok).toBe(false)
    expect((await judgeFields('nitro', {}, { ...right, pcrs: { 0: '03'.repeat(48) } })).ok).toBe(false)
  })
})
