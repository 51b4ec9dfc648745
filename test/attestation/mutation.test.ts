/** 2,000 damaged documents (40,000 with WEBCLAVE_LONG): verification never throws, and never accepts one. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ProfileName, verifyAttestation } from '../../src/attestation/index.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { forgeDocument, forgePath, forgePayload, MOMENT } from './forge.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 20_000 : 1_000

type Mutate = (original: Bytes) => Bytes

// Without fast-check's bias towards the ends, so that the damage is everywhere.
const position = fc.noBias(fc.nat(2 ** 20 - 1)).map((at) => at / 2 ** 20)
const mutations: fc.Arbitrary<Mutate> = fc.oneof(
  fc.tuple(position, fc.integer({ min: 1, max: 255 })).map(
    ([at, bits]): Mutate =>
      (original) => {
        const bytes = original.slice()
        bytes[Math.floor(at * bytes.length)]! ^= bits
        return bytes
      },
  ),
  fc.tuple(position, fc.integer({ min: 1, max: 60 })).map(
    ([at, length]): Mutate =>
      (original) => {
        const from = Math.floor(at * original.length)
        return Uint8Array.from([...original.subarray(0, from), ...original.subarray(from + length)])
      },
  ),
  fc.tuple(position, fc.uint8Array({ minLength: 1, maxLength: 60 })).map(
    ([at, more]): Mutate =>
      (original) => {
        const from = Math.floor(at * original.length)
        return Uint8Array.from([...original.subarray(0, from), ...more, ...original.subarray(from)])
      },
  ),
  position.map(
    (at): Mutate =>
      (original) =>
        original.slice(0, Math.floor(at * original.length)),
  ),
)

test.each<ProfileName>(['qingtian', 'nitro'])(
  'every damaged %s document is refused',
  async (profile) => {
    const forged = await forgePath(profile)
    const nonce = new Uint8Array(32).fill(9)
    const original = await forgeDocument(profile, forged.leafKey, forgePayload(profile, forged, { nonce }))
    const verify = (bytes: Bytes) =>
      verifyAttestation(bytes, { profile, roots: forged.root, nonce, at: MOMENT })
    // The control: the original is accepted.
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
    // The damage is everywhere, not only where it is found first: each of these checks fails first a hundred times.
    expect([...failedFirst]).toEqual(expect.arrayContaining(['CBOR', 'chain links', 'signature']))
  },
  600_000,
)
