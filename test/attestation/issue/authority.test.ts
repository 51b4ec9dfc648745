/** The certificates that an authority issues: their fields, openssl's verification, renewal, and storage of the root. */
import { describe, expect, test } from 'vitest'
import {
  type AttestationDocument,
  decodeDocument,
  type ProfileName,
  verifyAttestation,
} from '../../../src/attestation/index.ts'
import {
  type AttestationAuthority,
  createAttestationAuthority,
  createRoot,
  exportRoot,
  importRoot,
} from '../../../src/attestation/issue/authority.ts'
import { equalBytes, toHex } from '../../../src/base/bytes.ts'
import { toPem } from '../../../src/encoding/pem.ts'
import { type Certificate, readCertificate } from '../../../src/encoding/x509/certificate.ts'
import { commonName, nameText } from '../../../src/encoding/x509/name.ts'
import { forgePath, HOUR, MOMENT, somePcrs } from '../forge.ts'
import { openssl, verifyPath } from '../openssl.ts'

const DAY = 24 * HOUR
const INSTANCE = '4662b7a3-7898-46c9-a6c5-20e9025e50bc'
const MODULE = `${INSTANCE}.enc-37d1e07b3da3c427`
const PROFILE_NAMES: readonly ProfileName[] = ['qingtian', 'nitro']

const attest = async (authority: AttestationAuthority, profile: ProfileName, moduleId = MODULE) =>
  decodeDocument(await authority.attest({ profile, moduleId, pcrs: somePcrs() }), profile)

const pathOf = ({ cabundle, certificate }: AttestationDocument): Certificate[] =>
  [...cabundle, certificate].map(readCertificate)

/** An authority whose clock the test sets. */
async function withClock(instanceId = INSTANCE) {
  const clock = { now: MOMENT }
  const authority = await createAttestationAuthority({ instanceId, now: () => clock.now })
  return { clock, authority }
}

