/** Checks of the certificate chain. Each fails for a document that is valid otherwise. */
import { describe, expect, test } from 'vitest'
import { encodeName } from '../../src/attestation/issue/certificate.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { type Change, forgeDocument, forgePath, forgePayload, MOMENT } from './forge.ts'
import { failing, judge, judgeFields, judgePath, NONCE, PATHS, PROFILE_NAMES } from './judge.ts'

describe.each(PROFILE_NAMES)('%s', (profile) => {
  describe('the chain is refused', () => {
    const only =
      (at: number, change: object): Change =>
      (_, index) =>
        index === at ? change : {}

    test('if an issuer has another name', async () => {
      const change = only(2, { issuer: encodeName('somebody', 'else', '') })
      expect(failing(await judgePath(profile, change))).toEqual(['chain links'])
    })

    test('if the root is not self-issued', async () => {
      const change = only(0, { issuer: encodeName('somebody', 'else', '') })
      expect(failing(await judgePath(profile, change))).toEqual(['chain links'])
    })

    test('if a key identifier differs', async () => {
      const change = only(2, { authorityKeyId: new Uint8Array(20) })
      expect(failing(await judgePath(profile, change))).toEqual(['chain links'])
    })

    test.each([1, 2, 3, 4])('if certificate %s is signed by another key', async (at) => {
      const { leafKey } = PATHS[profile]
      const forged = await forgePath(profile, undefined, (index) => (index === at ? leafKey : undefined))
      const payload = forgePayload(profile, forged, { nonce: NONCE })
      const document = await forgeDocument(profile, forged.leafKey, payload)
      expect(failing(await judge(profile, document, {}, forged))).toEqual(['chain links'])
    })

    test.each([0, 1, 2, 3, 4])('if certificate %s has expired or is not valid yet', async (at) => {
      const expired = await judgePath(profile, only(at, { notAfter: MOMENT - 61_000 }))
      expect(failing(expired)).toEqual(['validity'])
      expect(expired.checks[6]!.reason).toContain('has expired')
      const early = await judgePath(profile, only(at, { notBefore: MOMENT + 61_000 }))
      expect(failing(early)).toEqual(['validity'])
      expect(early.checks[6]!.reason).toContain('not valid yet')
    })

    test('outside the validity by more than a minute, by which clocks may differ', async () => {
      for (const ends of [{ notBefore: MOMENT + 60_000 }, { notAfter: MOMENT - 60_000 }]) {
        expect(failing(await judgePath(profile, only(4, ends)))).toEqual([])
      }
    })

    test.each([0, 1, 2, 3])('if certificate %s is not an authority', async (at) => {
      const change = only(at, { ca: false, pathLength: undefined })
      expect(failing(await judgePath(profile, change))).toEqual(['basicConstraints'])
    })

    test('if the leaf is an authority', async () => {
      expect(failing(await judgePath(profile, only(4, { ca: true })))).toEqual(['basicConstraints'])
    })

    test.each([
      [0, 2],
      [1, 1],
      [2, 0],
    ])('if certificate %s has the path length %s', async (at, pathLength) => {
      expect(failing(await judgePath(profile, only(at, { pathLength })))).toEqual(['path length'])
      expect(failing(await judgePath(profile, only(at, { pathLength: pathLength + 1 })))).toEqual([])
    })

    test.each([
      [0, ['digitalSignature', 'cRLSign']],
      [3, ['digitalSignature']],
      [4, ['contentCommitment']],
      [4, ['keyCertSign']],
    ] as const)('if certificate %s has the key usage %s', async (at, keyUsage) => {
      expect(failing(await judgePath(profile, only(at, { keyUsage })))).toEqual(['key usage'])
    })

    test('if the key of the leaf is on another curve', async () => {
      const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
        'sign',
        'verify',
      ])
      const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
      const verdict = await judgePath(profile, only(4, { publicKey }))
      expect(failing(verdict)).toEqual(['chain links', 'signature'])
      expect(verdict.checks[5]!.reason).toContain('is not ECDSA on P-384 with SHA-384')
    })

    test.each([3, 4])('if the key of certificate %s is not on its curve', async (at) => {
      const change: Change = ({ publicKey }, index) => {
        const damaged = publicKey.slice()
        damaged[damaged.length - 1]! ^= 1
        return index === at ? { publicKey: damaged } : {}
      }
      expect(failing(await judgePath(profile, change))).toEqual([at === 3 ? 'chain links' : 'signature'])
    })

    test('if the root is not pinned', async () => {
      const verdict = await judgeFields(profile, {}, { roots: 'ab'.repeat(32) })
      expect(failing(verdict)).toEqual(['root pinned'])
      expect(verdict.checks[10]).toMatchObject({ expected: 'ab'.repeat(32), found: PATHS[profile].root })
    })

    test('unless its root is one of several pinned ones, as DER or as SHA-256', async () => {
      const { root, path } = PATHS[profile]
      const colons = root.toUpperCase().replace(/..(?=.)/g, '$&:')
      for (const roots of [path[0]!, ['ab'.repeat(32), root], colons]) {
        expect((await judgeFields(profile, {}, { roots })).ok).toBe(true)
      }
    })

    test('if it lacks its root', async () => {
      const { path, leafKey } = PATHS[profile]
      const payload = forgePayload(profile, { path: path.slice(1) }, { nonce: NONCE })
      const verdict = await judge(profile, await forgeDocument(profile, leafKey, payload))
      expect(failing(verdict)).toEqual(['chain links', 'root pinned'])
    })

    test('if a certificate is malformed', async () => {
      const { path, leafKey } = PATHS[profile]
      const payload = forgePayload(profile, { path: [path[0]!, fromHex('3000'), path[4]!] }, { nonce: NONCE })
      const verdict = await judge(profile, await forgeDocument(profile, leafKey, payload))
      expect(failing(verdict)[0]).toBe('chain links')
      expect(failing(verdict)).not.toContain('root pinned')
    })
  })
})
