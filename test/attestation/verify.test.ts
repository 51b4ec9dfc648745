/** Every check of a verdict, failed one at a time by a document that is right in everything else. */
import { describe, expect, test } from 'vitest'
import { cborArray, cborBytes, cborInteger, cborMap, cborText } from '../../src/attestation/cbor/writer.ts'
import { signSign1 } from '../../src/attestation/cose.ts'
import type { PayloadFields } from '../../src/attestation/document.ts'
import {
  CHECK_NAMES,
  type CheckName,
  type ProfileName,
  type Verdict,
  type VerifyOptions,
  verifyAttestation,
} from '../../src/attestation/index.ts'
import { PROFILES } from '../../src/attestation/profile.ts'
import { encodeName } from '../../src/attestation/x509/issue.ts'
import { type Bytes, fromHex, toHex } from '../../src/base/bytes.ts'
import {
  type Change,
  encodedFields,
  type ForgedPath,
  forgeDocument,
  forgePath,
  forgePayload,
  HOUR,
  MOMENT,
  somePcrs,
} from './forge.ts'

const PROFILE_NAMES: readonly ProfileName[] = ['qingtian', 'nitro']
const NONCE = new Uint8Array(32).fill(9)
const PATHS: Record<ProfileName, ForgedPath> = {
  qingtian: await forgePath('qingtian'),
  nitro: await forgePath('nitro'),
}

const failing = ({ checks }: Verdict): CheckName[] => checks.filter(({ ok }) => !ok).map(({ name }) => name)

function judge(
  profile: ProfileName,
  document: Bytes,
  options: Partial<VerifyOptions> = {},
  { root }: ForgedPath = PATHS[profile],
): Promise<Verdict> {
  return verifyAttestation(document, { profile, roots: root, nonce: NONCE, at: MOMENT, ...options })
}

async function judgeFields(
  profile: ProfileName,
  fields: Partial<PayloadFields> = {},
  options: Partial<VerifyOptions> = {},
): Promise<Verdict> {
  const forged = PATHS[profile]
  const payload = forgePayload(profile, forged, { nonce: NONCE, ...fields })
  return judge(profile, await forgeDocument(profile, forged.leafKey, payload), options)
}

async function judgePath(profile: ProfileName, change: Change, at = MOMENT): Promise<Verdict> {
  const forged = await forgePath(profile, change)
  const document = await forgeDocument(
    profile,
    forged.leafKey,
    forgePayload(profile, forged, { nonce: NONCE }),
  )
  return judge(profile, document, { at }, forged)
}

/** Payloads put together by hand: the right one, with fields replaced, removed or moved. */
async function judgePayload(
  profile: ProfileName,
  change: (fields: Map<string, Bytes>) => void,
): Promise<Verdict> {
  const forged = PATHS[profile]
  const { pcrKeyWidth } = PROFILES[profile]
  const fields: Record<string, Bytes> = {
    ...encodedFields(forged),
    timestamp: cborInteger(MOMENT, 8),
    pcrs: cborMap(
      [...somePcrs()].map(([index, pcr]) => [cborInteger(index, pcrKeyWidth), cborBytes(pcr)] as const),
    ),
    user_data: cborBytes(new Uint8Array(0)),
    nonce: cborBytes(NONCE),
    public_key: cborBytes(new Uint8Array(0)),
  }
  const ordered = new Map(PROFILES[profile].fields.map((name) => [name as string, fields[name]!]))
  change(ordered)
  const payload = cborMap([...ordered].map(([name, value]) => [cborText(name), value] as const))
  return judge(profile, await forgeDocument(profile, forged.leafKey, payload))
}