describe.each(PROFILE_NAMES)('the chain of %s', (profile) => {
  test('has the lifetimes, path lengths, key usage and names of a real chain', async () => {
    const { authority } = await withClock()
    const path = pathOf(await attest(authority, profile))
    const days = path.map(({ notBefore, notAfter }) => (notAfter - notBefore) / DAY)
    expect(days).toEqual([30 * 365.25, 20, 6, 1, 3 / 24])
    const lengths = path.map(({ extensions }) => extensions.basicConstraints?.pathLength)
    const limits = { qingtian: [undefined, 3, 2, 1, undefined], nitro: [undefined, 2, 1, 0, undefined] }
    expect(lengths).toEqual(limits[profile])
    expect(path.map(({ extensions }) => extensions.basicConstraints)).toEqual(
      lengths.map((pathLength, index) => ({ critical: true, ca: index < 4, pathLength })),
    )
    const usage = path.map(({ extensions }) => [...extensions.keyUsage!.bits].join())
    const critical = path.map(({ extensions }) => extensions.keyUsage!.critical)
    const expectedUsage = {
      qingtian: ['0,5,6', '0,5,6', '0,5,6', '0,5,6', '0,1'],
      nitro: ['0,5,6', '0,5,6', '0,5,6', '5', '0,1'],
    }
    const expectedCritical = {
      qingtian: [true, true, false, false, true],
      nitro: [true, true, true, true, false],
    }
    expect(usage).toEqual(expectedUsage[profile])
    expect(critical).toEqual(expectedCritical[profile])
    expect(path.every(({ subject }) => nameText(subject).startsWith('O=webclave, OU=simulated, CN='))).toBe(
      true,
    )
    expect(commonName(path[0]!.subject)).toContain('simulated')
    const names = {
      qingtian: `${INSTANCE}.3da3c427.local-1`,
      nitro: `${MODULE}.local-1.simulated`.slice(0, 64),
    }
    expect(commonName(path[4]!.subject)).toBe(names[profile])
    expect(new Set(path.map(({ serial }) => toHex(serial))).size).toBe(5)
  })

  test('passes openssl verify, but not with a missing certificate or after its end', async () => {
    const { authority } = await withClock()
    const { cabundle, certificate } = await attest(authority, profile)
    const path = [...cabundle, certificate]
    const strict = profile === 'qingtian'
    expect(verifyPath(path, MOMENT, strict)).toMatchObject({ status: 0 })
    expect(verifyPath([...path.slice(0, 2), ...path.slice(3)], MOMENT, strict).status).not.toBe(0)
    expect(verifyPath(path, MOMENT + 4 * HOUR, strict).output).toContain('expired')
    expect(openssl(['x509', '-noout', '-subject'], authority.rootPem).output).toContain('simulated')
  })

  test('renews the leaf before it expires, and never ends before its leaf', async () => {
    const { clock, authority } = await withClock()
    let leaf = ''
    let renewals = 0
    for (const end = MOMENT + 9 * DAY; clock.now < end; clock.now += HOUR / 3) {
      const bytes = await authority.attest({ profile, moduleId: MODULE, pcrs: somePcrs() })
      const verdict = await verifyAttestation(bytes, {
        profile,
        roots: authority.rootPem,
        // The latest time at which a document made now is still accepted as fresh.
        at: clock.now + 15 * 60_000 - 1,
        freshness: false,
      })
      expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([])
      const path = pathOf(verdict.document!)
      expect(path[4]!.notAfter).toBeLessThanOrEqual(Math.min(...path.map(({ notAfter }) => notAfter)))
      const current = toHex(path[4]!.serial)
      if (current !== leaf) renewals += 1
      leaf = current
    }
    expect(renewals).toBeGreaterThanOrEqual((9 * DAY) / (3 * HOUR))
    expect(renewals).toBeLessThan((9 * DAY) / (2 * HOUR))
  }, 60_000)

  test('gives an enclave that was idle when its leaf became due a document that stays valid', async () => {
    const { clock, authority } = await withClock()
    await attest(authority, profile)
    clock.now += 3 * HOUR - 10 * 60_000
    const path = pathOf(await attest(authority, profile))
    expect(path[4]!.notAfter - clock.now).toBeGreaterThan(15 * 60_000)
  })

  test('is issued again after the clock was set back', async () => {
    const { clock, authority } = await withClock()
    await attest(authority, profile)
    clock.now -= 60_000
    expect(pathOf(await attest(authority, profile))[4]!.notBefore).toBeLessThanOrEqual(clock.now)
  })

  test('is issued once for a hundred concurrent requests', async () => {
    const { authority } = await withClock()
    const documents = await Promise.all(Array.from({ length: 100 }, () => attest(authority, profile)))
    expect(new Set(documents.map(({ certificate }) => toHex(certificate))).size).toBe(1)
  })

  test('has one leaf per enclave under the same authorities, and a new leaf after a release', async () => {
    const { authority } = await withClock()
    await authority.prepare(profile, 'a.enc-1')
    const [first, second] = await Promise.all([
      attest(authority, profile, 'a.enc-1'),
      attest(authority, profile, 'a.enc-2'),
    ])
    expect(equalBytes(first.certificate, second.certificate)).toBe(false)
    expect(first.cabundle).toEqual(second.cabundle)
    authority.release('a.enc-1')
    const again = await attest(authority, profile, 'a.enc-1')
    expect(equalBytes(first.certificate, again.certificate)).toBe(false)
  })
})

