/** The texts of a verdict for checks that could not be made, and for an invalid envelope. */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { cborBytes, cborInteger, cborMap } from '../../src/encoding/cbor/writer.ts'
import { signSign1 } from '../../src/encoding/cose.ts'
import { forgeDocument, forgePayload } from './forge.ts'
import { checkOf, judge, judgePath, judgePayload, NONCE, PATHS, reasons } from './judge.ts'

describe('checks that cannot be made fail', () => {
  const PATH_CHECKS = ['chain links', 'validity', 'basicConstraints', 'path length', 'key usage']
  const all = (names: readonly string[], because: string) =>
    Object.fromEntries(names.map((name) => [name, `not reached: ${because}`]))

  test.each(['certificate', 'cabundle'])('of the chain, without a %s', async (field) => {
    const verdict = await judgePayload('nitro', (fields) => fields.delete(field))
    expect(reasons(verdict)).toMatchObject(
      all([...PATH_CHECKS, 'root pinned', 'signature'], 'the payload has no chain'),
    )
    expect(reasons(verdict)).toMatchObject({
      'payload schema': `the payload has no ${field}`,
      nonce: 'the nonce is the expected one',
    })
    expect(verdict.document).toBeUndefined()
  })

  test('of the chain but not of the root, with a malformed certificate', async () => {
    const { path, leafKey, root } = PATHS.nitro
    const payload = forgePayload('nitro', { path: [path[0]!, fromHex('3000'), path[4]!] }, { nonce: NONCE })
    const verdict = await judge('nitro', await forgeDocument('nitro', leafKey, payload))
    expect(reasons(verdict)).toMatchObject({
      ...all(PATH_CHECKS.slice(1), 'a certificate is malformed'),
      ...all(['signature'], 'a certificate is malformed'),
      'chain links': expect.stringContaining('the signed part is missing'),
      'root pinned': `the root is pinned, SHA-256 ${root}`,
    })
    const other = await judge('nitro', await forgeDocument('nitro', leafKey, payload), {
      roots: 'ab'.repeat(32),
    })
    expect(checkOf(other, 'root pinned')).toMatchObject({ ok: false, expected: 'ab'.repeat(32), found: root })
  })

  test('of freshness, without a timestamp', async () => {
    const { leafKey } = PATHS.nitro
    const payload = fromHex('a165')
    const broken = await judge('nitro', await forgeDocument('nitro', leafKey, payload))
    expect(reasons(broken)).toMatchObject({
      ...all(['payload schema', 'digest', 'PCR shape'], 'the payload is not CBOR'),
      ...all([...PATH_CHECKS, 'root pinned', 'signature'], 'the payload has no chain'),
      ...all(['freshness'], 'the timestamp is missing'),
      ...all(['nonce'], 'the payload could not be parsed'),
      ...all(['PCR policy', 'debug'], 'the PCRs are missing'),
    })
    const timeless = await judgePayload('nitro', (fields) => fields.delete('timestamp'))
    expect(reasons(timeless)).toMatchObject({
      ...all(['freshness'], 'the timestamp is missing'),
      validity: 'every certificate is valid at 2026-07-20T12:00:00.000Z',
    })
  })

  test('of the validity, at the time of a document without a timestamp', async () => {
    const { leafKey } = PATHS.nitro
    const payload = forgePayload('nitro', PATHS.nitro, { nonce: NONCE })
    // Renames the field.
    const timeless = fromHex(toHex(payload).replace('6974696d657374616d70', '6974696d657374616d71'))
    const verdict = await judge('nitro', await forgeDocument('nitro', leafKey, timeless), { at: 'document' })
    expect(reasons(verdict)).toMatchObject(all(['validity'], "the document's own time cannot be read"))
    expect(reasons(verdict)).toMatchObject({ signature: 'signed by the leaf (m.r.simulated)' })
  })

  test('of digest and PCRs, if the payload has none', async () => {
    const verdict = await judgePayload('nitro', (fields) => {
      fields.delete('digest')
      fields.delete('pcrs')
    })
    expect(reasons(verdict)).toMatchObject({
      ...all(['digest'], 'the payload has no digest'),
      ...all(['PCR shape'], 'the payload has no PCRs'),
      ...all(['PCR policy', 'debug'], 'the PCRs are missing'),
    })
  })
})

describe('an invalid envelope', () => {
  const payload = forgePayload('nitro', PATHS.nitro, { nonce: NONCE })
  const signed = (change: object) =>
    signSign1({ key: PATHS.nitro.leafKey, algorithm: -35, payload, ...change })

  test('with a signature of another key fails, in either byte order', async () => {
    const little = await judge('nitro', await signed({ order: 'little' }))
    expect(checkOf(little, 'signature')).toEqual({
      ok: false,
      reason: 'not signed by the key of the leaf (m.r.simulated)',
      expected: 'ECDSA with big-endian halves, as nitro writes them',
    })
  })

  test('with an unprotected header that has an entry or an indefinite length fails', async () => {
    const one = await judge(
      'nitro',
      await signed({ unprotected: cborMap([[cborInteger(4), cborBytes(NONCE)]]) }),
    )
    const wrong = {
      ok: false,
      reason: 'the unprotected header, which is not signed, is not empty',
      expected: '{}',
    }
    expect(checkOf(one, 'COSE header')).toEqual({ ...wrong, found: '1 entries' })
    const indefinite = await judge('nitro', await signed({ unprotected: fromHex('bfff') }))
    expect(checkOf(indefinite, 'COSE header')).toEqual({ ...wrong, found: '0 entries' })
    expect((await judge('nitro', await signed({}))).ok).toBe(true)
  })

  test('with the header of the other cloud fails', async () => {
    const verdict = await judge('nitro', await signed({ protectedHeader: fromHex('a11a000000013a00000022') }))
    expect(checkOf(verdict, 'COSE header')).toEqual({
      ok: false,
      reason: 'this is a document of qingtian, not of nitro: choose the profile qingtian',
      expected: 'nitro',
      found: 'qingtian',
    })
  })

  test('with another algorithm, or a leaf on another curve, has an unchecked signature', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
      'verify',
    ])
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
    const none = {
      ok: false,
      reason: 'not reached: the envelope is not ES384, or the leaf’s key is not on P-384',
    }
    const leaf = await judgePath('nitro', (_, index) => (index === 4 ? { publicKey } : {}))
    expect(checkOf(leaf, 'signature')).toEqual(none)
    const other = await signSign1({ key: pair.privateKey, algorithm: -7, payload })
    expect(checkOf(await judge('nitro', other), 'signature')).toEqual(none)
  })
})