describe.each(PROFILE_NAMES)('%s', (profile) => {
  test('a good document passes all sixteen checks, in their order', async () => {
    const verdict = await judgeFields(profile)
    expect(failing(verdict)).toEqual([])
    expect(verdict.ok).toBe(true)
    expect(verdict.checks.map(({ number, name }) => [number, name])).toEqual(
      CHECK_NAMES.slice(0, 16).map((name, index) => [index + 1, name]),
    )
    expect(verdict.document).toMatchObject({ profile, moduleId: 'forged.enc-0123456789abcdef', nonce: NONCE })
  })

  test('the payload put together by hand is a good one too', async () => {
    expect(failing(await judgePayload(profile, () => undefined))).toEqual([])
  })

  describe('payload schema, digest, PCR shape', () => {
    const pcr = (index: number, length = 48, width = PROFILES[profile].pcrKeyWidth) =>
      cborMap([[cborInteger(index, width), cborBytes(new Uint8Array(length).fill(1))]])
    const long = cborBytes(new Uint8Array(4097))
    test.each<[what: string, field: string, value: Bytes, check: CheckName]>([
      ['no module id', 'module_id', cborText(''), 'payload schema'],
      ['a long module id', 'module_id', cborText('x'.repeat(256)), 'payload schema'],
      ['a module id of bytes', 'module_id', cborBytes(NONCE), 'payload schema'],
      ['time zero', 'timestamp', cborInteger(0, 8), 'payload schema'],
      ['a time before 1970', 'timestamp', cborInteger(-1, 8), 'payload schema'],
      ['a time beyond counting', 'timestamp', cborInteger(2n ** 63n, 8), 'payload schema'],
      ['a time in words', 'timestamp', cborText('now'), 'payload schema'],
      ['long user data', 'user_data', long, 'payload schema'],
      ['a long nonce', 'nonce', long, 'payload schema'],
      ['a long public key', 'public_key', long, 'payload schema'],
      ['user data of text', 'user_data', cborText('x'), 'payload schema'],
      ['user data of false', 'user_data', fromHex('f4'), 'payload schema'],
      ['a certificate of text', 'certificate', cborText('x'), 'payload schema'],
      ['an empty certificate', 'certificate', cborBytes(new Uint8Array(0)), 'payload schema'],
      ['a long certificate', 'certificate', long, 'payload schema'],
      ['a chain of text', 'cabundle', cborText('x'), 'payload schema'],
      ['an empty chain', 'cabundle', cborArray([]), 'payload schema'],
      ['a chain of texts', 'cabundle', cborArray([cborText('x')]), 'payload schema'],
      ['a long chain', 'cabundle', cborArray(Array(10).fill(cborBytes(NONCE))), 'payload schema'],
      ['SHA256', 'digest', cborText('SHA256'), 'digest'],
      ['a digest of bytes', 'digest', cborBytes(NONCE), 'digest'],
      ['PCRs in a list', 'pcrs', cborArray([]), 'PCR shape'],
      ['no PCR', 'pcrs', cborMap([]), 'PCR shape'],
      ['PCR 32', 'pcrs', pcr(32, 48), 'PCR shape'],
      ['PCR -1', 'pcrs', pcr(-1, 48), 'PCR shape'],
      ['a short PCR', 'pcrs', pcr(0, 47), 'PCR shape'],
      ['a PCR by name', 'pcrs', cborMap([[cborText('0'), cborBytes(new Uint8Array(48))]]), 'PCR shape'],
      ['a PCR of text', 'pcrs', cborMap([[cborInteger(0), cborText('x'.repeat(48))]]), 'PCR shape'],
      ['an index in other bits', 'pcrs', pcr(0, 48, 4), 'PCR shape'],
      [
        '33 PCRs',
        'pcrs',
        cborMap(Array.from({ length: 33 }, (_, i) => [cborInteger(i), cborBytes(NONCE)])),
        'PCR shape',
      ],
    ])('%s', async (_, field, value, check) => {
      const verdict = await judgePayload(profile, (fields) => fields.set(field, value))
      expect(failing(verdict)[0]).toBe(check)
      // What is signed is not in question, only what is said; where a chain is left, it still holds.
      if (field !== 'certificate' && field !== 'cabundle') expect(failing(verdict)).not.toContain('signature')
    })

    test.each(PROFILES[profile].fields.slice(0, 6))('no %s', async (field) => {
      const verdict = await judgePayload(profile, (fields) => fields.delete(field))
      expect(failing(verdict)[0]).toBe('payload schema')
    })

    test('a time in 32 bits: Nitro takes it, QingTian does not', async () => {
      const verdict = await judgePayload(profile, (fields) => fields.set('timestamp', cborInteger(1000, 4)))
      expect(failing(verdict)).toEqual(profile === 'nitro' ? ['freshness'] : ['payload schema', 'freshness'])
    })

    test('a field that nobody knows', async () => {
      const verdict = await judgePayload(profile, (fields) => fields.set('extra', cborInteger(1)))
      expect(failing(verdict)).toEqual(['payload schema'])
    })

    test('no optional field, null, another order, a narrow time: Nitro takes them, QingTian does not', async () => {
      const expected = profile === 'nitro' ? [] : ['payload schema']
      const changes: ((fields: Map<string, Bytes>) => void)[] = [
        (fields) => fields.delete('user_data'),
        (fields) => fields.set('user_data', fromHex('f6')),
        (fields) => {
          const digest = fields.get('digest')!
          fields.delete('digest')
          fields.set('digest', digest)
        },
      ]
      for (const change of changes) expect(failing(await judgePayload(profile, change))).toEqual(expected)
    })

    test('a payload of indefinite length: Nitro has them, QingTian does not', async () => {
      const forged = PATHS[profile]
      const definite = forgePayload(profile, forged, { nonce: NONCE })
      const payload = Uint8Array.from([0xbf, ...definite.subarray(1), 0xff])
      const verdict = await judge(profile, await forgeDocument(profile, forged.leafKey, payload))
      expect(failing(verdict)).toEqual(profile === 'nitro' ? [] : ['payload schema'])
    })

    test('a payload of more bytes than documents have', async () => {
      const { payload: most } = PROFILES[profile].limits
      const verdict = await judgePayload(profile, (fields) =>
        fields.set('extra', cborBytes(new Uint8Array(most))),
      )
      expect(verdict.checks[0]).toMatchObject({
        ok: false,
        reason: 'the bytes are more than a document can have',
      })
      const less = await judgePayload(profile, (fields) =>
        fields.set('extra', cborBytes(new Uint8Array(most - 4000))),
      )
      expect(failing(less)).toEqual(['payload schema'])
    })

    test('a payload that is no map', async () => {
      const { leafKey } = PATHS[profile]
      const verdict = await judge(profile, await forgeDocument(profile, leafKey, cborText('hello')))
      expect(failing(verdict)[0]).toBe('payload schema')
      expect(verdict.document).toBeUndefined()
    })
  })

  describe('the envelope', () => {
    const { privateKey } = { privateKey: PATHS[profile].leafKey }
    const { protectedHeader, byteOrder: order } = PROFILES[profile]
    const payload = forgePayload(profile, PATHS[profile], { nonce: NONCE })
    const signed = (change: object) =>
      signSign1({ key: privateKey, algorithm: -35, payload, protectedHeader, order, ...change })

    test('tag 18 is taken, as both clouds document it', async () => {
      expect(failing(await judge(profile, await signed({ tagged: true })))).toEqual([])
    })

    test('the header of the other cloud', async () => {
      const other = profile === 'nitro' ? PROFILES.qingtian : PROFILES.nitro
      const document = await signed({ protectedHeader: other.protectedHeader })
      expect(failing(await judge(profile, document))).toEqual(['COSE header'])
    })

    test('the byte order of the other cloud', async () => {
      const document = await signed({ order: order === 'big' ? 'little' : 'big' })
      expect(failing(await judge(profile, document))).toEqual(['signature'])
    })

    test('something unprotected', async () => {
      const document = await signed({ unprotected: cborMap([[cborInteger(4), cborBytes(NONCE)]]) })
      expect(failing(await judge(profile, document))).toEqual(['COSE header'])
    })

    test('ES256 on a key of its own curve', async () => {
      const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
        'sign',
        'verify',
      ])
      const document = await signSign1({ key: pair.privateKey, algorithm: -7, payload })
      const verdict = await judge(profile, document)
      expect(failing(verdict)).toEqual(['COSE header', 'signature'])
      expect(verdict.checks[1]).toMatchObject({
        reason: 'the algorithm is not ES384',
        expected: '-35',
        found: '-7',
      })
    })

    test('another key', async () => {
      const other = await forgePath(profile)
      expect(failing(await judge(profile, await signed({ key: other.leafKey })))).toEqual(['signature'])
    })

    test('what follows is judged even where the envelope is wrong', async () => {
      const whole = await signed({})
      const document = whole.slice()
      document[0] = 0x83
      const verdict = await judge(profile, document.subarray(0, -98) as Bytes)
      expect(failing(verdict)).toEqual(['COSE header', 'signature'])
      expect(verdict.checks[11]!.reason).toMatch(/^not reached: /)
    })
  })

  describe('the chain', () => {
    const only =
      (at: number, change: object): Change =>
      (_, index) =>
        index === at ? change : {}

    test('an issuer of another name', async () => {
      const change = only(2, { issuer: encodeName('somebody', 'else', '') })
      expect(failing(await judgePath(profile, change))).toEqual(['chain links'])
    })

    test('a root that is not issued by itself', async () => {
      const change = only(0, { issuer: encodeName('somebody', 'else', '') })
      expect(failing(await judgePath(profile, change))).toEqual(['chain links'])
    })

    test('another key identifier', async () => {
      const change = only(2, { authorityKeyId: new Uint8Array(20) })
      expect(failing(await judgePath(profile, change))).toEqual(['chain links'])
    })

    test.each([1, 2, 3, 4])('certificate %s signed by another key', async (at) => {
      const { leafKey } = PATHS[profile]
      const forged = await forgePath(profile, undefined, (index) => (index === at ? leafKey : undefined))
      const payload = forgePayload(profile, forged, { nonce: NONCE })
      const document = await forgeDocument(profile, forged.leafKey, payload)
      expect(failing(await judge(profile, document, {}, forged))).toEqual(['chain links'])
    })

    test.each([0, 1, 2, 3, 4])('certificate %s expired, or not valid yet', async (at) => {
      const expired = await judgePath(profile, only(at, { notAfter: MOMENT - 1000 }))
      expect(failing(expired)).toEqual(['validity'])
      expect(expired.checks[6]!.reason).toContain('has expired')
      const early = await judgePath(profile, only(at, { notBefore: MOMENT + 1000 }))
      expect(failing(early)).toEqual(['validity'])
      expect(early.checks[6]!.reason).toContain('not valid yet')
    })

    test('both ends of a validity are inside it', async () => {
      for (const ends of [{ notBefore: MOMENT }, { notAfter: MOMENT }]) {
        expect(failing(await judgePath(profile, only(4, ends)))).toEqual([])
      }
    })

    test.each([0, 1, 2, 3])('certificate %s is no authority', async (at) => {
      const change = only(at, { ca: false, pathLength: undefined })
      expect(failing(await judgePath(profile, change))).toEqual(['basicConstraints'])
    })

    test('a leaf that is an authority', async () => {
      expect(failing(await judgePath(profile, only(4, { ca: true })))).toEqual(['basicConstraints'])
    })

    test.each([
      [0, 2],
      [1, 1],
      [2, 0],
    ])('certificate %s with path length %s', async (at, pathLength) => {
      expect(failing(await judgePath(profile, only(at, { pathLength })))).toEqual(['path length'])
      expect(failing(await judgePath(profile, only(at, { pathLength: pathLength + 1 })))).toEqual([])
    })

    test.each([
      [0, ['digitalSignature', 'cRLSign']],
      [3, ['digitalSignature']],
      [4, ['contentCommitment']],
      [4, ['keyCertSign']],
    ] as const)('certificate %s with key usage %s', async (at, keyUsage) => {
      expect(failing(await judgePath(profile, only(at, { keyUsage })))).toEqual(['key usage'])
    })

    test('a leaf on another curve', async () => {
      const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
        'sign',
        'verify',
      ])
      const publicKey = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
      const verdict = await judgePath(profile, only(4, { publicKey }))
      expect(failing(verdict)).toEqual(['chain links', 'signature'])
      expect(verdict.checks[5]!.reason).toContain('is not ECDSA on P-384 with SHA-384')
    })

    test.each([3, 4])('certificate %s with a point that is not on its curve', async (at) => {
      const change: Change = ({ publicKey }, index) => {
        const bent = publicKey.slice()
        bent[bent.length - 1]! ^= 1
        return index === at ? { publicKey: bent } : {}
      }
      expect(failing(await judgePath(profile, change))).toEqual([at === 3 ? 'chain links' : 'signature'])
    })

    test('a root that nobody pinned', async () => {
      const verdict = await judgeFields(profile, {}, { roots: 'ab'.repeat(32) })
      expect(failing(verdict)).toEqual(['root pinned'])
      expect(verdict.checks[10]).toMatchObject({ expected: 'ab'.repeat(32), found: PATHS[profile].root })
    })

    test('any of several roots, as DER, as hex with colons', async () => {
      const { root, path } = PATHS[profile]
      const colons = root.toUpperCase().replace(/..(?=.)/g, '$&:')
      for (const roots of [path[0]!, ['ab'.repeat(32), root], colons]) {
        expect((await judgeFields(profile, {}, { roots })).ok).toBe(true)
      }
    })

    test('a chain without its root', async () => {
      const { path, leafKey } = PATHS[profile]
      const payload = forgePayload(profile, { path: path.slice(1) }, { nonce: NONCE })
      const verdict = await judge(profile, await forgeDocument(profile, leafKey, payload))
      expect(failing(verdict)).toEqual(['chain links', 'root pinned'])
    })

    test('a certificate that is none', async () => {
      const { path, leafKey } = PATHS[profile]
      const payload = forgePayload(profile, { path: [path[0]!, fromHex('3000'), path[4]!] }, { nonce: NONCE })
      const verdict = await judge(profile, await forgeDocument(profile, leafKey, payload))
      expect(failing(verdict)[0]).toBe('chain links')
      expect(failing(verdict)).not.toContain('root pinned')
    })
  })

  describe('freshness and nonce', () => {
    test.each<[at: number, maxAge: number | undefined, fails: boolean]>([
      [MOMENT + 15 * 60_000, undefined, false],
      [MOMENT + 15 * 60_000 + 1, undefined, true],
      [MOMENT + 1000, 1000, false],
      [MOMENT + 1001, 1000, true],
      [MOMENT - 60_000, undefined, false],
      [MOMENT - 60_001, undefined, true],
    ])('judged at %s with maxAge %s', async (at, maxAge, fails) => {
      const options = { at: new Date(at), ...(maxAge === undefined ? {} : { maxAge }) }
      expect(failing(await judgeFields(profile, {}, options))).toEqual(fails ? ['freshness'] : [])
    })

    test('given up by name, an old document passes without a nonce', async () => {
      const document = await forgeDocument(
        profile,
        PATHS[profile].leafKey,
        forgePayload(profile, PATHS[profile]),
      )
      const { root } = PATHS[profile]
      const at = MOMENT + HOUR / 2
      const verdict = await verifyAttestation(document, { profile, roots: root, freshness: false, at })
      expect(verdict.ok).toBe(true)
      expect(verdict.checks[12]!.reason).toContain('given up')
      const aged = await verifyAttestation(document, {
        profile,
        roots: root,
        freshness: false,
        at,
        maxAge: 1,
      })
      expect(failing(aged)).toEqual(['freshness'])
    })

    test('at the time of the document', async () => {
      expect((await judgeFields(profile, {}, { at: 'document' })).ok).toBe(true)
      const iso = new Date(MOMENT).toISOString()
      expect((await judgeFields(profile, {}, { at: iso })).ok).toBe(true)
    })

    test('another nonce, none, and one in hex', async () => {
      const other = await judgeFields(profile, { nonce: new Uint8Array(32) })
      expect(failing(other)).toEqual(['nonce'])
      expect(other.checks[13]).toMatchObject({ expected: toHex(NONCE), found: '00'.repeat(32) })
      expect(failing(await judgeFields(profile, { nonce: undefined }))).toEqual(['nonce'])
      expect((await judgeFields(profile, {}, { nonce: toHex(NONCE) })).ok).toBe(true)
      expect(failing(await judgeFields(profile, {}, { nonce: NONCE.subarray(1) }))).toEqual(['nonce'])
    })

    test('public key and user data, where asked for', async () => {
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

    test('expected ones', async () => {
      const pcrs = { 0: '01'.repeat(48), 8: new Uint8Array(48).fill(9) }
      expect((await judgeFields(profile, {}, { pcrs })).ok).toBe(true)
      const wrong = await judgeFields(profile, {}, { pcrs: { ...pcrs, 0: 'FF'.repeat(48) } })
      expect(failing(wrong)).toEqual(['PCR policy'])
      expect(wrong.checks[14]!.reason).toBe('PCR0 is 0101010101010101…, not ffffffffffffffff…')
    })

    test('debug mode is refused unless allowed', async () => {
      const refused = await judgeFields(profile, { pcrs: zeros() })
      expect(failing(refused)).toEqual(['debug'])
      expect((await judgeFields(profile, { pcrs: zeros() }, { allowDebug: true })).ok).toBe(true)
    })

    test('without PCR0 nothing says which image runs, debug mode allowed or not', async () => {
      const pcrs = new Map([[1, new Uint8Array(48).fill(1)]])
      expect(failing(await judgeFields(profile, { pcrs }, { allowDebug: true }))).toEqual(['debug'])
    })
  })
})

describe('bytes that are no document', () => {
  test.each([
    ['nothing', ''],
    ['a zero', '00'],
    ['an empty list', '80'],
    ['a tag alone', 'd2'],
    ['text', toHex(new TextEncoder().encode('not a document'))],
    ['four nulls', '84f6f6f6f6'],
    ['deep nesting', '81'.repeat(5000)],
    ['a list of 60,000 zeros', `99ea60${'00'.repeat(60_000)}`],
  ])('%s', async (_, hex) => {
    for (const profile of PROFILE_NAMES) {
      const verdict = await judge(profile, fromHex(hex))
      expect(verdict.ok).toBe(false)
      expect(verdict.document).toBeUndefined()
      expect(verdict.checks).toHaveLength(16)
      expect(verdict.checks[11]!.reason).toMatch(/^not reached: /)
    }
  })
})
