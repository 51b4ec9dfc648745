/**
 * 2,000 documents, each damaged somewhere: a verdict never throws and never says yes. 40,000 with WEBCLAVE_LONG.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ProfileName, verifyAttestation } from '../../src/attestation/index.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { forgeDocument, forgePath, forgePayload, MOMENT } from './forge.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 20_000 : 1_000

type Mutate = (original: Bytes) => Bytes

// Without fast-check's bias towards the ends: damage is wanted everywhere.
const place = fc.noBias(fc.nat(2 ** 20 - 1)).map((at) => at / 2 ** 20)
const mutations: fc.Arbitrary<Mutate> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(
    ([at, bits]): Mutate =>
      (original) => {
        const bytes = original.slice()
        bytes[Math.floor(at * bytes.length)]! ^= bits
        return bytes
      },
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 60 })).map(
    ([at, length]): Mutate =>
      (original) => {
        const from = Math.floor(at * original.length)
        return Uint8Array.from([...original.subarray(0, from), ...original.subarray(from + length)])
      },
  ),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 60 })).map(
    ([at, more]): Mutate =>
      (original) => {
        const from = Math.floor(at * original.length)
        return Uint8Array.from([...original.subarray(0, from), ...more, ...original.subarray(from)])
      },
  ),
  place.map(
    (at): Mutate =>
      (original) =>
        original.slice(0, Math.floor(at * original.length)),
  ),
)

test.each<ProfileName>(['qingtian', 'nitro'])(
  '%s',
  async (profile) => {
    const forged = await forgePath(profile)
    const nonce = new Uint8Array(32).fill(9)
    const original = await forgeDocument(profile, forged.leafKey, forgePayload(profile, forged, { nonce }))
    const verify = (bytes: Bytes) =>
      verifyAttestation(bytes, { profile, roots: forged.root, nonce, at: MOMENT })
    // Positive control: undamaged, it verifies.
    expect((await verify(original)).ok).toBe(true)
    const failedFirst = new Set<string>()
    await fc.assert(
      fc.asyncProperty(mutations, async (mutate) => {
        const mutated = mutate(original)
        if (mutated.length === original.length && mutated.every((byte, at) => byte === original[at])) return
        const { ok, checks } = await verify(mutated)
        expect(ok).toBe(false)
        expect(checks).toHaveLength(16)
        failedFirst.add(checks.find((check) => !check.ok)!.name)
      }),
      { numRuns: RUNS },
    )
    // Damage everywhere, not only where the first reader stops: each of these is hit a hundred times over.
    expect([...failedFirst]).toEqual(expect.arrayContaining(['CBOR', 'chain links', 'signature']))
  },
  600_000,
)
