/** Checks of the document's bytes, payload and envelope. Each fails for a document that is valid otherwise. */
import { describe, expect, test } from 'vitest'
import { CHECK_NAMES, type CheckName } from '../../../src/attestation/index.ts'
import { PROFILES } from '../../../src/attestation/profile.ts'
import { type Bytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { cborArray, cborBytes, cborInteger, cborMap, cborText } from '../../../src/encoding/cbor/writer.ts'
import { signSign1 } from '../../../src/encoding/cose.ts'
import { forgeDocument, forgePath, forgePayload } from '../forge.ts'
import { failing, judge, judgeFields, judgePayload, NONCE, PATHS, PROFILE_NAMES } from '../judge.ts'

describe.each(PROFILE_NAMES)('%s', (profile) => {
  test('a valid document passes all sixteen checks, in their order', async () => {
    const verdict = await judgeFields(profile)
    expect(failing(verdict)).toEqual([])
    expect(verdict.ok).toBe(true)
    expect(verdict.checks.map(({ number, name }) => [number, name])).toEqual(
      CHECK_NAMES.slice(0, 16).map((name, index) => [index + 1, name]),
    )
    expect(verdict.document).toMatchObject({ profile, moduleId: 'forged.enc-0123456789abcdef', nonce: NONCE })
  })

  test('a document that the caller changes during verification is verified as it was', async () => {
    const forged = PATHS[profile]
    const payload = forgePayload(profile, forged, { nonce: NONCE })
    const document = await forgeDocument(profile, forged.leafKey, payload)
    const judged = judge(profile, document)
    document.fill(0)
    expect(failing(await judged)).toEqual([])
    expect((await judge(profile, document)).ok).toBe(false)
  })

  test('a payload that the test assembles is valid (the control)', async () => {
    expect(failing(await judgePayload(profile, () => undefined))).toEqual([])
  })

  describe('a payload fails with', () => {
    const pcr = (index: number, length = 48, width = PROFILES[profile].pcrKeyWidth) =>
      cborMap([[cborInteger(index, width), cborBytes(new Uint8Array(length).fill(1))]])
    const long = cborBytes(new Uint8Array(4097))
    test.each<[what: string, field: string, value: Bytes, check: CheckName]>([
      ['no module id', 'module_id', cborText(''), 'payload schema'],
      ['a long module id', 'module_id', cborText('x'.repeat(256)), 'payload schema'],
      ['a module id that is bytes', 'module_id', cborBytes(NONCE), 'payload schema'],
      ['the timestamp 0', 'timestamp', cborInteger(0, 8), 'payload schema'],
      ['a negative timestamp', 'timestamp', cborInteger(-1, 8), 'payload schema'],
      ['a timestamp of 2^63', 'timestamp', cborInteger(2n ** 63n, 8), 'payload schema'],
      ['a timestamp that is text', 'timestamp', cborText('now'), 'payload schema'],
      ['long user data', 'user_data', long, 'payload schema'],
      ['a long nonce', 'nonce', long, 'payload schema'],
      ['a long public key', 'public_key', long, 'payload schema'],
      ['user data that is text', 'user_data', cborText('x'), 'payload schema'],
      ['user data that is false', 'user_data', fromHex('f4'), 'payload schema'],
      ['a certificate that is text', 'certificate', cborText('x'), 'payload schema'],
      ['an empty certificate', 'certificate', cborBytes(new Uint8Array(0)), 'payload schema'],
      ['a long certificate', 'certificate', long, 'payload schema'],
      ['a chain that is text', 'cabundle', cborText('x'), 'payload schema'],
      ['an empty chain', 'cabundle', cborArray([]), 'payload schema'],
      ['a chain of texts', 'cabundle', cborArray([cborText('x')]), 'payload schema'],
      ['a long chain', 'cabundle', cborArray(Array(10).fill(cborBytes(NONCE))), 'payload schema'],
      ['the digest SHA256', 'digest', cborText('SHA256'), 'digest'],
      ['a digest that is bytes', 'digest', cborBytes(NONCE), 'digest'],
      ['PCRs in a list', 'pcrs', cborArray([]), 'PCR shape'],
      ['no PCRs', 'pcrs', cborMap([]), 'PCR shape'],
      ['PCR 32', 'pcrs', pcr(32, 48), 'PCR shape'],
      ['PCR -1', 'pcrs', pcr(-1, 48), 'PCR shape'],
      ['a short PCR', 'pcrs', pcr(0, 47), 'PCR shape'],
      [
        'a PCR index that is text',
        'pcrs',
        cborMap([[cborText('0'), cborBytes(new Uint8Array(48))]]),
        'PCR shape',
      ],
      ['a PCR that is text', 'pcrs', cborMap([[cborInteger(0), cborText('x'.repeat(48))]]), 'PCR shape'],
      ['a PCR index of another width', 'pcrs', pcr(0, 48, 4), 'PCR shape'],
      [
        '33 PCRs',
        'pcrs',
        cborMap(Array.from({ length: 33 }, (_, i) => [cborInteger(i), cborBytes(NONCE)])),
        'PCR shape',
      ],
    ])('%s', async (_, field, value, check) => {
      const verdict = await judgePayload(profile, (fields) => fields.set(field, value))
      expect(failing(verdict)[0]).toBe(check)
      // The signature is valid, and can be checked if the payload still has its chain.
      if (field !== 'certificate' && field !== 'cabundle') expect(failing(verdict)).not.toContain('signature')
    })

    test.each(PROFILES[profile].fields.slice(0, 6))('no %s', async (field) => {
      const verdict = await judgePayload(profile, (fields) => fields.delete(field))
      expect(failing(verdict)[0]).toBe('payload schema')
    })

    test('a timestamp in 32 bits: Nitro accepts it, QingTian does not', async () => {
      const verdict = await judgePayload(profile, (fields) => fields.set('timestamp', cborInteger(1000, 4)))
      expect(failing(verdict)).toEqual(profile === 'nitro' ? ['freshness'] : ['payload schema', 'freshness'])
    })

    test('an unknown field', async () => {
      const verdict = await judgePayload(profile, (fields) => fields.set('extra', cborInteger(1)))
      expect(failing(verdict)).toEqual(['payload schema'])
    })

    test('the PCRs of a NitroTPM, and names the kind of document', async () => {
      const verdict = await judgePayload(profile, (fields) => {
        fields.set('nitrotpm_pcrs', fields.get('pcrs')!)
        fields.delete('pcrs')
      })
      expect(verdict.checks.find(({ name }) => name === 'payload schema')).toMatchObject({
        ok: false,
        reason: expect.stringContaining('NitroTPM: of an EC2 instance, not of an enclave'),
      })
    })

    test('a missing optional field, null, or another order: Nitro accepts them, QingTian does not', async () => {
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

    test('an indefinite length: Nitro accepts it, QingTian does not', async () => {
      const forged = PATHS[profile]
      const definite = forgePayload(profile, forged, { nonce: NONCE })
      const payload = Uint8Array.from([0xbf, ...definite.subarray(1), 0xff])
      const verdict = await judge(profile, await forgeDocument(profile, forged.leafKey, payload))
      expect(failing(verdict)).toEqual(profile === 'nitro' ? [] : ['payload schema'])
    })

    test('too many bytes', async () => {
      const { payload: most } = PROFILES[profile].limits
      const verdict = await judgePayload(profile, (fields) =>
        fields.set('extra', cborBytes(new Uint8Array(most))),
      )
      expect(verdict.checks[0]).toMatchObject({
        ok: false,
        reason: 'the document is too long',
      })
      const less = await judgePayload(profile, (fields) =>
        fields.set('extra', cborBytes(new Uint8Array(most - 4000))),
      )
      expect(failing(less)).toEqual(['payload schema'])
    })

    test('text instead of a map', async () => {
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

    test('may have tag 18, as both clouds document', async () => {
      expect(failing(await judge(profile, await signed({ tagged: true })))).toEqual([])
    })

    test('fails with the header of the other cloud', async () => {
      const other = profile === 'nitro' ? PROFILES.qingtian : PROFILES.nitro
      const document = await signed({ protectedHeader: other.protectedHeader })
      expect(failing(await judge(profile, document))).toEqual(['COSE header'])
    })

    test('fails with the byte order of the other cloud', async () => {
      const document = await signed({ order: order === 'big' ? 'little' : 'big' })
      expect(failing(await judge(profile, document))).toEqual(['signature'])
    })

    test('fails with an entry in the unprotected header', async () => {
      const document = await signed({ unprotected: cborMap([[cborInteger(4), cborBytes(NONCE)]]) })
      expect(failing(await judge(profile, document))).toEqual(['COSE header'])
    })

    test('fails with ES256 and a key on P-256', async () => {
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

    test('fails with a signature of another key', async () => {
      const other = await forgePath(profile)
      expect(failing(await judge(profile, await signed({ key: other.leafKey })))).toEqual(['signature'])
    })

    test('does not prevent later checks if it is invalid', async () => {
      const whole = await signed({})
      const document = whole.slice()
      document[0] = 0x83
      const verdict = await judge(profile, document.subarray(0, -98) as Bytes)
      expect(failing(verdict)).toEqual(['COSE header', 'signature'])
      expect(verdict.checks[11]!.reason).toMatch(/^not reached: /)
    })
  })
})

describe('bytes that are not a document get a verdict:', () => {
  test.each([
    ['no bytes', ''],
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
