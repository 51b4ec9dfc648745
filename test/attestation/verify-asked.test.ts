/** Checks that depend on the verifier's options. Each fails for a document that is valid otherwise. */
import { describe, expect, test } from 'vitest'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { forgeDocument, forgePayload, HOUR, MOMENT, somePcrs } from './forge.ts'
import { failing, judgeFields, NONCE, PATHS, PROFILE_NAMES } from './judge.ts'

describe.each(PROFILE_NAMES)('%s', (profile) => {
  describe('freshness and nonce', () => {
    test.each<[at: number, maxAge: number | undefined, fails: boolean]>([
      [MOMENT + 15 * 60_000, undefined, false],
      [MOMENT + 15 * 60_000 + 1, undefined, true],
      [MOMENT + 1000, 1000, false],
      [MOMENT + 1001, 1000, true],
      [MOMENT - 60_000, undefined, false],
      [MOMENT - 60_001, undefined, true],
    ])('limit the age, at %s with maxAge %s', async (at, maxAge, fails) => {
      const options = { at: new Date(at), ...(maxAge === undefined ? {} : { maxAge }) }
      expect(failing(await judgeFields(profile, {}, options))).toEqual(fails ? ['freshness'] : [])
    })

    test('are not checked with freshness: false and without a nonce', async () => {
      const document = await forgeDocument(
        profile,
        PATHS[profile].leafKey,
        forgePayload(profile, PATHS[profile]),
      )
      const { root } = PATHS[profile]
      const at = MOMENT + HOUR / 2
      const verdict = await verifyAttestation(document, { profile, roots: root, freshness: false, at })
      expect(verdict.ok).toBe(true)
      expect(verdict.checks[12]!.reason).toContain('a replay would pass')
      const aged = await verifyAttestation(document, {
        profile,
        roots: root,
        freshness: false,
        at,
        maxAge: 1,
      })
      expect(failing(aged)).toEqual(['freshness'])
    })

    test('are checked at the time of the document, or at a given time', async () => {
      expect((await judgeFields(profile, {}, { at: 'document' })).ok).toBe(true)
      const iso = new Date(MOMENT).toISOString()
      expect((await judgeFields(profile, {}, { at: iso })).ok).toBe(true)
    })

    test('need the expected nonce, in bytes or hexadecimal', async () => {
      const other = await judgeFields(profile, { nonce: new Uint8Array(32) })
      expect(failing(other)).toEqual(['nonce'])
      expect(other.checks[13]).toMatchObject({ expected: toHex(NONCE), found: '00'.repeat(32) })
      expect(failing(await judgeFields(profile, { nonce: undefined }))).toEqual(['nonce'])
      expect((await judgeFields(profile, {}, { nonce: toHex(NONCE) })).ok).toBe(true)
      expect(failing(await judgeFields(profile, {}, { nonce: NONCE.subarray(1) }))).toEqual(['nonce'])
    })

    test('are checked with public key and user data, if the caller expects them', async () => {
      const fields = { publicKey: fromHex('0102'), userData: fromHex('03') }
      const good = await judgeFields(profile, fields, { publicKey: '0102', userData: '03' })
      expect(good.ok).toBe(true)
      expect(good.checks.slice(16).map(({ number, name }) => [number, name])).toEqual([
        [17, 'public key'],
        [18, 'user data'],
      ])
      expect(failing(await judgeFields(profile, fields, { publicKey: '0103', userData: '04' }))).toEqual([
        'public key',
        'user data',
      ])
      expect(failing(await judgeFields(profile, {}, { publicKey: '0103' }))).toEqual(['public key'])
    })
  })

  describe('PCRs', () => {
    const zeros = () => somePcrs().set(0, new Uint8Array(48))

    test('must equal the expected values', async () => {
      const pcrs = { 0: '01'.repeat(48), 8: new Uint8Array(48).fill(9) }
      expect((await judgeFields(profile, {}, { pcrs })).ok).toBe(true)
      const wrong = await judgeFields(profile, {}, { pcrs: { ...pcrs, 0: 'FF'.repeat(48) } })
      expect(failing(wrong)).toEqual(['PCR policy'])
      expect(wrong.checks[14]!.reason).toBe('PCR0 is 0101010101010101…, not ffffffffffffffff…')
    })

    test('that show debug mode are refused unless allowed', async () => {
      const refused = await judgeFields(profile, { pcrs: zeros() })
      expect(failing(refused)).toEqual(['debug'])
      expect((await judgeFields(profile, { pcrs: zeros() }, { allowDebug: true })).ok).toBe(true)
    })

    test('must have PCR0, even if debug mode is allowed', async () => {
      const pcrs = new Map([[1, new Uint8Array(48).fill(1)]])
      expect(failing(await judgeFields(profile, { pcrs }, { allowDebug: true }))).toEqual(['debug'])
    })
  })
})