describe('the root', () => {
  test('is the same for both profiles', async () => {
    const { authority } = await withClock()
    const [qingtian, nitro] = [await attest(authority, 'qingtian'), await attest(authority, 'nitro')]
    expect(qingtian.cabundle[0]).toEqual(nitro.cabundle[0])
    expect(authority.rootPem).toBe(toPem(qingtian.cabundle[0]!))
  })

  test('can be exported and imported', async () => {
    const first = await createAttestationAuthority({ instanceId: 'i', extractableRoot: true })
    const exported = await exportRoot(first.root)
    const root = await importRoot(structuredClone(exported))
    expect(root.rootKey.privateKey.extractable).toBe(false)
    const second = await createAttestationAuthority({ instanceId: 'i', root })
    expect(second.rootPem).toBe(first.rootPem)
    const bytes = await second.attest({ profile: 'qingtian', moduleId: MODULE, pcrs: somePcrs() })
    const options = { profile: 'qingtian', roots: first.rootPem, freshness: false } as const
    expect((await verifyAttestation(bytes, options)).ok).toBe(true)
  })

  test('survives a structured clone, as in IndexedDB, with a key that is not extractable', async () => {
    const root = structuredClone(await createRoot())
    const authority = await createAttestationAuthority({ instanceId: 'i', root })
    expect((await attest(authority, 'nitro')).cabundle[0]).toEqual(root.rootCertificate)
    await expect(exportRoot(root)).rejects.toMatchObject({ code: 'E_CERTIFICATE_ROOT_SEALED' })
  })

  test('has a key that cannot be exported by default', async () => {
    const { rootKey } = await createRoot()
    expect(rootKey.privateKey.extractable).toBe(false)
  })

  test('has an extractable key only if requested, after a rotation too', async () => {
    for (const extractableRoot of [undefined, false, true]) {
      const options = extractableRoot === undefined ? {} : { extractableRoot }
      const authority = await createAttestationAuthority({ instanceId: 'i', ...options })
      expect(authority.root.rootKey.privateKey.extractable).toBe(extractableRoot ?? false)
      const rotated = await authority.rotate()
      expect(rotated.rootKey.privateKey.extractable).toBe(extractableRoot ?? false)
      expect(authority.root).toBe(rotated)
    }
  })

  test('after a rotation is a new one, under which new documents verify', async () => {
    const { authority } = await withClock()
    const before = await attest(authority, 'qingtian')
    const oldPem = authority.rootPem
    const root = await authority.rotate()
    const after = await attest(authority, 'qingtian')
    expect(authority.rootPem).not.toBe(oldPem)
    expect(after.cabundle[0]).toEqual(root.rootCertificate)
    expect(equalBytes(before.certificate, after.certificate)).toBe(false)
  })

  test('is refused if webclave did not make it, or if its key does not match', async () => {
    const [one, two] = [await createRoot({ extractable: true }), await createRoot({ extractable: true })]
    const mixed = { rootKey: one.rootKey, rootCertificate: two.rootCertificate }
    const refused = expect.objectContaining({ code: 'E_CERTIFICATE_ROOT' })
    await expect(createAttestationAuthority({ instanceId: 'i', root: mixed })).rejects.toEqual(refused)
    const { path } = await forgePath('nitro')
    const foreign = { rootKey: one.rootKey, rootCertificate: path[0]! }
    await expect(createAttestationAuthority({ instanceId: 'i', root: foreign })).rejects.toEqual(refused)
    const { certificate } = await exportRoot(one)
    await expect(importRoot({ certificate, privateKey: new Uint8Array(48) })).rejects.toEqual(refused)
  })

  test('signs nothing after its end, and the error suggests a rotation', async () => {
    const { clock, authority } = await withClock()
    clock.now += 31 * 365.25 * DAY
    await expect(attest(authority, 'qingtian')).rejects.toMatchObject({
      code: 'E_CERTIFICATE_ROOT_EXPIRED',
      hint: expect.stringContaining('rotate'),
    })
    await authority.rotate()
    await attest(authority, 'qingtian')
  })

  test('has a GeneralizedTime as notAfter', async () => {
    const { authority } = await withClock()
    const { output } = openssl(['asn1parse'], authority.rootPem)
    expect(output).toMatch(/UTCTIME\s+:26/)
    expect(output).toMatch(/GENERALIZEDTIME\s+:2056/)
  })
})

test.each(['', 'a b', 'x'.repeat(41), 'ü'])(
  '%j is refused as a name in a certificate',
  async (instanceId) => {
    await expect(createAttestationAuthority({ instanceId })).rejects.toMatchObject({
      code: 'E_CERTIFICATE_NAME',
    })
  },
)
